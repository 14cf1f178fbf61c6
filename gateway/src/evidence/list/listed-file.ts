/** What a list of digests says of a file, whichever tool wrote it. */
import type { BytePath } from '../byte-path.ts';

export interface ListedFile {
  /** Exactly as the list has it. */
  readonly name: BytePath;
  readonly sha256: string;
  readonly sha1?: string;
  readonly md5?: string;
  /** Bytes; absent in lists that have no sizes. */
  readonly size?: number;
}

/** Reads one line; undefined for one that lists no file, text for why it cannot be read. */
export interface LineReader {
  readLine(line: string): ListedFile | string | undefined;
}
