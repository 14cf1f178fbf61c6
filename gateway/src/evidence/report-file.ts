/** The report of an anchoring: every omission and note, one JSON line each, on the collector's disk. */
import { pathBytes } from './byte-path.ts';
import { readablePath } from './commitment.ts';
import { NdjsonFile } from './ndjson-file.ts';
import { isOmission, type Report } from './source.ts';

export class ReportFile {
  readonly counts: Record<string, number> = {};
  readonly #lines: NdjsonFile;
  #omitted = 0;

  /** Replaces the report of an earlier run: each run looks at everything again. */
  constructor(file: string) {
    this.#lines = new NdjsonFile(file, 'w');
  }

  get file(): string {
    return this.#lines.file;
  }

  /** Entries that are not anchored. */
  get omitted(): number {
    return this.#omitted;
  }

  add({ name, code, detail }: Report): void {
    const bytes = pathBytes(name);
    this.#lines.add({ code, path: bytes.toString('base64url'), text: readablePath(bytes), detail });
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    if (isOmission(code)) this.#omitted += 1;
  }

  close(): void {
    this.#lines.close();
  }
}
