/**
 * What a file held when all of it was checked, page by page: a few bytes can then be read again and
 * checked again without the rest. 32 bytes of memory for 4 KiB of file.
 */
import { createHash, type Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import { equalBytes, sha256 } from '@tabellion/proof';

const PAGE = 4096;
const DIGEST = 32;
/** Read at once where a whole file is digested. */
const CHUNK = 1_048_576;

/** SHA-256 of each page, one after the other. */
export type PageDigests = Uint8Array;

/** Takes a file's bytes in order, in pieces of any length. */
export class PageDigester {
  readonly #pages: Uint8Array[] = [];
  #hash: Hash = createHash('sha256');
  #filled = 0;

  update(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + PAGE - this.#filled);
      this.#hash.update(piece);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === PAGE) this.#end();
    }
  }

  finish(): PageDigests {
    if (this.#filled > 0) this.#end();
    return Buffer.concat(this.#pages);
  }

  #end(): void {
    this.#pages.push(this.#hash.digest());
    this.#hash = createHash('sha256');
    this.#filled = 0;
  }
}

/** For the pages that a line stands on: checked and copied from before anything else is read into it. */
const pagesOfLine = Buffer.alloc(4 * PAGE);

/** The bytes at a place. @throws where the pages that they stand on are not what they were. */
export function readChecked(
  file: number,
  pages: PageDigests,
  { offset, length }: { readonly offset: number; readonly length: number },
): Uint8Array {
  const first = Math.floor(offset / PAGE);
  const size = (Math.ceil((offset + length) / PAGE) - first) * PAGE;
  const bytes = size <= pagesOfLine.length ? pagesOfLine : Buffer.alloc(size);
  const read = readSync(file, bytes, 0, size, first * PAGE);
  const isWhole = first * PAGE + read >= offset + length;
  for (let at = 0; isWhole && at < read; at += PAGE) {
    const page = bytes.subarray(at, Math.min(at + PAGE, read));
    const known = pages.subarray((first + at / PAGE) * DIGEST, (first + at / PAGE + 1) * DIGEST);
    if (!equalBytes(sha256(page), known)) throw new ChangedFile();
  }
  if (!isWhole) throw new ChangedFile();
  const start = offset - first * PAGE;
  return new Uint8Array(bytes.subarray(start, start + length));
}

/** Of a file whose digest is known, read from its beginning. @throws where it has another. */
export function digestPages(file: number, digest: string): PageDigests {
  const hash = createHash('sha256');
  const pages = new PageDigester();
  const chunk = Buffer.alloc(CHUNK);
  for (let at = 0; ; ) {
    const read = readSync(file, chunk, 0, CHUNK, at);
    if (read === 0) break;
    hash.update(chunk.subarray(0, read));
    pages.update(chunk.subarray(0, read));
    at += read;
  }
  if (hash.digest('hex') !== digest) throw new ChangedFile();
  return pages.finish();
}

export class ChangedFile extends Error {
  override readonly name = 'ChangedFile';

  constructor() {
    super('a label manifest is not what it was');
  }
}
