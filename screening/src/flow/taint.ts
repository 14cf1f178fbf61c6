/**
 * How much of what moved on came from the start. Whole smallest units throughout: a share is rounded down
 * and the rest stays with the sender, so that nothing is made and nothing is lost (LBL-7).
 */
import {
  type Account,
  accountId,
  receiverOf,
  type Sum,
  sendersOf,
  type Transfer,
} from './model.ts';

/** What an account holds of one asset as far as was observed, and how much of it came from the start. */
export interface Pool {
  readonly value: bigint;
  readonly taint: bigint;
}

/**
 * How much of the taint goes along with an amount that leaves a pool; at most the amount, the taint, and
 * no less than what the rest of the pool cannot hold.
 */
export type TaintRule = (pool: Pool, amount: bigint) => bigint;

/**
 * By name. `haircut`: the amount takes along the share of the taint that it is of the pool. Whatever is
 * paid above what was observed to have come in is taken to be clean; what is paid together with addresses
 * that are not followed is taken from those that are, as far as they go: rather too much than too little.
 */
export const TAINT_RULES = {
  haircut: ({ value, taint }, amount) => (amount >= value ? taint : (taint * amount) / value),
} as const satisfies Record<string, TaintRule>;
export type TaintRuleName = keyof typeof TAINT_RULES;

/** By `<network> <asset>`. */
export type Amounts = ReadonlyMap<string, bigint>;
export const assetKey = ({ network, asset }: Pick<Sum, 'network' | 'asset'>): string =>
  `${network} ${asset}`;

export interface TaintInput {
  readonly rule: TaintRule;
  /** In the order of time; with them all that was observed to come into or leave what is followed. */
  readonly transfers: readonly Transfer[];
  /** Counts in full, whatever its senders hold. */
  isSeed(transfer: Transfer): boolean;
  /** Whether its transfers are followed, so that what leaves it lessens what it holds. */
  isFollowed(account: Account): boolean;
  /** Whether it is in the graph: what goes elsewhere is counted as gone beyond it. */
  isKnown(account: Account): boolean;
}

export interface Tainted {
  /** By transfer: how much of it left tainted, and how much arrived, in the asset of each end. */
  readonly transfers: ReadonlyMap<string, { readonly left: bigint; readonly arrived: bigint }>;
  /** By account, then by asset. */
  readonly pools: ReadonlyMap<string, ReadonlyMap<string, Pool>>;
  /** What the start put in. */
  readonly seeded: Amounts;
  /** What left the graph. */
  readonly beyond: Amounts;
  /** What went into a bridge or an exchange of tokens, and what came out. */
  readonly changed: { readonly from: Amounts; readonly to: Amounts };
}

/** For every asset: seeded + changed into it = in pools + gone beyond + changed from it. */
export function followTaint({ rule, transfers, isSeed, isFollowed, isKnown }: TaintInput): Tainted {
  const pools = new Map<string, Map<string, Pool>>();
  const moved = new Map<string, { left: bigint; arrived: bigint }>();
  const start = () => new Map<string, bigint>();
  const [seeded, beyond, from, to] = [start(), start(), start(), start()];
  const count = (amounts: Map<string, bigint>, asset: string, amount: bigint) => {
    if (amount > 0n) amounts.set(asset, (amounts.get(asset) ?? 0n) + amount);
  };
  const readPool = (account: string, asset: string): Pool =>
    pools.get(account)?.get(asset) ?? EMPTY;
  const writePool = (account: string, asset: string, pool: Pool) => {
    const held = pools.get(account) ?? new Map<string, Pool>();
    pools.set(account, held.set(asset, pool));
  };

  /** Takes the amount out of the senders' pools, and returns the taint that goes along. */
  const draw = (transfer: Transfer): bigint => {
    const asset = assetKey(transfer);
    const senders = sendersOf(transfer).filter(isFollowed).map(accountId);
    const held = senders.map((sender) => readPool(sender, asset));
    let taint = 0n;
    for (const [at, amount] of shareOut(transfer.amount, held).entries()) {
      const pool = held[at]!;
      const along = rule(pool, amount);
      taint += along;
      writePool(senders[at]!, asset, { value: pool.value - amount, taint: pool.taint - along });
    }
    return taint;
  };

  for (const transfer of transfers) {
    const { id, amount, arrival } = transfer;
    const [asset, asset2] = [assetKey(transfer), assetKey(arrival ?? transfer)];
    const drawn = draw(transfer);
    const left = isSeed(transfer) ? amount : drawn;
    count(seeded, asset, left - drawn);
    const arrived = arrival === undefined ? left : (left * arrival.amount) / amount;
    if (arrival !== undefined) {
      count(from, asset, left);
      count(to, asset2, arrived);
    }
    const receiver = receiverOf(transfer);
    if (isKnown(receiver)) {
      const { value, taint } = readPool(accountId(receiver), asset2);
      const sum = arrival?.amount ?? amount;
      writePool(accountId(receiver), asset2, { value: value + sum, taint: taint + arrived });
    } else count(beyond, asset2, arrived);
    if (left > 0n) moved.set(id, { left, arrived });
  }
  return { transfers: moved, pools, seeded, beyond, changed: { from, to } };
}

const EMPTY: Pool = { value: 0n, taint: 0n };

/** What each pays of an amount: by what it holds, rounded down, and the rest from the first that can. */
function shareOut(amount: bigint, pools: readonly Pool[]): bigint[] {
  const total = pools.reduce((sum, { value }) => sum + value, 0n);
  if (amount >= total) return pools.map(({ value }) => value);
  const shares = pools.map(({ value }) => (value * amount) / total);
  let rest = amount - shares.reduce((sum, share) => sum + share, 0n);
  for (const [at, { value }] of pools.entries()) {
    const more = rest < value - shares[at]! ? rest : value - shares[at]!;
    shares[at]! += more;
    rest -= more;
  }
  return shares;
}
