/** Taking in a batch of transfers: in turns, as a whole, and from where it ended. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { TransferStatement } from '@tabellion/proof';
import { accountId } from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ETHEREUM, sampleAddress } from '../label/testing.ts';
import { sampleTransfer } from './testing.ts';
import { BEFORE_ALL, openTransferTable, type PlacedTransfer } from './transfer-table.ts';

const LINES = 2000;
const BATCH = { digest: 'ab'.repeat(32), manifest: 'cd'.repeat(32), block: 3, position: 0 };
const facts = sampleTransfer([1, 2, 3, 4]);
const lines = Array.from(
  { length: LINES },
  (_, index): PlacedTransfer => ({
    statement: { ...facts, index } as TransferStatement,
    offset: index * 10,
    length: 9,
  }),
);
const account = accountId({ network: ETHEREUM, address: sampleAddress(1) });

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-transfers-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const open = (name: string) => openTransferTable(join(directory, name), 'genesis');
const listLines = (table: ReturnType<typeof open>) =>
  table
    .listTouching({ account, side: 'FROM' }, 10, BEFORE_ALL, LINES * 2)
    .map(({ index }) => index);
const all = lines.map((_, index) => index);

describe('a batch of transfers', () => {
  it('is taken in while others go on, and seen once all of it is in', async () => {
    const table = open('turns');
    let turns = 0;
    let isIn = false;
    const taking = table.take(BATCH, lines).then(() => {
      isIn = true;
    });
    for (; !isIn; turns += 1) {
      const seen = listLines(table);
      expect([0, LINES]).toContain(seen.length);
      expect(table.listMissing()).toHaveLength(seen.length === 0 ? 1 : 0);
      await setImmediate();
    }
    await taking;
    expect(turns).toBeGreaterThan(5);
    expect(listLines(table)).toEqual(all);
    table.close();
  });

  it('goes on where it ended, and has every line once', async () => {
    const table = open('interrupted');
    const taking = table.take(BATCH, lines);
    await setImmediate();
    expect(listLines(table)).toEqual([]);
    table.close();
    await expect(taking).rejects.toThrow();
    const again = open('interrupted');
    expect(again.last).toEqual([3, 0]);
    expect(again.listMissing()).toEqual([BATCH]);
    expect(listLines(again)).toEqual([]);
    await again.take(BATCH, lines);
    expect(again.listMissing()).toEqual([]);
    expect(listLines(again)).toEqual(all);
    await again.take(BATCH, lines);
    expect(listLines(again)).toEqual(all);
    again.close();
  });

  it('that counts for nobody is taken without a line, and one without its manifest is missing', async () => {
    const table = open('void');
    await table.take(BATCH, []);
    const other = { ...BATCH, digest: 'ef'.repeat(32), block: 4 };
    await table.take(other, undefined);
    expect(table.listMissing()).toEqual([other]);
    await table.take(other, lines);
    expect([table.listMissing(), listLines(table)]).toEqual([[], all]);
    table.close();
  });
});
