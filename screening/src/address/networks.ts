/** Networks looked up by their ids, and by the codes that lists of others name them by. */
import { NETWORKS, type Network } from './network-table.ts';

export { type AddressKind, NETWORKS, type Network } from './network-table.ts';

/** Issued on several networks; which one is meant, the address's form tells, else the first. */
const TOKENS: Readonly<Record<string, readonly string[]>> = {
  // The first USDT were Omni tokens, held at Bitcoin addresses.
  USDT: ['ETH', 'TRX', 'BSC', 'SOL', 'BTC'],
  USDC: ['ETH', 'SOL', 'BASE', 'POL', 'AVAX', 'ARB'],
  DAI: ['ETH'],
  WETH: ['ETH'],
  WBTC: ['ETH'],
  BUSD: ['BSC', 'ETH'],
  TUSD: ['ETH', 'TRX'],
};

const byId = new Map(NETWORKS.map((network) => [network.id, network]));
const byAsset = Map.groupBy(
  NETWORKS.flatMap((network) => network.assets.map((asset) => ({ asset, network }))),
  ({ asset }) => asset,
);

export const networkOf = (id: string): Network | undefined => byId.get(id);

/**
 * The networks that a code stands for, likeliest first; none for an unknown one. Takes what TagPacks
 * write as `currency` or `network`, OFAC's asset codes, MISP's symbols, a name or a CAIP-2 id.
 */
export function findNetworks(code: string): readonly Network[] {
  const exact = byId.get(code);
  if (exact !== undefined) return [exact];
  const asset = code.toUpperCase();
  const found = byAsset.get(asset)?.map(({ network }) => network);
  if (found !== undefined) return found;
  if (Object.hasOwn(TOKENS, asset)) return TOKENS[asset]!.flatMap((native) => findNetworks(native));
  return NETWORKS.filter(({ name }) => name.toUpperCase() === asset);
}

/** What some address can belong to. */
export interface NetworkSet {
  readonly all: readonly string[];
  /** Without the test networks, unless there are no others. */
  readonly likely: readonly string[];
}

export function selectNetworks(isFit: (network: Network) => boolean): NetworkSet {
  const fit = NETWORKS.filter(isFit);
  const main = fit.filter(({ test }) => test === undefined);
  const ids = (networks: readonly Network[]) => networks.map(({ id }) => id);
  return { all: ids(fit), likely: ids(main.length > 0 ? main : fit) };
}
