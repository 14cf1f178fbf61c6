/** The label manifests of all members, by digest: what the ledger's roots stand for. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { removeUnfinished, writeCopies } from '../evidence/durable-file.ts';
import { makeDirectory } from '../identity/private-file.ts';
import {
  checkLabelManifest,
  type LabelLine,
  type LabelManifestFacts,
  verifyLabelManifest,
} from './manifest.ts';

const DIGEST = /^[0-9a-f]{64}$/;

export class LabelManifestStore {
  readonly #directory: string;
  /** Of those that this process has read. */
  readonly #facts = new Map<string, LabelManifestFacts>();

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
    await writeCopies(
      [this.#pathOf(digest)],
      (async function* () {
        facts = yield* checkLabelManifest(body, digest);
      })(),
    );
    this.#facts.set(digest, facts!);
    return facts!;
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
    const known = this.#facts.get(digest);
    if (known !== undefined || !(await this.has(digest))) return known;
    return this.read(digest, () => undefined);
  }

  /** Reads and checks all of it, line by line. @throws as `put`, and where it is not here. */
  async read(digest: string, onLine: (line: LabelLine) => void): Promise<LabelManifestFacts> {
    const facts = await verifyLabelManifest(this.open(digest), digest, onLine);
    this.#facts.set(digest, facts);
    return facts;
  }

  /** Whether the file has its digest, whatever stands in it. */
  async isIntact(digest: string): Promise<boolean> {
    const hash = createHash('sha256');
    for await (const chunk of this.open(digest)) hash.update(chunk);
    return hash.digest('hex') === digest;
  }

  /** The exact bytes. */
  open(digest: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#pathOf(digest));
  }

  /** The exact bytes of one line, without its line feed. */
  readLine(digest: string, { offset, length }: Pick<LabelLine, 'offset' | 'length'>): Uint8Array {
    const file = openSync(this.#pathOf(digest), 'r');
    try {
      const bytes = Buffer.alloc(length);
      const read = readSync(file, bytes, 0, length, offset);
      if (read !== length) throw new Error('a label manifest is shorter than it was');
      return bytes;
    } finally {
      closeSync(file);
    }
  }

  #pathOf(digest: string): string {
    if (!DIGEST.test(digest)) throw new Error('not a digest');
    return join(this.#directory, `${digest}.ndjson`);
  }
}
