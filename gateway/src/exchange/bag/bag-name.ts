/**
 * Names in a bag (RFC 8493, 2.1.3): UTF-8, relative, parts joined by `/`; in manifests CR, LF and `%`
 * stand as `%0D`, `%0A` and `%25`. Not every tool reads these codes, so no name of ours needs them.
 */
import { type BytePath, pathBytes } from '../../evidence/byte-path.ts';
import { readablePath } from '../../evidence/commitment.ts';
import { ExchangeError } from '../exchange-error.ts';

export const PAYLOAD = 'data/';

/** @param version of the bag: before 1.0 a `%25` stood for itself. */
export const decodeName = (text: string, version: string): string =>
  text.replace(version.startsWith('0.') ? /%(0A|0D)/gi : /%(0A|0D|25)/gi, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  );

/**
 * The payload's name for an anchored name, which may be any bytes. Whatever some tool would read in
 * another way becomes `=XX`, byte for byte: what is no UTF-8, control characters, `%`, and the backslash
 * that some systems take for a `/`. Two names never become one. The exact bytes stand in the tag files.
 * @throws ExchangeError `BAG_UNSAFE` for a name that would lie outside.
 */
export function toPayloadName(name: BytePath): string {
  const isText = readablePath(pathBytes(name)) !== undefined;
  // A BytePath has one character a byte.
  const escaped = Array.from(name, (byte, at) =>
    isOdd(name, at, isText) ? escapeByte(byte) : byte,
  );
  const text = pathBytes(escaped.join('')).toString('utf8');
  assertInside(text);
  return `${PAYLOAD}${text}`;
}

function isOdd(name: BytePath, at: number, isText: boolean): boolean {
  const byte = name.charCodeAt(at);
  if (byte < 0x20 || byte === 0x7f || (byte > 0x7f && !isText)) return true;
  const character = name[at]!;
  // A drive's letter or somebody's home to some systems, at the beginning.
  if (at === 0 && character === '~') return true;
  if (at === 1 && character === ':') return true;
  if (character === '=') return /^[0-9A-F]{2}/.test(name.slice(at + 1, at + 3));
  return character === '%' || character === '\\';
}

const escapeByte = (byte: string): string =>
  `=${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** @throws ExchangeError `BAG_UNSAFE` for a name that is absolute, climbs out, or means nothing. */
export function assertInside(name: string): void {
  const isOut =
    /^[/~]|^[A-Za-z]:|[\\\0]/.test(name) ||
    name.split('/').some((part) => part === '..' || part === '.' || part === '');
  if (isOut) {
    throw new ExchangeError('BAG_UNSAFE', `a name leads out of the bag: ${JSON.stringify(name)}`);
  }
}
