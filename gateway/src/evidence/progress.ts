/** How far an anchoring has come, how fast it goes and how long it will take. */
export interface ProgressState {
  readonly filesDone: number;
  readonly bytesDone: number;
  /** Known once everything was counted. */
  readonly filesTotal?: number | undefined;
  readonly bytesTotal?: number | undefined;
  /** Bytes hashed a second. */
  readonly rate?: number | undefined;
  /** Seconds left. */
  readonly eta?: number | undefined;
}

export class ProgressMeter {
  readonly #tell: (state: ProgressState) => void;
  readonly #startedAt = performance.now();
  #files = 0;
  #bytes = 0;
  /** Done in an earlier run: part of what is done, not of the rate. */
  #oldFiles = 0;
  #oldBytes = 0;
  /** Of files still being read. */
  #partial = 0;
  #total: { readonly files: number; readonly bytes: number } | undefined;

  constructor(tell: (state: ProgressState) => void) {
    this.#tell = tell;
  }

  /** A file is done; `old` if an earlier run hashed it. */
  addFile(bytes: number, old = false): void {
    this.#files += 1;
    this.#bytes += bytes;
    if (old) {
      this.#oldFiles += 1;
      this.#oldBytes += bytes;
    }
  }

  /** Bytes of a large file that is still being read; negative when it ends. */
  addReading(bytes: number): void {
    this.#partial += bytes;
    if (bytes > 0) this.tell();
  }

  setTotal(files: number, bytes: number): void {
    this.#total = { files, bytes };
    this.tell();
  }

  tell(): void {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const bytesDone = this.#bytes + this.#partial;
    const rate = seconds > 0 ? (bytesDone - this.#oldBytes) / seconds : undefined;
    this.#tell({
      filesDone: this.#files,
      bytesDone,
      filesTotal: this.#total?.files,
      bytesTotal: this.#total?.bytes,
      rate,
      eta: this.#estimate(seconds, rate, bytesDone),
    });
  }

  /** Small files cost time by their number, large ones by their bytes: the longer of the two. */
  #estimate(seconds: number, rate: number | undefined, bytesDone: number): number | undefined {
    const files = this.#files - this.#oldFiles;
    if (this.#total === undefined || rate === undefined || files === 0) return undefined;
    const byFiles = ((this.#total.files - this.#files) * seconds) / files;
    const byBytes = rate === 0 ? 0 : (this.#total.bytes - bytesDone) / rate;
    return Math.max(0, byFiles, byBytes);
  }
}
