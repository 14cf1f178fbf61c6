/** Addresses as exchanges meet them, each told by its number; nobody labelled any of them. */
import { hash } from 'node:crypto';
import { bech32 } from '@scure/base';
import { writeBase58, writeTron } from '../../screening/src/address/base58.ts';
import { writeEvm } from '../../screening/src/address/evm.ts';

const writeWitness = (payload: Uint8Array) => bech32.encode('bc', [0, ...bech32.toWords(payload)]);
const writePlain = (payload: Uint8Array) => writeEvm(payload).toLowerCase();
const writeOf = (version: number) => (payload: Uint8Array) => writeBase58(version, payload);

/** Of ten addresses, the form of each. */
const FORMS: readonly ((payload: Uint8Array) => string)[] = [
  ...[writeOf(0), writeOf(0), writeOf(0), writeOf(5), writeWitness, writeWitness],
  ...[writePlain, writeEvm, writeEvm, writeTron],
];

export function makeAddress(number: number): string {
  const payload = hash('sha256', `address ${number}`, 'buffer').subarray(0, 20);
  return FORMS[number % FORMS.length]!(payload);
}
