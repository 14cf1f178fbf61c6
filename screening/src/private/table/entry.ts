/**
 * What is said of one address, as one string of bytes: its whole length in four, then each item with its own
 * length in two. It is cut into parts of equal length, the last filled up with zeros. However much is said of
 * one address, it takes a few parts at most: the first items go in, the rest does not.
 */
import { concatBytes } from '@tabellion/proof';
import { PrivateError } from '../error.ts';

const LENGTH_BYTES = 4;
const ITEM_LENGTH_BYTES = 2;
/** Most slots that one address may take: every bucket grows with the fullest. */
export const MAX_PARTS = 8;

/**
 * The first items, in their order, as many as fit into so many parts. Whether some were left out is for the
 * first item to say.
 * @throws PrivateError `TABLE_INVALID` if not even the first fits.
 */
export function writeParts(
  items: readonly Uint8Array[],
  partBytes: number,
  maxParts = MAX_PARTS,
): Uint8Array[] {
  const { length, fitting, count } = measure(items, partBytes, maxParts);
  const whole = new Uint8Array(count * partBytes);
  const view = new DataView(whole.buffer);
  view.setUint32(0, length);
  let at = LENGTH_BYTES;
  for (const item of items.slice(0, fitting)) {
    view.setUint16(at, item.length);
    whole.set(item, at + ITEM_LENGTH_BYTES);
    at += ITEM_LENGTH_BYTES + item.length;
  }
  return Array.from({ length: count }, (_, part) =>
    whole.subarray(part * partBytes, (part + 1) * partBytes),
  );
}

/** How many parts {@link writeParts} makes. @throws as it. */
export const partsNeeded = (items: readonly Uint8Array[], partBytes: number): number =>
  measure(items, partBytes, MAX_PARTS).count;

function measure(items: readonly Uint8Array[], partBytes: number, maxParts: number) {
  const room = partBytes * maxParts;
  let length = LENGTH_BYTES;
  let fitting = 0;
  for (const { length: bytes } of items) {
    if (length + ITEM_LENGTH_BYTES + bytes > room || bytes > 0xffff) break;
    length += ITEM_LENGTH_BYTES + bytes;
    fitting += 1;
  }
  if (fitting === 0) throw new PrivateError('TABLE_INVALID', 'nothing of an entry fits its slots');
  return { length, fitting, count: Math.ceil(length / partBytes) };
}

/** How many parts an entry has, by the first of them; 0 if that is no first part. */
export function countParts(first: Uint8Array): number {
  const count = Math.ceil(readLength(first) / first.length);
  return count <= MAX_PARTS ? count : 0;
}

/** The items; undefined if the parts are not what {@link writeParts} writes. */
export function readParts(parts: readonly Uint8Array[]): Uint8Array[] | undefined {
  const whole = concatBytes(...parts);
  if (whole.length < LENGTH_BYTES) return undefined;
  const end = readLength(whole);
  const items: Uint8Array[] = [];
  let at = LENGTH_BYTES;
  while (at + ITEM_LENGTH_BYTES <= end) {
    const from = at + ITEM_LENGTH_BYTES;
    at = from + ((whole[at]! << 8) | whole[at + 1]!);
    items.push(whole.subarray(from, at));
  }
  const filled = whole.subarray(end).every((byte) => byte === 0);
  return at === end && filled && items.length > 0 ? items : undefined;
}

const readLength = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
