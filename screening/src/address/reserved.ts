/**
 * Addresses reserved for trying out an integration: whoever screens one gets the verdict that it names,
 * whatever the ledger says. Each is an ordinary address of its network, so that it passes every check on
 * the way; its 20 bytes are the text `tabellion-test-` and five digits (followed by zeros where a network
 * has 32), which nobody can have found a key for.
 */
import { equalBytes, utf8 } from '@tabellion/proof';
import type { Family } from './form.ts';

/** In the order of their numbers, from 1. */
export const RESERVED_VERDICTS = [
  'LABELLED',
  'NO_LABEL',
  'INVALID',
  'UNSUPPORTED',
  'STALE',
  'ERROR',
] as const;
export type ReservedVerdict = (typeof RESERVED_VERDICTS)[number];

const PREFIX = utf8('tabellion-test-');
const payloads = RESERVED_VERDICTS.map((_, at) => utf8(`tabellion-test-0000${at + 1}`));

export function readReserved(family: Family, payload: Uint8Array): ReservedVerdict | undefined {
  // Under another witness version than 0 these bytes are no hash: anybody may spend from some of them.
  if (family === 'witness' && payload[0] !== 0) return undefined;
  const bytes = family === 'witness' ? payload.subarray(1) : payload;
  if (bytes[0] !== PREFIX[0] || !equalBytes(bytes.subarray(0, PREFIX.length), PREFIX)) return;
  const isPadded = bytes.subarray(20).every((byte) => byte === 0);
  const at = payloads.findIndex((reserved) => equalBytes(reserved, bytes.subarray(0, 20)));
  return isPadded ? RESERVED_VERDICTS[at] : undefined;
}

/** The bytes behind a reserved address of `length`, 20 or 32 bytes. */
export function reservedPayload(verdict: ReservedVerdict, length: 20 | 32): Uint8Array {
  const payload = new Uint8Array(length);
  payload.set(payloads[RESERVED_VERDICTS.indexOf(verdict)]!);
  return payload;
}
