import { LabelIndexError } from './error.ts';
import type { KeyHash } from './half-siphash.ts';

/** The form's family in one byte, then the payload. */
export const MIN_KEY_BYTES = 2;
export const MAX_KEY_BYTES = 70;
/** Words that hold the longest key and at least one byte more. */
export const KEY_WORDS = 18;

/** Whether an address can have a key of so many bytes. */
export function isKeyLength(length: number): boolean {
  return length >= MIN_KEY_BYTES && length <= MAX_KEY_BYTES;
}

/** @throws LabelIndexError `LABEL_RANGE`: such a key cannot be in the index, which is no "not found". */
export function assertKey({ length }: Uint8Array): void {
  if (!isKeyLength(length)) throw new LabelIndexError('LABEL_RANGE', `a key of ${length} bytes`);
}

/** The one key that is being looked at, as words: hashed and compared four bytes at a time. */
export class KeyWords {
  /** Little-endian; what is left of the last word in use is zero. */
  readonly words = new Uint32Array(KEY_WORDS);
  readonly #hash: KeyHash;
  /** Bytes. */
  length = 0;
  hash = 0;

  constructor(hash: KeyHash) {
    this.#hash = hash;
  }

  /** Words that hold a part of the key. */
  get used(): number {
    return (this.length + 3) >>> 2;
  }

  /** @throws LabelIndexError `LABEL_RANGE`. */
  take(key: Uint8Array): void {
    assertKey(key);
    const { words } = this;
    const { length } = key;
    const whole = length & ~3;
    for (let at = 0; at < whole; at += 4) {
      words[at >>> 2] =
        key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    }
    let rest = 0;
    for (let at = whole; at < length; at += 1) rest |= key[at]! << (8 * (at - whole));
    words[whole >>> 2] = rest;
    this.setLength(length);
  }

  copyBytes(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    for (let at = 0; at < this.length; at += 1)
      bytes[at] = this.words[at >>> 2]! >>> (8 * (at & 3));
    return bytes;
  }

  /** For whoever wrote `words`. */
  setLength(length: number): void {
    if ((length & 3) === 0) this.words[length >>> 2] = 0;
    this.length = length;
    this.hash = this.#hash(this.words, length);
  }
}
