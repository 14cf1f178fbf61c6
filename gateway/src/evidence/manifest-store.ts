/**
 * A member's manifests: one durable file each, a second copy in escrow, and an index of their items.
 * Whoever loses the manifests loses every proof, so nothing counts as stored before both are on disk.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull } from '../http/disk-full.ts';
import { CopyError, writeCopies } from './durable-file.ts';
import { EvidenceError } from './error.ts';
import {
  type ItemFilter,
  ItemIndex,
  type ItemPosition,
  type StoredManifest,
} from './item-index.ts';
import { ItemIndexing } from './item-indexing.ts';
import { LinePositions } from './line-positions.ts';
import {
  assertFacts,
  checkManifest,
  LineSplitter,
  type ManifestFacts,
  verifyManifest,
} from './manifest.ts';
import { listManifests, manifestPath, prepareDirectory } from './manifest-files.ts';

export interface ManifestStoreOptions {
  readonly directory: string;
  /** Second place, best on another disk or machine. A copy that fails makes `put` fail. */
  readonly escrow?: string;
}

/** What is announced of a manifest; everything given is checked. */
export type Announced = { readonly acquisition: string; readonly digest: string } & Partial<
  Pick<ManifestFacts, 'root' | 'size' | 'bytes'>
>;

export interface StoredItem extends ItemPosition {
  /** The commitment's exact bytes. */
  readonly bytes: Uint8Array;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const DIGEST = /^[0-9a-f]{64}$/;
const ACQUISITION = /^[0-9a-f]{32}$/;

export class ManifestStore {
  readonly #directory: string;
  readonly #escrow: string | undefined;
  readonly #index: ItemIndex;
  readonly #indexing: ItemIndexing;
  readonly #damaged = new Map<string, unknown>();

  private constructor(options: ManifestStoreOptions) {
    this.#directory = options.directory;
    this.#escrow = options.escrow;
    this.#index = new ItemIndex(join(options.directory, 'index.sqlite'));
    this.#indexing = new ItemIndexing(this.#index);
  }

  /** Opens the store, makes up for copies and index entries that an interruption left out. */
  static async open(options: ManifestStoreOptions): Promise<ManifestStore> {
    await prepareDirectory(options.directory);
    if (options.escrow !== undefined) await prepareDirectory(options.escrow);
    const store = new ManifestStore(options);
    await store.#completeCopies();
    await store.#indexFiles();
    return store;
  }

  /** Manifest digests whose file could not be read as what its name says, with the error. */
  get damaged(): ReadonlyMap<string, unknown> {
    return this.#damaged;
  }

  /**
   * Stores a manifest from outside; resolves once every copy is durable. Repeating is harmless.
   * @throws EvidenceError `MANIFEST_INVALID`, `DIGEST_MISMATCH`, `ROOT_MISMATCH`, `TOO_LARGE`,
   * `NOT_ALLOWED` if another acquisition has it, `ESCROW_FAILED`.
   */
  async put(announced: Announced, body: Chunks): Promise<StoredManifest> {
    assertNames(announced);
    const known = this.find(announced.digest);
    if (known !== undefined) return acceptKnown(known, announced);
    const items = new LinePositions();
    let facts: ManifestFacts | undefined;
    async function* check() {
      facts = yield* checkManifest(body, announced, ({ sha256, offset }) =>
        items.add(sha256, offset),
      );
    }
    await this.#write(announced, check());
    const manifest = { ...facts!, acquisition: announced.acquisition };
    this.#indexing.add(manifest, items);
    return manifest;
  }

  /**
   * Stores a manifest that this process has just made and hashed, without reading it again.
   * @throws EvidenceError `ESCROW_FAILED`.
   */
  async putOwn(manifest: StoredManifest, items: LinePositions, chunks: Chunks): Promise<void> {
    if (this.find(manifest.digest) !== undefined) return;
    await this.#write(manifest, chunks);
    this.#indexing.add(manifest, items);
  }

  find(digest: string): StoredManifest | undefined {
    return this.#index.findManifest(digest);
  }

  /** The exact bytes. @throws EvidenceError `NOT_FOUND`. */
  read(digest: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#pathOf(digest), { highWaterMark: 1_048_576 });
  }

  /** The commitment that begins at this offset. @throws EvidenceError `NOT_FOUND`. */
  async readLine(digest: string, offset: number): Promise<Uint8Array> {
    const [line] = await this.#readLines(digest, [offset]);
    return line!;
  }

  async #readLines(digest: string, offsets: readonly number[]): Promise<Uint8Array[]> {
    const file = await open(this.#pathOf(digest), 'r');
    try {
      return await Promise.all(offsets.map((offset) => readLineAt(file, offset)));
    } finally {
      await file.close();
    }
  }

  /**
   * Items with an ID above `after`, in the order in which they were stored.
   * @throws when some are not in the index, for want of room: that they are not found would say too much.
   */
  async listItems(filter: ItemFilter, after: number, limit: number): Promise<StoredItem[]> {
    await this.#indexing.complete();
    const positions = this.#index.list(filter, after, limit);
    const pages = Map.groupBy(positions, ({ manifest }) => manifest);
    const items = await Promise.all([...pages].map((page) => this.#readItems(...page)));
    // IDs grow from manifest to manifest, so that these are in order still.
    return items.flat();
  }

  async #readItems(manifest: string, positions: readonly ItemPosition[]): Promise<StoredItem[]> {
    const offsets = positions.map(({ offset }) => offset);
    const lines = await this.#readLines(manifest, offsets);
    return positions.map((position, at) => ({ ...position, bytes: lines[at]! }));
  }

  /** Forgets the index and computes it again from the files, each verified on the way. */
  async rebuild(): Promise<void> {
    await this.#indexing.clear();
    await this.#completeCopies();
    await this.#indexFiles();
  }

  async close(): Promise<void> {
    await this.#indexing.stop();
    this.#index.close();
  }

  #pathOf(digest: string): string {
    const manifest = this.find(digest);
    if (manifest === undefined) throw new EvidenceError('NOT_FOUND', 'no such manifest');
    return manifestPath(this.#directory, manifest);
  }

  async #write(manifest: Announced, chunks: Chunks): Promise<void> {
    const path = manifestPath(this.#directory, manifest);
    if (this.#escrow === undefined) return writeCopies([path], chunks);
    const copy = manifestPath(this.#escrow, manifest);
    try {
      await writeCopies([copy, path], chunks);
    } catch (error) {
      if (!(error instanceof CopyError) || error.path !== copy) throw error;
      throw new EvidenceError('ESCROW_FAILED', 'the second copy could not be written', {
        cause: error.cause,
      });
    }
  }

  /** Copies what only one of the two places has, as after a loss or a change of configuration. */
  async #completeCopies(): Promise<void> {
    if (this.#escrow === undefined) return;
    const [own, escrowed] = [
      await listManifests(this.#directory),
      await listManifests(this.#escrow),
    ];
    await this.#copyMissing(own, this.#directory, escrowed, this.#escrow);
    await this.#copyMissing(escrowed, this.#escrow, own, this.#directory);
  }

  async #copyMissing(
    from: readonly Announced[],
    source: string,
    to: readonly Announced[],
    target: string,
  ): Promise<void> {
    const present = new Set(to.map(({ digest }) => digest));
    for (const manifest of from.filter(({ digest }) => !present.has(digest))) {
      try {
        const chunks = createReadStream(manifestPath(source, manifest));
        const { digest } = manifest;
        await writeCopies(
          [manifestPath(target, manifest)],
          checkManifest(chunks, { digest }, () => undefined),
        );
      } catch (error) {
        this.#damaged.set(manifest.digest, error);
      }
    }
  }

  /** Indexes every file that the index does not hold completely, and forgets those that are gone. */
  async #indexFiles(): Promise<void> {
    const files = await listManifests(this.#directory);
    this.#index.keepOnly(new Set(files.map(({ digest }) => digest)));
    const incomplete = new Set(this.#index.listIncomplete());
    for (const manifest of files) {
      const { digest, acquisition } = manifest;
      if (this.find(digest) !== undefined && !incomplete.has(digest)) continue;
      try {
        const items = new LinePositions();
        const chunks = createReadStream(manifestPath(this.#directory, manifest));
        const facts = await verifyManifest(chunks, { digest }, ({ sha256, offset }) =>
          items.add(sha256, offset),
        );
        this.#indexing.add({ ...facts, acquisition }, items);
      } catch (error) {
        if (isDiskFull(error)) throw error;
        this.#damaged.set(digest, error);
      }
      await this.#indexing.complete();
    }
  }
}

async function readLineAt(file: FileHandle, offset: number): Promise<Uint8Array> {
  const splitter = new LineSplitter();
  for (let at = offset; ; ) {
    const piece = Buffer.allocUnsafe(1024);
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    const [line] = splitter.split(piece.subarray(0, bytesRead));
    if (line !== undefined) return line;
    if (bytesRead === 0) throw new EvidenceError('MANIFEST_INVALID', 'a line is missing');
    at += bytesRead;
  }
}

function assertNames({ acquisition, digest }: Announced): void {
  if (!ACQUISITION.test(acquisition) || !DIGEST.test(digest)) {
    throw new EvidenceError('NOT_FOUND', 'not the ID of an acquisition or a manifest');
  }
}

function acceptKnown(known: StoredManifest, announced: Announced): StoredManifest {
  if (known.acquisition !== announced.acquisition) {
    throw new EvidenceError('NOT_ALLOWED', 'stored for another acquisition');
  }
  assertFacts(known, announced);
  return known;
}
