import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { countRows } from './batch-table.ts';
import { LabelIndexError } from './error.ts';
import type { KeyHash } from './half-siphash.ts';
import { LabelIndex } from './label-index.ts';
import type { Level } from './library.ts';
import type { Records } from './records.ts';
import { DIGEST_BYTES, decodeHeader, HEADER_BYTES } from './snapshot-format.ts';

export interface Snapshot {
  readonly index: LabelIndex;
  readonly level: Level;
}

/**
 * Reads a snapshot into the memory that it came from. Nothing is handed out before the last byte was
 * checked: no snapshot is better than a part of one.
 * @param genesis SHA-256 that names the first block of the ledger that it has to be of.
 * @throws LabelIndexError `SNAPSHOT_CORRUPT`, `SNAPSHOT_VERSION`, `SNAPSHOT_OTHER_LEDGER`; the
 * operating system's error, for example `ENOENT`, otherwise.
 */
export async function readSnapshot(
  path: string,
  genesis: Uint8Array,
  hash?: KeyHash,
): Promise<Snapshot> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const reader = new DigestReader(file);
    const header = decodeHeader(await reader.read(new Uint8Array(HEADER_BYTES)), size, genesis);
    const index = new LabelIndex(hash);
    const { batches, rows, log } = index.tables;
    await readRecords(reader, batches, 0, header.batches);
    const runs = batches.restore(header.batches) ? batches.listRuns(header.batches) : [];
    if (countRows(runs) !== header.labels) throw corrupt('batches that are none');
    for (const { first, end } of runs) await readRecords(reader, rows, first, end);
    await readRecords(reader, rows.tails, 0, header.tails);
    rows.restoreTails(header.tails);
    await readRecords(reader, log, 0, header.changes);
    log.restore(header.changes);
    await reader.assertDigest();
    for (const _ of index.relink()) await setImmediate();
    return { index, level: { height: header.height, at: header.at } };
  } finally {
    await file.close();
  }
}

async function readRecords(
  reader: DigestReader,
  records: Records,
  first: number,
  end: number,
): Promise<void> {
  for (const { buffer, byteOffset, byteLength } of records.pieces(first, end)) {
    await reader.read(new Uint8Array(buffer, byteOffset, byteLength));
  }
}

/** Reads a file from its beginning on, and computes its digest on the way. */
class DigestReader {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Fills the bytes and returns them. @throws LabelIndexError `SNAPSHOT_CORRUPT` if the file is shorter. */
  async read<T extends Uint8Array>(bytes: T): Promise<T> {
    await this.#fill(bytes);
    this.#hash.update(bytes);
    return bytes;
  }

  /** @throws LabelIndexError `SNAPSHOT_CORRUPT` if what follows is not the digest of what was read. */
  async assertDigest(): Promise<void> {
    const digest = new Uint8Array(DIGEST_BYTES);
    await this.#fill(digest);
    if (this.#hash.digest().equals(digest)) return;
    throw corrupt('not, byte for byte, what was written');
  }

  async #fill(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await this.#file.read(bytes, at, bytes.length - at, null);
      if (bytesRead === 0) throw corrupt('cut short');
      at += bytesRead;
    }
  }
}

const corrupt = (what: string) => new LabelIndexError('SNAPSHOT_CORRUPT', what);
