/**
 * How a block stands in the block file. Every byte is covered by a digest, and a header by one of its
 * own, so that a length is believed only if nothing in the header changed: a block that was cut off
 * while it was being written can be told from one that changed later.
 *
 *   file header   magic (24) ‖ salt (16) ‖ SHA-256(magic ‖ salt)[0..23]
 *   frame         magic (4) ‖ number (8) ‖ length (4) ‖ SHA-256(block) (32) ‖ check (16) ‖ block
 *   check         SHA-256(salt ‖ the frame's first 48 bytes)[0..15]
 *
 * Numbers are big-endian. The salt is random and known to nobody outside: whoever submits transactions
 * cannot put into one what would pass as a frame.
 */
import { hash, randomBytes } from 'node:crypto';

const FILE_MAGIC = Buffer.from('tabellion blocks, v 1  \n', 'latin1');
const SALT_BYTES = 16;
export const FILE_HEADER_BYTES = 64;

const FRAME_MAGIC = Buffer.from('TBLK', 'latin1');
const CHECK_BYTES = 16;
export const FRAME_HEADER_BYTES = 64;
const CHECKED_BYTES = FRAME_HEADER_BYTES - CHECK_BYTES;

export interface FrameHeader {
  readonly number: number;
  /** Of the block's bytes. */
  readonly length: number;
  /** SHA-256 of the block's bytes. */
  readonly digest: Uint8Array;
}

export const digestOf = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

export function createFileHeader(): Buffer {
  const start = Buffer.concat([FILE_MAGIC, randomBytes(SALT_BYTES)]);
  return Buffer.concat([start, digestOf(start)]).subarray(0, FILE_HEADER_BYTES);
}

/** The salt; null where this is not a file's header as it was written. */
export function readFileHeader(bytes: Buffer): Buffer | null {
  const start = bytes.subarray(0, FILE_MAGIC.length + SALT_BYTES);
  const rest = bytes.subarray(start.length, FILE_HEADER_BYTES);
  const isWhole =
    bytes.length >= FILE_HEADER_BYTES &&
    start.subarray(0, FILE_MAGIC.length).equals(FILE_MAGIC) &&
    rest.equals(digestOf(start).subarray(0, rest.length));
  return isWhole ? Buffer.from(start.subarray(FILE_MAGIC.length)) : null;
}

export function encodeFrame(salt: Buffer, number: number, block: Uint8Array): Buffer {
  const header = Buffer.alloc(CHECKED_BYTES);
  FRAME_MAGIC.copy(header);
  header.writeBigUInt64BE(BigInt(number), 4);
  header.writeUInt32BE(block.length, 12);
  digestOf(block).copy(header, 16);
  return Buffer.concat([header, computeCheck(salt, header), block]);
}

/** Null where these bytes are not a frame's header as it was written. */
export function readFrameHeader(salt: Buffer, bytes: Buffer): FrameHeader | null {
  if (bytes.length < FRAME_HEADER_BYTES) return null;
  const header = bytes.subarray(0, CHECKED_BYTES);
  const check = bytes.subarray(CHECKED_BYTES, FRAME_HEADER_BYTES);
  if (!header.subarray(0, FRAME_MAGIC.length).equals(FRAME_MAGIC)) return null;
  if (!check.equals(computeCheck(salt, header))) return null;
  return {
    number: Number(header.readBigUInt64BE(4)),
    length: header.readUInt32BE(12),
    digest: Buffer.from(header.subarray(16)),
  };
}

/** Offset of the first whole frame header at or after `from`; -1 where there is none. */
export function findFrameHeader(salt: Buffer, bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(FRAME_MAGIC, from); at !== -1; ) {
    if (readFrameHeader(salt, bytes.subarray(at)) !== null) return at;
    at = bytes.indexOf(FRAME_MAGIC, at + 1);
  }
  return -1;
}

const computeCheck = (salt: Buffer, header: Buffer): Buffer =>
  digestOf(Buffer.concat([salt, header])).subarray(0, CHECK_BYTES);
