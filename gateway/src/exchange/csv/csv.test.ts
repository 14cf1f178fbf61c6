/** Rows come back as they were, and no spreadsheet runs any of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleCommitment, sampleLife } from '../testing.ts';
import { type Cell, writeCell, writeCsv, writeRow } from './csv.ts';
import { ITEM_HEADING, listItemRows } from './item-rows.ts';
import { listAcquisitionRows, listLifeRows, TIMELINE_HEADING } from './timeline-rows.ts';

/** RFC 4180, read letter by letter: the other side of what is tested. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (let at = 0; at < text.length; ) {
    const quoted = /"((?:[^"]|"")*)"/y;
    const plain = /[^",\r\n]*/y;
    quoted.lastIndex = at;
    plain.lastIndex = at;
    const found = quoted.exec(text) ?? plain.exec(text)!;
    at += found[0].length;
    rows.at(-1)!.push(found[1]?.replaceAll('""', '"') ?? found[0]);
    if (text[at] === ',') at += 1;
    else {
      expect(text.slice(at, at + 2)).toBe('\r\n');
      at += 2;
      if (at < text.length) rows.push([]);
    }
  }
  return rows;
}
const restore = (cell: string) => cell.replace(/^'/, '');

async function read(heading: readonly string[], rows: Parameters<typeof writeCsv>[1]) {
  const parts: Uint8Array[] = [];
  for await (const part of writeCsv(heading, rows)) parts.push(part);
  return parse(Buffer.concat(parts).toString('utf8'));
}

describe('CSV', () => {
  it('gives every text back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (cells) => {
        const [row] = parse(writeRow(cells));
        expect(row!.map(restore)).toEqual(cells.map((cell) => (cell === '' ? '' : cell)));
      }),
    );
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '＝1',
    '\n=1',
  ])('neutralises %j', (cell) => {
    expect(restore(parse(writeRow([cell]))[0]![0]!)).toBe(cell);
    expect(parse(writeRow([cell]))[0]![0]!.startsWith("'")).toBe(true);
  });

  it('leaves numbers and plain text alone', () => {
    expect(writeCell(12)).toBe('12');
    expect(writeCell(undefined)).toBe('');
    expect(writeCell('照片/a.jpg')).toBe('照片/a.jpg');
  });
});

describe('items', () => {
  it('stand in rows with their exact names', async () => {
    const { provenance } = sampleLife();
    const odd = sampleCommitment({ path: Buffer.from([0xff, 0x2c]).toString('base64url') });
    const formula = sampleCommitment({ path: Buffer.from('=cmd|x').toString('base64url') });
    const items = [sampleCommitment(), odd, formula];
    const rows = await read(ITEM_HEADING, listItemRows([{ batch: provenance.batch!, items }]));
    const column = (name: (typeof ITEM_HEADING)[number]) =>
      rows.slice(1).map((row) => row[ITEM_HEADING.indexOf(name)]);
    expect(rows[0]).toEqual([...ITEM_HEADING]);
    expect(column('path')).toEqual(['disk1/照片 1.jpg', '', "'=cmd|x"]);
    expect(column('path_base64url')).toEqual(items.map(({ path }) => path));
    expect(column('index')).toEqual(['0', '1', '2']);
    expect(new Set(column('item')).size).toBe(3);
  });

  it('stream: a row is written before the last is asked for', async () => {
    let asked = 0;
    const rows = (function* (): Generator<readonly Cell[]> {
      for (; asked < 100_000; asked += 1) yield ['x'.repeat(100)];
    })();
    const pieces = writeCsv(['x'], rows);
    await pieces.next();
    expect(asked).toBeLessThan(2000);
    await pieces.return();
  });
});

describe('time lines', () => {
  it('hold every record of a life once, in the order of the ledger', async () => {
    const life = sampleLife();
    const rows = await read(TIMELINE_HEADING, listLifeRows(life));
    const blocks = rows.slice(1).map(([block]) => Number(block));
    expect(blocks).toEqual(blocks.toSorted((a, b) => a - b));
    const column = (name: (typeof TIMELINE_HEADING)[number]) =>
      rows.slice(1).map((row) => row[TIMELINE_HEADING.indexOf(name)]);
    const keys = column('record');
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(2 + 1 + life.steps.length + life.derived.length + 5);
    const accept = rows[1 + column('what').indexOf('ACCEPT')]!;
    expect(accept[TIMELINE_HEADING.indexOf('flags')]).toBe('SEAL_BROKEN TRANSIT_GAP');
    expect(accept[TIMELINE_HEADING.indexOf('happened_at')]).toBe('2026-09-21T14:14:20.000Z');
    expect(accept[TIMELINE_HEADING.indexOf('recorded_at')]).toBe('2026-09-21T14:14:25.000Z');
  });

  it('of an acquisition hold its batches', () => {
    const { provenance } = sampleLife();
    const rows = listAcquisitionRows(provenance, [provenance.batch!]);
    const at = TIMELINE_HEADING.indexOf('what');
    expect(rows.map((row) => row[at])).toEqual(['ACQUISITION', 'BATCH 1']);
  });

  it('says in the last row what of a life was left out', async () => {
    const life = sampleLife();
    const whole = await read(TIMELINE_HEADING, listLifeRows(life));
    const cut = await read(TIMELINE_HEADING, listLifeRows({ ...life, leftOut: ['objections'] }));
    expect(cut.slice(0, -1)).toEqual(whole);
    const what = TIMELINE_HEADING.indexOf('what');
    expect(cut.at(-1)![what]).toMatch(/LEFT OUT: only the first 1000 objections/);
  });
});
