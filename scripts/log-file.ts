/**
 * Where a gateway's log goes. Written beside the work, and given up rather than waited for: pino's own
 * destination tries for ever to write its rest when the process ends, so that on a full or broken disk
 * no process would end.
 */
import { closeSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** Bytes that wait while nothing can be written; lines beyond that are lost. */
const MOST_WAITING = 1 << 20;

const writeOnce = promisify(write);

export class LogFile {
  readonly #file: number;
  readonly #onFailure: (error: Error) => void;
  #waiting: Buffer[] = [];
  #size = 0;
  #writing: Promise<void> | undefined;
  #hasFailed = false;

  /** `onFailure` is told once, until something could be written again. Made with mode 0600. */
  constructor(path: string, onFailure: (error: Error) => void) {
    this.#file = openSync(path, 'a', 0o600);
    this.#onFailure = onFailure;
  }

  write(line: string): void {
    if (this.#size > MOST_WAITING) return;
    this.#push(Buffer.from(line));
    this.#writing ??= this.#writeWaiting();
  }

  /** One attempt with what waits and a last line, for the end of the process. @throws if it fails. */
  writeLast(line: string): void {
    writeSync(this.#file, Buffer.concat([...this.#waiting, Buffer.from(line)]));
  }

  async close(): Promise<void> {
    await this.#writing;
    closeSync(this.#file);
  }

  async #writeWaiting(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && (await this.#writeSome()));
    } finally {
      // At once after the last look: a line that came between the two would wait for the next one.
      this.#writing = undefined;
    }
  }

  /** Whether it could be written; else it is tried again with the next line. */
  async #writeSome(): Promise<boolean> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#size = 0;
    try {
      const { bytesWritten } = await writeOnce(this.#file, bytes);
      this.#hasFailed = false;
      if (bytesWritten < bytes.length) this.#unshift(bytes.subarray(bytesWritten));
      return true;
    } catch (error) {
      this.#unshift(bytes);
      if (!this.#hasFailed) this.#onFailure(error as Error);
      this.#hasFailed = true;
      return false;
    }
  }

  #push(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
  }

  #unshift(bytes: Buffer): void {
    this.#waiting.unshift(bytes);
    this.#size += bytes.length;
  }
}
