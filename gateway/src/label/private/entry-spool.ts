/**
 * What goes into tables, kept on disk in runs that are sorted by share, so that one share is read at a time. The
 * file has no name once it is open: it ends with whoever has it, however that ends.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { concatBytes } from '@tabellion/proof';
import { type BucketLoad, prefixOf, slotsOf } from '@tabellion/screening';
import { assertRoom } from '../../http/disk-full.ts';
import { MAX_PREFIX_BITS, SHARE_BITS, SHARES, TABLE_LAYOUT } from './layout.ts';
import { listEntries } from './packed-entries.ts';

/** Held in memory until it is a run, bytes: a small library never comes to the disk. */
const RUN_BYTES = 8 * 1024 * 1024;

/** Where each share of a run ends in the file; the first begins at `at`. */
interface Run {
  readonly at: number;
  readonly ends: readonly number[];
}

export class EntrySpool {
  readonly #directory: string;
  readonly #runBytes: number;
  readonly #runs: Run[] = [];
  /** Of each finest bucket. */
  readonly #entries = new Uint32Array(2 ** MAX_PREFIX_BITS);
  readonly #slots = new Uint32Array(2 ** MAX_PREFIX_BITS);
  /** By share, what is in no run yet. */
  #waiting = emptyShares();
  #waitingBytes = 0;
  #file: FileHandle | undefined;
  #end = 0;
  #size = 0;

  constructor(directory: string, runBytes = RUN_BYTES) {
    this.#directory = directory;
    this.#runBytes = runBytes;
  }

  /** Addresses. */
  get size(): number {
    return this.#size;
  }

  /** @throws PrivateError `TABLE_INVALID` for one of which nothing fits a slot; `DISK_FULL`. */
  async add(packed: Uint8Array): Promise<void> {
    for (const { key, items, record } of listEntries(packed)) {
      const bucket = prefixOf(key, { prefixBits: MAX_PREFIX_BITS });
      this.#slots[bucket]! += slotsOf(items, TABLE_LAYOUT.pad);
      this.#entries[bucket]! += 1;
      this.#waiting[bucket >> (MAX_PREFIX_BITS - SHARE_BITS)]!.push(record);
      this.#size += 1;
    }
    this.#waitingBytes += packed.length;
    if (this.#waitingBytes >= this.#runBytes) await this.#writeRun();
  }

  /** Of the buckets of a table with prefixes of so many bits, in order. */
  listLoads(prefixBits: number): BucketLoad[] {
    const finest = 2 ** (MAX_PREFIX_BITS - prefixBits);
    const sum = (of: Uint32Array, bucket: number) =>
      of.subarray(bucket * finest, (bucket + 1) * finest).reduce((all, each) => all + each, 0);
    return Array.from({ length: 2 ** prefixBits }, (_, bucket) => ({
      entries: sum(this.#entries, bucket),
      slots: sum(this.#slots, bucket),
    }));
  }

  /** The addresses of one share, packed, in the order in which they were added. */
  async readShare(share: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for (const { at, ends } of this.#runs) {
      const from = share === 0 ? at : ends[share - 1]!;
      const piece = new Uint8Array(ends[share]! - from);
      if (piece.length === 0) continue;
      const { bytesRead } = await this.#file!.read(piece, 0, piece.length, from);
      if (bytesRead !== piece.length) throw new Error('what was kept on disk is not whole');
      pieces.push(piece);
    }
    return concatBytes(...pieces, ...this.#waiting[share]!);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #writeRun(): Promise<void> {
    const at = this.#end;
    const ends: number[] = [];
    for (const records of this.#waiting) {
      for (const { length } of records) this.#end += length;
      ends.push(this.#end);
    }
    const bytes = concatBytes(...this.#waiting.flat());
    await assertRoom(this.#directory, bytes.length);
    this.#file ??= await openUnnamed(this.#directory);
    await this.#file.write(bytes, 0, bytes.length, at);
    this.#runs.push({ at, ends });
    this.#waiting = emptyShares();
    this.#waitingBytes = 0;
  }
}

const emptyShares = (): Uint8Array[][] => Array.from({ length: SHARES }, () => []);

async function openUnnamed(directory: string): Promise<FileHandle> {
  const path = join(directory, `${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}
