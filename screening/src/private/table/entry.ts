/**
 * What is said of one address, as one string of bytes: its whole length in four, then each label with its
 * own length in two. It is cut into parts of equal length, the last filled up with zeros.
 */
import { concatBytes } from '@tabellion/proof';
import { PrivateError } from '../error.ts';

const LENGTH_BYTES = 4;
const LABEL_LENGTH_BYTES = 2;
const MAX_LABEL_BYTES = 0xffff;
/** Most slots that one address may take: every bucket grows with the fullest. */
export const MAX_PARTS = 256;

/** @throws PrivateError `TABLE_FULL` for more than {@link MAX_PARTS} parts can hold. */
export function writeParts(labels: readonly Uint8Array[], partBytes: number): Uint8Array[] {
  const length = labels.reduce(
    (sum, label) => sum + LABEL_LENGTH_BYTES + label.length,
    LENGTH_BYTES,
  );
  const count = Math.ceil(length / partBytes);
  if (count > MAX_PARTS || labels.some((label) => label.length > MAX_LABEL_BYTES)) {
    throw new PrivateError('TABLE_FULL', 'more is said of one address than an entry takes');
  }
  const whole = new Uint8Array(count * partBytes);
  const view = new DataView(whole.buffer);
  view.setUint32(0, length);
  let at = LENGTH_BYTES;
  for (const label of labels) {
    view.setUint16(at, label.length);
    whole.set(label, at + LABEL_LENGTH_BYTES);
    at += LABEL_LENGTH_BYTES + label.length;
  }
  return Array.from({ length: count }, (_, part) =>
    whole.subarray(part * partBytes, (part + 1) * partBytes),
  );
}

/** How many parts an entry has, by the first of them; 0 if that is no first part. */
export function countParts(first: Uint8Array): number {
  const count = Math.ceil(readLength(first) / first.length);
  return count <= MAX_PARTS ? count : 0;
}

/** The labels; undefined if the parts are not what {@link writeParts} writes. */
export function readParts(parts: readonly Uint8Array[]): Uint8Array[] | undefined {
  const whole = concatBytes(...parts);
  if (whole.length < LENGTH_BYTES) return undefined;
  const end = readLength(whole);
  const labels: Uint8Array[] = [];
  let at = LENGTH_BYTES;
  while (at + LABEL_LENGTH_BYTES <= end) {
    const from = at + LABEL_LENGTH_BYTES;
    at = from + ((whole[at]! << 8) | whole[at + 1]!);
    labels.push(whole.subarray(from, at));
  }
  const filled = whole.subarray(end).every((byte) => byte === 0);
  return at === end && filled && labels.length > 0 ? labels : undefined;
}

const readLength = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
