/** A manifest while it is made, item by item: its bytes, its leaves and where its lines stand, each in one piece. */
import { drawSalt, formatCommitment, type ItemFacts } from './commitment.ts';
import { LinePositions } from './line-positions.ts';
import { MANIFEST_CHUNK, ManifestDigest, type ManifestFacts } from './manifest.ts';

const LINE_FEED = 0x0a;
const HASH_LENGTH = 32;
/** Bytes at first: many batches hold one item. */
const FIRST_CHUNK = 1024;
const FIRST_LEAVES = 8;
/** Bytes that a character of a string takes in UTF-8, at most. */
const CHARACTER = 3;

/** A whole manifest. */
export interface MadeManifest extends ManifestFacts {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly positions: LinePositions;
}

export class ManifestWriter {
  readonly #digest = new ManifestDigest();
  readonly #positions = new LinePositions();
  #full: Uint8Array<ArrayBuffer>[] = [];
  #chunk = Buffer.allocUnsafeSlow(FIRST_CHUNK);
  /** Bytes written to the chunk, and to all chunks before. */
  #used = 0;
  #before = 0;
  #leaves = Buffer.allocUnsafeSlow(FIRST_LEAVES * HASH_LENGTH);

  /** Lines so far. */
  get size(): number {
    return this.#digest.size;
  }

  /** Salts the item and adds its commitment. @throws EvidenceError `TOO_LARGE`, `ITEM_INVALID`. */
  add(item: ItemFacts): void {
    const text = formatCommitment(item, drawSalt());
    this.#makeRoom(text.length * CHARACTER + 1);
    const start = this.#used;
    const end = start + this.#chunk.write(text, start);
    const index = this.size;
    const leaf = this.#digest.addLeaf(this.#chunk.subarray(start, end), item.size);
    this.#putLeaf(index, leaf);
    this.#positions.add(item.digest.sha256, this.#before + start);
    this.#chunk[end] = LINE_FEED;
    this.#used = end + 1;
  }

  /** Merkle leaf hash of a line, hex. */
  leaf(index: number): string {
    return this.#leaves.toString('hex', index * HASH_LENGTH, (index + 1) * HASH_LENGTH);
  }

  /** Ends it, and keeps nothing but the leaves. @throws EvidenceError `MANIFEST_INVALID` without a line. */
  finish(): MadeManifest {
    this.#endChunk();
    const chunks = this.#full;
    this.#full = [];
    this.#chunk = Buffer.alloc(0);
    return { ...this.#digest.finish(), chunks, positions: this.#positions };
  }

  #putLeaf(index: number, leaf: Uint8Array): void {
    if (index * HASH_LENGTH === this.#leaves.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#leaves.length);
      this.#leaves.copy(larger);
      this.#leaves = larger;
    }
    this.#leaves.set(leaf, index * HASH_LENGTH);
  }

  #makeRoom(length: number): void {
    if (this.#used + length <= this.#chunk.length) return;
    const grown = Math.min(2 * this.#chunk.length, MANIFEST_CHUNK);
    this.#endChunk();
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(grown, length));
  }

  #endChunk(): void {
    if (this.#used === 0) return;
    const chunk = this.#chunk.subarray(0, this.#used);
    this.#digest.addBytes(chunk);
    this.#full.push(chunk);
    this.#before += this.#used;
    this.#used = 0;
  }
}
