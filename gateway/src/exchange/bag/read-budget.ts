/** How much of a foreign archive is read before it is given up as made to harm. */
import { ExchangeError } from '../exchange-error.ts';

export interface ReadLimits {
  /** Bytes after unpacking, in all. */
  readonly maxBytes: number;
  /** Bytes after unpacking for each byte of the archive. */
  readonly maxRatio: number;
  readonly maxEntries: number;
  /** Bytes of tag files and manifests, which are held in memory. */
  readonly maxTagBytes: number;
}

export const DEFAULT_LIMITS: ReadLimits = {
  maxBytes: 2 ** 40,
  maxRatio: 100,
  maxEntries: 1_000_000,
  maxTagBytes: 2 ** 28,
};

/** Small archives of text may well be packed closer than any ratio allows. */
const FREE_BYTES = 2 ** 24;

const tooLarge = (why: string) => new ExchangeError('BAG_TOO_LARGE', why);

/** Counts while it streams: what the archive says of itself is not relied on. One for each pass. */
export class ReadBudget {
  readonly #limits: ReadLimits;
  readonly #mostUnpacked: number;
  #unpacked = 0;
  #tagBytes = 0;
  #entries = 0;

  /** @param packed bytes of the archive; undefined where nothing is packed. */
  constructor(limits: ReadLimits, packed: number | undefined) {
    this.#limits = limits;
    this.#mostUnpacked =
      packed === undefined ? Number.POSITIVE_INFINITY : FREE_BYTES + packed * limits.maxRatio;
  }

  async *spend(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#unpacked += chunk.length;
      if (this.#unpacked > this.#mostUnpacked) {
        throw tooLarge(`it unpacks to more than ${this.#limits.maxRatio} times its size`);
      }
      if (this.#unpacked > this.#limits.maxBytes) {
        throw tooLarge(`it unpacks to more than ${this.#limits.maxBytes} bytes`);
      }
      yield chunk;
    }
  }

  addEntry(): void {
    this.#entries += 1;
    if (this.#entries > this.#limits.maxEntries) {
      throw tooLarge(`it has more than ${this.#limits.maxEntries} files`);
    }
  }

  /** The whole of a tag file. */
  async readTag(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) {
      this.#tagBytes += chunk.length;
      if (this.#tagBytes > this.#limits.maxTagBytes) {
        throw tooLarge(`its manifests have more than ${this.#limits.maxTagBytes} bytes`);
      }
      parts.push(chunk);
    }
    return Buffer.concat(parts);
  }
}
