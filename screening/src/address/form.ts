/** What a reader of one form makes of a text. */
import type { Network, NetworkSet } from './networks.ts';

export type AddressForm =
  | 'p2pkh'
  | 'p2sh'
  | 'p2wpkh'
  | 'p2wsh'
  | 'p2tr'
  | 'witness'
  | 'evm'
  | 'tron'
  | 'solana'
  | 'xrp'
  | 'monero'
  | 'monero-integrated'
  | 'monero-subaddress'
  | 'bnb';

/**
 * First byte of an address's key. One family holds whatever the same key or script stands behind: the
 * same 20 bytes on two EVM chains, the same hash in base58 and in CashAddr.
 */
export const FAMILY = {
  p2pkh: 1,
  p2sh: 2,
  witness: 3,
  evm: 4,
  tron: 5,
  solana: 6,
  xrp: 7,
  monero: 8,
  bnb: 9,
} as const;
export type Family = keyof typeof FAMILY;

export interface ReadAddress {
  readonly form: AddressForm;
  readonly family: Family;
  /** Together with the family what the address is looked up by. */
  readonly payload: Uint8Array;
  readonly networks: NetworkSet;
  /** The canonical text, of `network` where it is known. */
  write(network: Network | undefined): string;
}
