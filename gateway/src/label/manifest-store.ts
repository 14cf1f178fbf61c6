/** The label manifests of all members, by digest: what the ledger's roots stand for. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers';
import { removeUnfinished, writeCopies } from '../evidence/durable-file.ts';
import { EvidenceError } from '../evidence/error.ts';
import { LineSplitter } from '../evidence/manifest.ts';
import { makeDirectory } from '../identity/private-file.ts';
import {
  checkLabelManifest,
  type LabelLine,
  type LabelManifestFacts,
  type TransferLine,
  verifyLabelManifest,
} from './manifest.ts';
import {
  ChangedFile,
  digestPages,
  PageDigester,
  type PageDigests,
  readChecked,
} from './page-digests.ts';

const DIGEST = /^[0-9a-f]{64}$/;
const ENDING = '.ndjson';
/** A file that was found changed is not read as a whole again before that, milliseconds. */
const CHANGED_MS = 10_000;
/** Files that are open at once for single lines. */
const MAX_OPEN = 64;

export interface StoredFile {
  readonly bytes: number;
  /** When it was handed in, or was last to be asserted; milliseconds since 1970. */
  readonly usedAt: number;
}

export class LabelManifestStore {
  readonly #directory: string;
  /** Of those that this process has read. */
  readonly #facts = new Map<string, LabelManifestFacts>();
  /** Of those that this process has read as a whole: what single lines are held to. */
  readonly #pages = new Map<string, PageDigests>();
  /** When a file was found to be another than it was. */
  readonly #changed = new Map<string, number>();
  /** Files that single lines are read from, until this turn ends: what is read together is often of one. */
  readonly #open = new Map<string, number>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<LabelManifestStore> {
    await makeDirectory(directory);
    await removeUnfinished(directory);
    return new LabelManifestStore(directory);
  }

  /**
   * Streams to disk; resolves once the bytes are checked and durable. Repeating is harmless.
   * @throws as {@link checkLabelManifest}; then nothing stays.
   */
  async put(digest: string, body: AsyncIterable<Uint8Array>): Promise<LabelManifestFacts> {
    let facts: LabelManifestFacts | undefined;
    await this.#write(
      digest,
      (async function* () {
        facts = yield* checkLabelManifest(body, digest);
      })(),
    );
    this.#facts.set(digest, facts!);
    return facts!;
  }

  /**
   * Keeps what has that digest, whatever it says: that a batch on the ledger names what is no manifest can
   * only be known by who has it. Durable, or nothing stays.
   * @throws EvidenceError `DIGEST_MISMATCH`.
   */
  async keep(digest: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    const hash = createHash('sha256');
    await this.#write(
      digest,
      (async function* () {
        for await (const chunk of body) {
          hash.update(chunk);
          yield chunk;
        }
        if (hash.digest('hex') !== digest)
          throw new EvidenceError('DIGEST_MISMATCH', 'the manifest has another digest');
      })(),
    );
  }

  /** Whether there is a file of that name; what it holds is checked when it is read. */
  async has(digest: string): Promise<boolean> {
    return access(this.#pathOf(digest)).then(
      () => true,
      () => false,
    );
  }

  /** Reads all of it where this process has not yet. Undefined if it is not here. @throws as `put`. */
  async find(digest: string): Promise<LabelManifestFacts | undefined> {
    if (!(await this.has(digest))) return undefined;
    return this.#facts.get(digest) ?? this.read(digest, () => undefined);
  }

  /** Reads and checks all of it, line by line. @throws as `put`, and where it is not here. */
  async read(
    digest: string,
    onLine: (line: LabelLine) => void,
    onTransfer?: (line: TransferLine) => void,
  ): Promise<LabelManifestFacts> {
    const pages = new PageDigester();
    const chunks = tap(this.open(digest), pages);
    const facts = await verifyLabelManifest(chunks, digest, onLine, onTransfer);
    this.#facts.set(digest, facts);
    this.#know(digest, pages.finish());
    return facts;
  }

  /** Whether the file has its digest, whatever stands in it. */
  async isIntact(digest: string): Promise<boolean> {
    const hash = createHash('sha256');
    const pages = new PageDigester();
    for await (const chunk of tap(this.open(digest), pages)) hash.update(chunk);
    if (hash.digest('hex') !== digest) return false;
    this.#know(digest, pages.finish());
    return true;
  }

  /**
   * The exact bytes of every line, piece by piece: they count once all of them came.
   * @throws where the file is not what it was, at its end.
   */
  async *readLines(digest: string): AsyncGenerator<readonly Uint8Array[], void, undefined> {
    const splitter = new LineSplitter();
    const hash = createHash('sha256');
    for await (const chunk of this.open(digest)) {
      hash.update(chunk);
      yield splitter.split(chunk);
    }
    if (hash.digest('hex') !== digest) throw new ChangedFile();
  }

  /** Whether single lines can be read without a look at the whole. */
  isKnown(digest: string): boolean {
    return this.#pages.has(digest);
  }

  /** The exact bytes. */
  open(digest: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#pathOf(digest));
  }

  /**
   * The exact bytes of one line, without its line feed, as they stand in what the digest names: where this
   * process has not read the whole yet, it does now.
   * @throws where the file is not what it was.
   */
  readLine(digest: string, place: Pick<LabelLine, 'offset' | 'length'>): Uint8Array {
    const file = this.#open.get(digest) ?? this.#openForNow(digest);
    return readChecked(file, this.#pages.get(digest) ?? this.#learn(digest, file), place);
  }

  /** Digests of the files that are here. */
  async list(): Promise<string[]> {
    const names = await readdir(this.#directory);
    return names
      .filter((name) => name.endsWith(ENDING))
      .map((name) => name.slice(0, -ENDING.length))
      .filter((digest) => DIGEST.test(digest));
  }

  stat(digest: string): StoredFile | undefined {
    const found = statSync(this.#pathOf(digest), { throwIfNoEntry: false });
    return found && { bytes: found.size, usedAt: found.mtimeMs };
  }

  /** It is to be asserted: its age begins anew. @param now milliseconds since 1970. */
  touch(digest: string, now: number): void {
    utimesSync(this.#pathOf(digest), now / 1000, now / 1000);
  }

  /** @throws the operating system's error. */
  remove(digest: string): void {
    unlinkSync(this.#pathOf(digest));
    this.#facts.delete(digest);
    this.#pages.delete(digest);
  }

  async #write(digest: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const pages = new PageDigester();
    await writeCopies([this.#pathOf(digest)], tap(chunks, pages));
    this.#know(digest, pages.finish());
  }

  #know(digest: string, pages: PageDigests): void {
    this.#pages.set(digest, pages);
    this.#changed.delete(digest);
  }

  #learn(digest: string, file: number): PageDigests {
    const changedAt = this.#changed.get(digest);
    if (changedAt !== undefined && performance.now() < changedAt + CHANGED_MS)
      throw new ChangedFile();
    try {
      const pages = digestPages(file, digest);
      this.#know(digest, pages);
      return pages;
    } catch (error) {
      this.#changed.set(digest, performance.now());
      throw error;
    }
  }

  #openForNow(digest: string): number {
    if (this.#open.size === MAX_OPEN) this.#closeAll();
    if (this.#open.size === 0) setImmediate(() => this.#closeAll());
    const file = openSync(this.#pathOf(digest), 'r');
    this.#open.set(digest, file);
    return file;
  }

  #closeAll(): void {
    for (const file of this.#open.values()) closeSync(file);
    this.#open.clear();
  }

  #pathOf(digest: string): string {
    if (!DIGEST.test(digest)) throw new Error('not a digest');
    return join(this.#directory, digest + ENDING);
  }
}

async function* tap(
  chunks: AsyncIterable<Uint8Array>,
  pages: PageDigester,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    pages.update(chunk);
    yield chunk;
  }
}
