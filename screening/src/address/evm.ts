/** Addresses of Ethereum and the chains after it: 20 bytes in hexadecimal, EIP-55 in its case. */
import { hex } from '@scure/base';
import { utf8 } from '@tabellion/proof';
import type { ReadAddress } from './form.ts';
import { keccak256 } from './keccak.ts';
import { selectNetworks } from './networks.ts';
import { type AddressRefusal, refuse, refuseCharacter } from './refusal.ts';

const ANY_EVM = selectNetworks(({ kind }) => kind === 'evm');

export function readEvm(text: string): ReadAddress | AddressRefusal {
  const digits = text.slice(2);
  const stray = digits.search(/[^0-9a-fA-F]/);
  if (stray !== -1) return refuseCharacter(text, stray + 2, 'is no hexadecimal digit');
  if (!text.startsWith('0x') || digits.length !== 40) {
    return refuse('ADDRESS_FORM', 'an address of this kind is 0x and 40 hexadecimal digits');
  }
  const lower = digits.toLowerCase();
  const isOneCase = digits === lower || digits === digits.toUpperCase();
  if (!isOneCase && !isChecksummed(digits, lower)) {
    return refuse('ADDRESS_CHECKSUM', 'upper and lower case contradict the checksum (EIP-55)');
  }
  return {
    form: 'evm',
    family: 'evm',
    payload: hex.decode(lower),
    networks: ANY_EVM,
    write: () => (isOneCase ? writeChecksummed(lower) : text),
  };
}

export const writeEvm = (payload: Uint8Array): string => writeChecksummed(hex.encode(payload));

const FIRST_LETTER = 'A'.charCodeAt(0);
const FIRST_LOWER = 'a'.charCodeAt(0);

/** EIP-55: a letter is upper case where the hash of the lower-case digits has a nibble of 8 or more. */
const isRaised = (hash: Uint8Array, at: number): boolean =>
  (at % 2 === 0 ? hash[at >> 1]! >> 4 : hash[at >> 1]! & 15) >= 8;

function isChecksummed(digits: string, lower: string): boolean {
  const hash = keccak256(utf8(lower));
  for (let at = 0; at < 40; at += 1) {
    const code = digits.charCodeAt(at);
    if (code >= FIRST_LETTER && code < FIRST_LOWER !== isRaised(hash, at)) return false;
  }
  return true;
}

function writeChecksummed(lower: string): string {
  const hash = keccak256(utf8(lower));
  let text = '0x';
  for (let at = 0; at < 40; at += 1)
    text += isRaised(hash, at) ? lower[at]!.toUpperCase() : lower[at]!;
  return text;
}
