/** Writes one JSON document a line, in large pieces. */
import { closeSync, openSync, writeSync } from 'node:fs';

/** Characters held before they are written. */
const HELD = 65_536;

export class NdjsonFile {
  readonly file: string;
  readonly #handle: number;
  #text = '';

  /** @param flags `w` replaces what is there, `wx` refuses. @throws NodeJS.ErrnoException as open does. */
  constructor(file: string, flags: 'w' | 'wx') {
    this.file = file;
    this.#handle = openSync(file, flags, 0o600);
  }

  add(document: unknown): void {
    this.#text += `${JSON.stringify(document)}\n`;
    if (this.#text.length >= HELD) this.#write();
  }

  close(): void {
    try {
      this.#write();
    } finally {
      closeSync(this.#handle);
    }
  }

  #write(): void {
    const text = this.#text;
    this.#text = '';
    writeSync(this.#handle, text);
  }
}
