/**
 * hashdeep's own format (version 1.0, as hashdeep 4.4 writes and reads it): two header lines, comments,
 * then `size,digests,name`. Names stand there as they are, without any escape, so that a name with a
 * line feed breaks its line: such a list is refused here, and no such name is written.
 */
import { pathBytes } from '../byte-path.ts';
import { HashListError } from './hash-list-error.ts';
import type { LineReader, ListedFile } from './listed-file.ts';

const HEADER = '%%%% HASHDEEP-1.0';
const COLUMNS = '%%%% size,';
export const HASHDEEP_MAGIC = Buffer.from(HEADER);

/** Hexadecimal digits of each digest that hashdeep knows. */
const DIGITS: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha256: 64,
  tiger: 48,
  whirlpool: 128,
};
/** Digests that a commitment has a place for, in the order in which hashdeep writes them. */
const ALGORITHMS = ['md5', 'sha1', 'sha256'] as const;
export type HashdeepAlgorithm = (typeof ALGORITHMS)[number];

/** Longest line that hashdeep reads back whole, bytes without the line feed (tried with 4.4). */
const MAX_LINE = 2046;

export class HashdeepReader implements LineReader {
  #columns: readonly string[] = [];
  #pattern: RegExp | undefined;
  #line = 0;
  /** Lines end in CR LF, as on Windows; the header shows it. */
  #isCrLf = false;
  #listed = 0;

  readLine(text: string): ListedFile | string | undefined {
    this.#line += 1;
    if (this.#line === 1) {
      this.#isCrLf = text === `${HEADER}\r`;
      return this.#isCrLf || text === HEADER ? undefined : `not the header of ${HEADER}`;
    }
    if (this.#isCrLf && !text.endsWith('\r')) return 'the line ends otherwise than the header';
    const line = this.#isCrLf ? text.slice(0, -1) : text;
    if (this.#pattern === undefined) return this.#readColumns(line);
    // Later on such a line may be the rest of a name with a line feed.
    if (line.startsWith('#') && this.#listed === 0) return undefined;
    return this.#readFile(line, this.#pattern);
  }

  #readColumns(line: string): string | undefined {
    const names = line.startsWith(COLUMNS) ? line.slice(COLUMNS.length).split(',') : [];
    const columns = names.slice(0, -1);
    const isKnown = columns.every((name) => Object.hasOwn(DIGITS, name));
    if (names.at(-1) !== 'filename' || !isKnown || new Set(columns).size !== columns.length) {
      return 'not the columns of a hashdeep list';
    }
    if (!columns.includes('sha256')) {
      throw new HashListError(
        'LIST_WITHOUT_SHA256',
        `the list has ${columns.join(', ') || 'no digests'} only: make it with hashdeep -c sha256`,
      );
    }
    this.#columns = columns;
    const digests = columns.map((name) => `([0-9a-fA-F]{${DIGITS[name]}})`);
    this.#pattern = new RegExp(`^(\\d{1,16}),${digests.join(',')},(.+)$`, 's');
    return undefined;
  }

  #readFile(line: string, pattern: RegExp): ListedFile | string {
    const found = pattern.exec(line);
    if (found === null) {
      return 'neither size, digests and name nor a comment at the top (a name with a line feed breaks a hashdeep list)';
    }
    const size = Number(found[1]);
    if (!Number.isSafeInteger(size)) return 'the size is too large';
    this.#listed += 1;
    const digest = (name: HashdeepAlgorithm) =>
      found[this.#columns.indexOf(name) + 2]!.toLowerCase();
    return {
      name: found.at(-1)!,
      size,
      sha256: digest('sha256'),
      ...(this.#columns.includes('sha1') && { sha1: digest('sha1') }),
      ...(this.#columns.includes('md5') && { md5: digest('md5') }),
    };
  }
}

/** Why hashdeep would not read the name back as it is. */
export function findHashdeepObstacle(
  file: ListedFile,
  algorithms: readonly HashdeepAlgorithm[],
): string | undefined {
  if (file.name.includes('\n')) return 'holds a line feed';
  if (file.name.endsWith('\r')) return 'ends with a carriage return';
  if (writeHashdeepLine(file, algorithms).length - 1 > MAX_LINE) return 'is too long for hashdeep';
  return undefined;
}

/** @param comments what a reader should know, without line feeds. */
export function writeHashdeepHeader(
  algorithms: readonly HashdeepAlgorithm[],
  comments: readonly string[],
): Buffer {
  const columns = ALGORITHMS.filter((name) => algorithms.includes(name));
  const lines = [HEADER, `${COLUMNS}${columns.join(',')},filename`];
  return Buffer.from([...lines, ...comments.map((comment) => `## ${comment}`), ''].join('\n'));
}

/** The line of a file whose digests and size are known. */
export function writeHashdeepLine(
  file: ListedFile,
  algorithms: readonly HashdeepAlgorithm[],
): Buffer {
  const digests = ALGORITHMS.filter((name) => algorithms.includes(name)).map((name) => file[name]);
  return pathBytes(`${[file.size, ...digests, file.name].join(',')}\n`);
}
