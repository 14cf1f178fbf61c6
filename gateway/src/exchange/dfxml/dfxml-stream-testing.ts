/** Reads a generated DFXML of so many bytes and prints what it needed: `node FILE BYTES`. */
import { readDfxml } from './read-dfxml.ts';

const wanted = Number(process.argv[2]);
const PIECE = 2000;

async function* generate() {
  let written = 0;
  yield Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<dfxml version="1.2.0"><volume>\n');
  for (let at = 0; written < wanted; at += PIECE) {
    let text = '';
    for (let one = at; one < at + PIECE; one += 1) {
      const digest = one.toString(16).padStart(64, '0');
      text +=
        `<fileobject><filename>Users/alice/Documents/&amp;${one}.txt</filename><filesize>${one}` +
        '</filesize><alloc>1</alloc><name_type>r</name_type><byte_runs><byte_run file_offset="0" ' +
        `fs_offset="${one}" len="512"/></byte_runs><hashdigest type="md5">${digest.slice(32)}` +
        `</hashdigest><hashdigest type="sha256">${digest}</hashdigest></fileobject>\n`;
    }
    const bytes = Buffer.from(text);
    written += bytes.length;
    yield bytes;
  }
  yield Buffer.from('</volume></dfxml>\n');
}

let files = 0;
for await (const group of readDfxml(generate())) files += group.files.length;
const { maxRSS } = process.resourceUsage();
process.stdout.write(`${JSON.stringify({ files, maxRSS })}\n`);
