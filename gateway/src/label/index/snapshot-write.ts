import { createHash, type Hash } from 'node:crypto';
import { writeCopies } from '../../evidence/durable-file.ts';
import { BATCH_LINKS, BatchTable, countRows, type Run } from './batch-table.ts';
import type { LabelIndex } from './label-index.ts';
import { ROW_LINKS } from './label-rows.ts';
import type { Level } from './library.ts';
import type { Records, Words } from './records.ts';
import { encodeHeader } from './snapshot-format.ts';

export interface SnapshotSource {
  readonly index: LabelIndex;
  /** What the index is level with. */
  readonly level: Level;
  /** SHA-256 that names the ledger's first block. */
  readonly genesis: Uint8Array;
}

/**
 * Replaces the snapshot durably: a crash leaves the old one or the new. It holds what the index holds now
 * up to the level's height; what comes later, or meanwhile, is not in it.
 * @throws CopyError.
 */
export async function writeSnapshot(path: string, source: SnapshotSource): Promise<void> {
  await writeCopies([path], snapshotChunks(source));
}

/** Each chunk has to be done with before the next is asked for: they share their memory. */
function snapshotChunks({ index, level, genesis }: SnapshotSource): Iterable<Uint8Array> {
  const { batches, rows, log } = index.tables;
  // Counted now, before the first chunk is written: what comes later belongs to the next snapshot.
  const missing = new Set(index.listMissing());
  const count = batches.countUpTo(level.height);
  const runs = batches.listRuns(count);
  const counts = {
    batches: count,
    labels: countRows(runs),
    tails: rows.tailCount,
    changes: log.countUpTo(level.height),
  };
  const hash = createHash('sha256');
  return (function* () {
    const header = encodeHeader({ ...counts, ...level, genesis });
    hash.update(header);
    yield header;
    yield* copyRecords(batches, [{ first: 0, end: counts.batches }], hash, (copy, at, batch) => {
      for (const link of BATCH_LINKS) copy[at + link] = 0;
      if (missing.has(batch)) BatchTable.forgetAdded(copy, at);
    });
    yield* copyRecords(rows, runs, hash, (copy, at) => {
      for (const link of ROW_LINKS) copy[at + link] = 0;
    });
    yield* copyRecords(rows.tails, [{ first: 0, end: counts.tails }], hash);
    yield* copyRecords(log, [{ first: 0, end: counts.changes }], hash);
    yield hash.digest();
  })();
}

/** A copy of one segment at a time, because links change while a chunk is on its way to the disk. */
function* copyRecords(
  records: Records,
  runs: readonly Run[],
  hash: Hash,
  clear: (copy: Words, at: number, record: number) => void = () => undefined,
): Generator<Uint8Array, void, undefined> {
  const memory = new Uint32Array(records.pieceWords);
  for (const { first, end } of runs) {
    let record = first;
    for (const piece of records.pieces(first, end)) {
      memory.set(piece);
      for (let at = 0; at < piece.length; at += records.width) {
        clear(memory, at, record);
        record += 1;
      }
      const chunk = new Uint8Array(memory.buffer, 0, piece.byteLength);
      hash.update(chunk);
      yield chunk;
    }
  }
}
