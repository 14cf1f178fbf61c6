/** For tests: a tree with the names that programs get wrong. */
import { linkSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';

/** Names as bytes, one character a byte. */
const ODD_NAMES = [
  'plain',
  'with space',
  'trailing ',
  ' leading',
  'back\\slash',
  '\\n',
  'comma,name',
  'quote"name\'s',
  '-dash',
  '#hash',
  '## two',
  '%%%% percent',
  'tab\tname',
  'a\x01b',
  '*star',
  '\xff\xfe',
  '\xed\xa0\x80',
  ...['中文', 'e\u0301', '\u00e9', '😀', '\u202ertl'].map((text) =>
    Buffer.from(text).toString('latin1'),
  ),
];
/** Those that a hashdeep list cannot carry. */
const LINE_BREAKERS = ['new\nline', 'carriage\r', '\n', '\r\n'];

const bytes = (directory: string, name: string) =>
  Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')]);

/** Files each with its name as content, an empty one, one with a second name, and a link. */
export function makeOddTree(directory: string, { forHashdeep = false } = {}): void {
  mkdirSync(`${directory}/sub/deeper`, { recursive: true });
  const names = forHashdeep ? ODD_NAMES : [...ODD_NAMES, ...LINE_BREAKERS];
  for (const name of names) writeFileSync(bytes(directory, name), Buffer.from(name, 'latin1'));
  writeFileSync(`${directory}/empty`, '');
  writeFileSync(`${directory}/sub/deeper/copy`, 'plain');
  linkSync(bytes(directory, 'with space'), `${directory}/sub/hard`);
  symlinkSync('plain', `${directory}/link`);
}

/** One difference of each kind; `-dash` goes, `plain` changes, `#hash` moves, `planted` comes. */
export function changeOddTree(directory: string): void {
  unlinkSync(`${directory}/-dash`);
  writeFileSync(`${directory}/plain`, 'other');
  renameSync(`${directory}/#hash`, `${directory}/elsewhere`);
  writeFileSync(`${directory}/planted`, 'new here');
}
