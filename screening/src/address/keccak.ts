/** Keccak-256, as Ethereum and Monero use it: not SHA3-256, whose padding differs. */
import { keccak_256 } from '@noble/hashes/sha3.js';

export type Keccak = (bytes: Uint8Array) => Uint8Array;

let installed: Keccak = keccak_256;

export const keccak256: Keccak = (bytes) => installed(bytes);

/** Another implementation of the same function: `@tabellion/screening/node` brings one. */
export function installKeccak(keccak: Keccak): void {
  installed = keccak;
}
