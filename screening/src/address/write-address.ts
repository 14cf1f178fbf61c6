/** The canonical text of a key on a network: the way back from what an address is looked up by. */
import { base58 } from '@scure/base';
import { writeHash, writeTron } from './base58.ts';
import { writeAccount, writeWitness } from './bech32.ts';
import { writeEvm } from './evm.ts';
import type { Family } from './form.ts';
import { writeMonero } from './monero.ts';
import type { Network } from './networks.ts';
import { type ReservedVerdict, reservedPayload } from './reserved.ts';
import { writeXrp } from './xrp.ts';

/** Undefined where the network has no address of that family. */
export function writeAddress(
  network: Network,
  family: Family,
  payload: Uint8Array,
): string | undefined {
  switch (family) {
    case 'p2pkh':
    case 'p2sh':
      return network.p2pkh && writeHash(network, family, payload);
    case 'witness':
      return network.kind === 'bitcoin' && network.hrp !== undefined
        ? writeWitness(network.hrp, payload)
        : undefined;
    case 'bnb':
      return network.kind === 'bnb' ? writeAccount(network.hrp!, payload) : undefined;
    default:
      return family === network.kind ? WRITERS[family](payload, network) : undefined;
  }
}

const WRITERS = {
  evm: writeEvm,
  tron: writeTron,
  solana: (payload: Uint8Array) => base58.encode(payload),
  xrp: writeXrp,
  monero: writeMonero,
};

/** The address of `network` that forces `verdict`; Monero has none, its addresses being keys. */
export function writeReserved(network: Network, verdict: ReservedVerdict): string | undefined {
  const { kind } = network;
  if (kind === 'monero') return undefined;
  const payload = reservedPayload(verdict, kind === 'solana' ? 32 : 20);
  return writeAddress(network, kind === 'bitcoin' ? 'p2pkh' : kind, payload);
}
