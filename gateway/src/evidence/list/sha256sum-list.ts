/**
 * The lists of GNU coreutils' sha256sum: digest, a space, a space or `*`, name. A leading backslash says
 * that line feeds, carriage returns and backslashes of the name are escaped; with `--zero` lines end in
 * NUL and nothing is escaped. The BSD form of `--tag` is read too.
 */
import { type BytePath, pathBytes } from '../byte-path.ts';
import type { LineReader, ListedFile } from './listed-file.ts';

const PLAIN = /^(\\?)([0-9a-fA-F]{64}) [ *](.+)$/s;
const TAGGED = /^(\\?)SHA256 \((.+)\) = ([0-9a-fA-F]{64})$/s;
const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\\\': '\\' };

export class Sha256sumReader implements LineReader {
  readonly #isZero: boolean;

  constructor(isZero: boolean) {
    this.#isZero = isZero;
  }

  readLine(line: string): ListedFile | string | undefined {
    if (this.#isZero) return readZeroLine(line);
    if (line.startsWith('#')) return undefined;
    // Either the name's own or that of a list with CR LF: which of them cannot be known.
    if (line.endsWith('\r'))
      return 'ends with a carriage return: write the list with LF, or --zero';
    const found = PLAIN.exec(line);
    const tagged = found === null ? TAGGED.exec(line) : null;
    if (found === null && tagged === null)
      return 'neither digest and name nor SHA256 (name) = digest';
    const [mark, sha256, text] =
      found === null ? [tagged![1], tagged![3]!, tagged![2]!] : [found[1], found[2]!, found[3]!];
    const name = mark === '' ? text : unescapeName(text);
    if (name === undefined) return 'a backslash that escapes nothing';
    return { name, sha256: sha256.toLowerCase() };
  }
}

function readZeroLine(line: string): ListedFile | string {
  const found = PLAIN.exec(line);
  if (found === null || found[1] !== '') return 'not digest and name';
  return { name: found[3]!, sha256: found[2]!.toLowerCase() };
}

function unescapeName(text: BytePath): BytePath | undefined {
  let isSound = true;
  const name = text.replace(/\\.?/gs, (pair) => {
    const meant = ESCAPES[pair];
    if (meant === undefined) isSound = false;
    return meant ?? '';
  });
  return isSound ? name : undefined;
}

/** Why sha256sum would not read the name back as it is. */
export function findSha256sumObstacle({ name }: Pick<ListedFile, 'name'>): string | undefined {
  return name === '-' ? 'means standard input to sha256sum' : undefined;
}

/** A line with its end. Every name but `-` comes back; with `isZero`, as it stands. */
export function writeSha256sumLine(
  { sha256, name }: Pick<ListedFile, 'sha256' | 'name'>,
  isZero: boolean,
): Buffer {
  if (isZero) return pathBytes(`${sha256}  ${name}\0`);
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return pathBytes(`${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`);
}
