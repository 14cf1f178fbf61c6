/**
 * The font that a text is set in. The shaper cannot follow every rule of every font: it fails at some marks
 * without an anchor and at some tables of joined scripts. No name may keep a report from being made, so
 * such a text is set letter by letter, with the same glyphs and without the font's own rules.
 */
import type { Face } from './fonts.ts';

/** The face is registered; what it needs besides is done here. */
export function selectFont(document: PDFKit.PDFDocument, face: Face, text: string): void {
  try {
    document.font(face.name).widthOfString(text);
  } catch {
    document.registerFont(`${face.name}-plain`, hideLayout(face.bytes));
    document.font(`${face.name}-plain`);
  }
}

const HIDDEN: Readonly<Record<string, string>> = { GSUB: 'XSUB', GPOS: 'XPOS' };
/** Of the table directory in OpenType: where it begins, and one entry. */
const HEADER_BYTES = 12;
const ENTRY_BYTES = 16;
/** Where an entry says where its table is, and where in `head` the font's checksum stands. */
const HEAD_OFFSET = 8;
const CHECKSUM_OFFSET = 8;

/** Without substitution and positioning: their tables are there under names that nobody looks for. */
export function hideLayout(font: Buffer): Buffer {
  const plain = Buffer.from(font);
  const tables = plain.readUInt16BE(4);
  for (let table = 0; table < tables; table += 1) {
    const at = HEADER_BYTES + table * ENTRY_BYTES;
    const name = plain.toString('latin1', at, at + 4);
    plain.write(HIDDEN[name] ?? '', at, 'latin1');
    if (name !== 'head') continue;
    // By its checksum the PDF writer tells fonts of one name apart.
    const checksum = plain.readUInt32BE(at + HEAD_OFFSET) + CHECKSUM_OFFSET;
    plain.writeUInt32BE((plain.readUInt32BE(checksum) ^ 1) >>> 0, checksum);
  }
  return plain;
}
