/** The report of an anchoring: every omission and note, one JSON line each, on the collector's disk. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { pathBytes } from './byte-path.ts';
import { readablePath } from './commitment.ts';
import { isOmission, type Report } from './source.ts';

/** Characters held before they are written. */
const HELD = 65_536;

export class ReportFile {
  readonly file: string;
  readonly counts: Record<string, number> = {};
  #omitted = 0;
  #text = '';
  readonly #handle: number;

  /** Replaces the report of an earlier run: each run looks at everything again. */
  constructor(file: string) {
    this.file = file;
    this.#handle = openSync(file, 'w', 0o600);
  }

  /** Entries that are not anchored. */
  get omitted(): number {
    return this.#omitted;
  }

  add({ name, code, detail }: Report): void {
    const bytes = pathBytes(name);
    const line = { code, path: bytes.toString('base64url'), text: readablePath(bytes), detail };
    this.#text += `${JSON.stringify(line)}\n`;
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    if (isOmission(code)) this.#omitted += 1;
    if (this.#text.length >= HELD) this.#write();
  }

  close(): void {
    this.#write();
    closeSync(this.#handle);
  }

  #write(): void {
    writeSync(this.#handle, this.#text);
    this.#text = '';
  }
}
