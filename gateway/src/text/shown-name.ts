/** Names of files for people: what is no printable UTF-8 is shown as an escape, so that none hides. */
import type { BytePath } from '../evidence/byte-path.ts';
import { pathBytes } from '../evidence/byte-path.ts';

/** `a\nb` for a line feed, `\xff` for a byte that is not UTF-8, `\\` for a backslash. */
export function showName(name: BytePath): string {
  let shown = '';
  let bytes = pathBytes(name);
  while (bytes.length > 0) {
    const end = findInvalid(bytes);
    shown += bytes.toString('utf8', 0, end).replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    if (end < bytes.length) shown += `\\x${bytes[end]!.toString(16).padStart(2, '0')}`;
    bytes = bytes.subarray(end + 1);
  }
  return shown;
}

const REPLACEMENT = Buffer.from('\ufffd');

/** Where the first byte stands that belongs to no character; the length if there is none. */
function findInvalid(bytes: Buffer): number {
  let at = 0;
  for (const character of bytes.toString('utf8')) {
    const length = Buffer.byteLength(character);
    if (character === '\ufffd' && !bytes.subarray(at, at + length).equals(REPLACEMENT)) return at;
    at += length;
  }
  return bytes.length;
}
