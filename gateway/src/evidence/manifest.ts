/**
 * The manifest of a batch: the exact bytes of its commitments, each followed by a line feed, in the
 * order of the Merkle leaves. The ledger holds its SHA-256 and the root over its lines.
 */
import { createHash, type Hash } from 'node:crypto';
import { leafHash, MAX_BATCH_ITEMS, toHex } from '@tabellion/proof';
import { BatchRoot } from './batch-root.ts';
import { type CommitmentFacts, checkCommitment, MAX_COMMITMENT_BYTES } from './commitment.ts';
import { EvidenceError } from './error.ts';

export interface ManifestFacts {
  /** SHA-256 of the manifest's bytes, hex. */
  readonly digest: string;
  /** Merkle root over its lines, hex. */
  readonly root: string;
  /** Lines. */
  readonly size: number;
  /** Sum of the items' sizes. */
  readonly bytes: number;
}

const LINE_FEED = 0x0a;
const lineFeed = Buffer.of(LINE_FEED);
/** Bytes handed on at once when a manifest is written. */
export const MANIFEST_CHUNK = 262_144;

/** Computes a manifest's facts as it comes; holds a few hashes. */
export class ManifestDigest {
  readonly #hash: Hash = createHash('sha256');
  readonly #root = new BatchRoot();
  #bytes = 0;

  /** Lines so far. */
  get size(): number {
    return this.#root.size;
  }

  /** Adds a commitment and its line feed. @throws EvidenceError `TOO_LARGE`. Returns its leaf hash. */
  add(line: Uint8Array, size: number): Uint8Array {
    const leaf = this.addLeaf(line, size);
    this.#hash.update(line).update(lineFeed);
    return leaf;
  }

  /** Adds a commitment whose bytes are added with others': see `addBytes`. */
  addLeaf(line: Uint8Array, size: number): Uint8Array {
    if (this.size === MAX_BATCH_ITEMS || !Number.isSafeInteger(this.#bytes + size)) {
      throw new EvidenceError('TOO_LARGE', 'more items or bytes than a batch holds');
    }
    const leaf = leafHash(line);
    this.#root.add(leaf);
    this.#bytes += size;
    return leaf;
  }

  /** The manifest's bytes, several lines or part of one, of which `addLeaf` tells what they hold. */
  addBytes(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** @throws EvidenceError `MANIFEST_INVALID` if nothing was added. */
  finish(): ManifestFacts {
    const { root, size } = this.#root;
    if (root === undefined) throw new EvidenceError('MANIFEST_INVALID', 'no lines');
    return {
      digest: this.#hash.digest('hex'),
      root: toHex(root),
      size,
      bytes: this.#bytes,
    };
  }
}

/** The manifest's bytes in pieces. */
export function* manifestChunks(lines: Iterable<Uint8Array>): Generator<Buffer, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for (const line of lines) {
    parts.push(line, lineFeed);
    length += line.length + 1;
    if (length < MANIFEST_CHUNK) continue;
    yield Buffer.concat(parts, length);
    parts = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(parts, length);
}

/** Cuts a stream into lines, several at once. Holds one piece and one line. */
export class LineSplitter {
  readonly #terminator: number;
  #rest: Uint8Array[] = [];
  #restLength = 0;

  /** @param terminator the byte that ends a line. */
  constructor(terminator = LINE_FEED) {
    this.#terminator = terminator;
  }

  /** The lines that end in this piece, without what ends them. @throws EvidenceError `MANIFEST_INVALID`. */
  split(chunk: Uint8Array): Uint8Array[] {
    const end = this.#terminator;
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let at = chunk.indexOf(end); at !== -1; at = chunk.indexOf(end, start)) {
      lines.push(this.#complete(chunk.subarray(start, at)));
      start = at + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** @throws EvidenceError `MANIFEST_INVALID` if the last line has no line feed. */
  finish(): void {
    if (this.#restLength > 0) {
      throw new EvidenceError('MANIFEST_INVALID', 'the last line has no line feed');
    }
  }

  #complete(end: Uint8Array): Uint8Array {
    this.#keep(end);
    const line = this.#rest.length === 1 ? end : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    return line;
  }

  #keep(part: Uint8Array): void {
    this.#restLength += part.length;
    if (this.#restLength > MAX_COMMITMENT_BYTES) {
      throw new EvidenceError('MANIFEST_INVALID', 'a line is longer than 64 KiB');
    }
    this.#rest.push(part);
  }
}

/** A line of a stored manifest. */
export interface ManifestLine extends CommitmentFacts {
  readonly bytes: Uint8Array;
  /** Where the line begins in the file. */
  readonly offset: number;
  readonly leaf: Uint8Array;
}

/**
 * Passes a manifest's bytes on while it reads them, and at the end compares it with what was
 * announced; the facts are the generator's return value.
 * @throws EvidenceError `DIGEST_MISMATCH`, `ROOT_MISMATCH`, `MANIFEST_INVALID`, `TOO_LARGE`.
 */
export async function* checkManifest(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  announced: Partial<ManifestFacts>,
  onLine: (line: ManifestLine) => void,
): AsyncGenerator<Uint8Array, ManifestFacts, undefined> {
  const splitter = new LineSplitter();
  const digest = new ManifestDigest();
  let offset = 0;
  for await (const chunk of chunks) {
    for (const bytes of splitter.split(chunk)) {
      const { sha256, size } = checkCommitment(bytes);
      onLine({ bytes, offset, sha256, size, leaf: digest.addLeaf(bytes, size) });
      offset += bytes.length + 1;
    }
    digest.addBytes(chunk);
    yield chunk;
  }
  splitter.finish();
  const facts = digest.finish();
  assertFacts(facts, announced);
  return facts;
}

/** Reads a whole manifest; see {@link checkManifest}. */
export async function verifyManifest(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  announced: Partial<ManifestFacts> = {},
  onLine: (line: ManifestLine) => void = () => undefined,
): Promise<ManifestFacts> {
  const reading = checkManifest(chunks, announced, onLine);
  for (;;) {
    const step = await reading.next();
    if (step.done === true) return step.value;
  }
}

/** @throws EvidenceError `DIGEST_MISMATCH`, `ROOT_MISMATCH`. */
export function assertFacts(facts: ManifestFacts, expected: Partial<ManifestFacts>): void {
  if (expected.digest !== undefined && expected.digest !== facts.digest) {
    throw new EvidenceError('DIGEST_MISMATCH', 'the manifest has another digest');
  }
  for (const name of ['root', 'size', 'bytes'] as const) {
    if (expected[name] !== undefined && expected[name] !== facts[name]) {
      throw new EvidenceError('ROOT_MISMATCH', `the manifest has another ${name}`);
    }
  }
}
