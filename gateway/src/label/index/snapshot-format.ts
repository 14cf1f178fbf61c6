/**
 * A snapshot of the index: a header, the batches, the labels, the tails of long keys, the changes, each
 * as they lie in memory but for what is worked out anew (who comes next, who changed last), and at the
 * end SHA-256 over everything before it. Labels of a batch that is not here in full are left out.
 *
 * Words are in the machine's byte order: a snapshot stays on its machine, and on one with the other
 * order its version reads as one that is not known. The digest finds damage; whoever may write the file
 * may also write another digest, as with everything else in the gateway's data directory.
 */
import { createHash } from 'node:crypto';
import { BATCH_WORDS } from './batch-table.ts';
import { CHANGE_WORDS } from './change-log.ts';
import { LabelIndexError } from './error.ts';
import { ROW_WORDS, TAIL_WORDS } from './label-rows.ts';

const MAGIC = Buffer.from('tabellion labels', 'latin1');
const VERSION = 1;

/** In words; later versions keep the header as it is. */
const AT = { version: 4, genesis: 6, numbers: 14, digest: 24, end: 32 } as const;
export const HEADER_BYTES = 4 * AT.end;
export const DIGEST_BYTES = 32;
const LOW = 2 ** 32;

export interface SnapshotCounts {
  readonly batches: number;
  /** Of batches that are here in full. */
  readonly labels: number;
  readonly tails: number;
  readonly changes: number;
}

export interface SnapshotHeader extends SnapshotCounts {
  /** SHA-256 that names the ledger's first block. */
  readonly genesis: Uint8Array;
  /** What the index was level with. */
  readonly height: number;
  /** When, milliseconds since 1970. */
  readonly at: number;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** Bytes of the whole file. */
export function snapshotSize({ batches, labels, tails, changes }: SnapshotCounts): number {
  const words =
    batches * BATCH_WORDS + labels * ROW_WORDS + tails * TAIL_WORDS + changes * CHANGE_WORDS;
  return HEADER_BYTES + 4 * words + DIGEST_BYTES;
}

export function encodeHeader(header: SnapshotHeader): Uint8Array {
  const { batches, labels, tails, changes, genesis, height, at } = header;
  const words = new Uint32Array(AT.end);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(MAGIC);
  words[AT.version] = VERSION;
  bytes.set(genesis, 4 * AT.genesis);
  words.set([at % LOW, Math.floor(at / LOW), height, batches, labels, tails, changes], AT.numbers);
  bytes.set(sha256(bytes.subarray(0, 4 * AT.digest)), 4 * AT.digest);
  return bytes;
}

/**
 * @param size bytes of the file.
 * @param genesis of the ledger that the snapshot has to be of.
 * @throws LabelIndexError `SNAPSHOT_CORRUPT`, `SNAPSHOT_VERSION`, `SNAPSHOT_OTHER_LEDGER`.
 */
export function decodeHeader(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  genesis: Uint8Array,
): SnapshotHeader {
  const part = (from: number, to: number) => bytes.subarray(4 * from, 4 * to);
  const digest = sha256(part(0, AT.digest));
  if (!MAGIC.equals(part(0, AT.version)) || !digest.equals(part(AT.digest, AT.end))) {
    throw new LabelIndexError('SNAPSHOT_CORRUPT', 'the header is not what was written');
  }
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, AT.end);
  if (words[AT.version] !== VERSION) {
    throw new LabelIndexError('SNAPSHOT_VERSION', `version ${words[AT.version]} is not known`);
  }
  const own = part(AT.genesis, AT.numbers);
  if (Buffer.compare(own, genesis) !== 0) {
    throw new LabelIndexError('SNAPSHOT_OTHER_LEDGER', 'the labels of another ledger');
  }
  const [low, high, height, batches, labels, tails, changes] = words.subarray(AT.numbers);
  const counts = { batches: batches!, labels: labels!, tails: tails!, changes: changes! };
  if (size !== snapshotSize(counts)) {
    throw new LabelIndexError('SNAPSHOT_CORRUPT', `${size} bytes are not a whole snapshot`);
  }
  return { ...counts, genesis: own.slice(), height: height!, at: high! * LOW + low! };
}
