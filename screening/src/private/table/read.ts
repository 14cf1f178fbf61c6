/** The asking side: what a bucket says of one address, once the bucket is found to be the table's own. */
import { equalBytes, fromBase64url, fromHex, leafHash, rootFromPath } from '@tabellion/proof';
import { PrivateError } from '../error.ts';
import { answerLength, FLAG_BYTES, HASH_BYTES, OVERFULL } from './answer.ts';
import type { TableDocument } from './document.ts';
import { countParts, readParts } from './entry.ts';
import { type EntryName, handleOf, prefixOf, slotKey, TAG_BYTES } from './handle.ts';
import { openSlot } from './slot.ts';

/** `found` false is the table's word that nothing is said of the address; every doubt is an error. */
export type BucketReading =
  | { readonly found: true; readonly items: readonly Uint8Array[] }
  | { readonly found: false };

/**
 * What the answer for the bucket of an address says of it. Whether the document is signed is for the caller to
 * have checked.
 * @throws PrivateError `TABLE_STALE` at this moment (milliseconds since 1970); `BUCKET_LENGTH`;
 * `BUCKET_ALTERED`: changed, or another bucket or table; `BUCKET_OVERFULL`: it does not hold the address, and
 * not all that it should; `ENTRY_UNREADABLE`; those of {@link handleOf}.
 */
export function readBucket(
  table: TableDocument,
  name: EntryName,
  answer: Uint8Array,
  now: number,
): BucketReading {
  if (now >= table.validUntil) throw new PrivateError('TABLE_STALE', 'the table is past its time');
  const { slots, overfull } = checkAnswer(table, prefixOf(name.addressKey, table), answer);
  const salt = fromBase64url(table.salt);
  const handle = handleOf(name, table, salt);
  const first = openPart(slots, handle, salt, 0);
  if (!first) {
    if (overfull) throw new PrivateError('BUCKET_OVERFULL', 'the bucket does not hold all labels');
    return { found: false };
  }
  const count = countParts(first);
  const parts = Array.from({ length: count }, (_, part) => openPart(slots, handle, salt, part));
  const items = parts.every((part) => part !== undefined) && readParts(parts);
  if (!items) throw new PrivateError('ENTRY_UNREADABLE', 'the entry is incomplete');
  return { found: true, items };
}

/** @throws PrivateError `BUCKET_LENGTH`, `BUCKET_ALTERED` unless it is the table's own answer for that bucket. */
export function assertBucket(table: TableDocument, bucket: number, answer: Uint8Array): void {
  checkAnswer(table, bucket, answer);
}

/** What is in an answer that is the table's own for that bucket. */
function checkAnswer(table: TableDocument, bucket: number, answer: Uint8Array) {
  if (answer.length !== answerLength(table)) {
    throw new PrivateError('BUCKET_LENGTH', `an answer has ${answerLength(table)} bytes`);
  }
  const flag = table.slots * table.slotBytes;
  const end = flag + FLAG_BYTES;
  const root = rootFromPath({
    leaf: leafHash(answer.subarray(0, end)),
    index: bucket,
    size: 2 ** table.prefixBits,
    hashes: cut(answer.subarray(end), HASH_BYTES),
  });
  if (!equalBytes(root, fromHex(table.root))) {
    throw new PrivateError('BUCKET_ALTERED', 'not the bucket that the table commits to');
  }
  return {
    slots: cut(answer.subarray(0, flag), table.slotBytes),
    overfull: answer[flag] === OVERFULL,
  };
}

function cut(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: bytes.length / length }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
}

/** Undefined if no slot has the tag. @throws PrivateError `ENTRY_UNREADABLE` if one has and does not open. */
function openPart(
  slots: readonly Uint8Array[],
  handle: Uint8Array,
  salt: Uint8Array,
  part: number,
) {
  const keys = slotKey(handle, salt, part);
  const slot = slots.find((bytes) => equalBytes(bytes.subarray(0, TAG_BYTES), keys.tag));
  if (!slot) return undefined;
  const content = openSlot(slot, keys);
  if (!content) throw new PrivateError('ENTRY_UNREADABLE', 'the entry does not open');
  return content;
}
