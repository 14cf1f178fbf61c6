/** Rows of items, whatever order a transaction writes in, and whoever endorsed it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createItemLives } from '../custody/item-life.ts';
import { createItemList } from '../custody/item-list.ts';
import { createCustodyStatistics } from '../custody/statistics.ts';
import { type BlockWriter, createBlockWriter } from './apply.ts';
import type { ProjectedTransaction } from './read-block.ts';
import { openProjectionFile } from './schema.ts';

const AT = 1_795_000_000_000;
const ACQUISITION = '1'.repeat(32);
const ITEM = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const LEAF = 'd'.repeat(64);
const act = { at: AT, member: 'CnAgencyMSP', jurisdiction: 'CN', person: 'p-1' };
const shared = { case: 'C-1', legalBases: [], reason: 'r', happenedAt: AT, flags: [], act };
const anchored = { kind: 'ANCHORED', acquisition: ACQUISITION, batch: 'c'.repeat(64), index: 0 };

const opening = (item: string, origin: object = anchored) => ({
  ...{ type: 'tabellion.custody-item', v: 1, item, leaf: LEAF, origin, seals: [], witnesses: [] },
  ...shared,
});
const headAt = (item: string, sequence: number, change: object = {}) => ({
  ...{ type: 'tabellion.item-head', v: 1, item, sequence, last: '', happenedAt: AT },
  ...{ status: 'HELD', holder: { member: 'CnAgencyMSP', person: 'p-1' } },
  ...{ offer: null, seals: [], holds: [], mirror: null },
  ...{ way: { steps: 0, bytes: 0 }, apart: [] },
  ...change,
});
const stepOf = (item: string, sequence: number, change: object = {}) => ({
  ...{ type: 'tabellion.custody', v: 1, kind: 'MOVE', item, sequence, previous: '' },
  ...shared,
  ...change,
});

let database: ReturnType<typeof openProjectionFile>;
let write: BlockWriter;
let block: number;

/** One transaction a block. Returns whether it could be projected. */
function commit(
  records: Readonly<Record<string, object>>,
  change: Partial<ProjectedTransaction> = {},
): boolean {
  const writes = Object.entries(records).map(([key, record]) => ({
    key,
    value: Buffer.from(JSON.stringify(record)),
  }));
  const transaction = {
    position: 0,
    txId: `${block}`,
    at: AT,
    writes,
    event: null,
    isReadable: true,
  };
  const unreadable = write({
    ...{ number: block, hash: Buffer.alloc(32), previousHash: Buffer.alloc(32) },
    ...{ config: null, definitions: [], transactions: [{ ...transaction, ...change }] },
  });
  block += 1;
  return unreadable.length === 0;
}
const takeStep = (sequence: number, change: object = {}, head: object = {}, item = ITEM) =>
  commit({
    [`custody/${item.slice(0, 60)}${String(sequence).padStart(4, '0')}`]: stepOf(
      item,
      sequence,
      change,
    ),
    [`item-head/${item}`]: headAt(item, sequence, head),
  });

beforeEach(() => {
  database = openProjectionFile(':memory:');
  write = createBlockWriter(database);
  block = 0;
  const standard = { id: 's', version: 1 };
  const more = { crossBorder: 'NO', touched: [], flags: [], route: 'DOMESTIC', standard, act };
  commit({ [`acquisition/${ACQUISITION}`]: { id: ACQUISITION, case: 'C-1', ...more } });
  commit({ [`item/${ITEM}`]: opening(ITEM), [`item-head/${ITEM}`]: headAt(ITEM, 0) });
});

const statistics = () => createCustodyStatistics(database)(block).items;
const list = (filter: object) =>
  createItemList(database)
    .listItems(filter, { limit: 10 })
    .items.map(({ record }) => record.item);

describe('an item', () => {
  it('stands there whichever of its two records is written first', () => {
    const second = { [`item-head/${OTHER}`]: headAt(OTHER, 0), [`item/${OTHER}`]: opening(OTHER) };
    expect(commit(second)).toBe(true);
    expect(list({ status: 'HELD', acquisition: ACQUISITION })).toEqual([ITEM, OTHER]);
    expect(statistics()).toMatchObject({ byStatus: { HELD: 2 }, byOrigin: { ANCHORED: 2 } });
  });

  it('that has no head, or comes from nothing, is not there at all', () => {
    const headless = { [`item/${OTHER}`]: opening(OTHER) };
    expect(commit(headless)).toBe(false);
    const rootless = opening(OTHER, { kind: 'DERIVED', source: 'd'.repeat(64), as: {}, tools: [] });
    const head = headAt(OTHER, 0);
    expect(commit({ [`item/${OTHER}`]: rootless, [`item-head/${OTHER}`]: head })).toBe(false);
    expect(list({})).toEqual([ITEM]);
    expect(statistics().byStatus).toMatchObject({ HELD: 1 });
    expect(() => createItemLives(database).findLife(OTHER, 'CnAgencyMSP', 10)).toThrow(
      expect.objectContaining({ code: 'STATE_CORRUPT' }),
    );
  });

  it('moves from one status to another in every count', () => {
    const offer = { to: { member: 'SgAgencyMSP' }, happenedAt: AT };
    takeStep(1, { kind: 'OFFER', to: offer.to }, { status: 'OFFERED', offer });
    expect(statistics().byStatus).toEqual({ HELD: 0, OFFERED: 1, RETURNED: 0, DISPOSED: 0 });
    expect(list({ offeredTo: 'SgAgencyMSP' })).toEqual([ITEM]);
    takeStep(2, { kind: 'ACCEPT', flags: ['SEAL_BROKEN'] });
    expect(statistics().byStatus).toMatchObject({ HELD: 1, OFFERED: 0 });
    expect(list({ offeredTo: 'SgAgencyMSP' })).toEqual([]);
    expect(list({ flag: 'SEAL_BROKEN' })).toEqual([ITEM]);
  });
});

describe('the time line', () => {
  it('is in the order of the chain beyond nine steps', () => {
    for (let sequence = 1; sequence <= 12; sequence += 1) expect(takeStep(sequence)).toBe(true);
    const { items } = createItemLives(database).listSteps(ITEM, { limit: 100 });
    expect(items.map(({ record }) => record.sequence)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
  });

  it('takes no second step of the same number, and says that it cannot be read', () => {
    takeStep(1);
    const rival = {
      [`custody/${'f'.repeat(64)}`]: stepOf(ITEM, 1),
      [`item-head/${ITEM}`]: headAt(ITEM, 1),
    };
    expect(commit(rival)).toBe(false);
    const lives = createItemLives(database);
    expect(lives.listSteps(ITEM, { limit: 10 }).items).toHaveLength(1);
    // The head that the ledger holds now was written by what no contract of ours writes.
    expect(() => lives.findLife(ITEM, 'CnAgencyMSP', 200)).toThrow(
      expect.objectContaining({ code: 'STATE_CORRUPT' }),
    );
  });

  it('loses the step whose key something unreadable was written over', () => {
    takeStep(1);
    const [kept] = createItemLives(database).listSteps(ITEM, { limit: 1 }).items;
    const over = { writes: [{ key: kept!.key, value: Buffer.from('{}') }], isReadable: false };
    expect(commit({}, over)).toBe(false);
    expect(createItemLives(database).listSteps(ITEM, { limit: 10 }).items).toEqual([]);
  });

  it('costs as many queries with a hundred steps as with one', () => {
    // Derivations, reviews and steps come in one query each.
    const countReads = () => {
      let reads = 0;
      const counting = new Proxy(database, {
        get(target, name) {
          if (name !== 'prepare') return Reflect.get(target, name);
          return (sql: string) => {
            const statement = target.prepare(sql);
            const counted =
              (run: 'get' | 'all') =>
              (...values: never[]) => {
                reads += 1;
                return statement[run](...values);
              };
            return { get: counted('get'), all: counted('all') };
          };
        },
      });
      createItemLives(counting).findLife(ITEM, 'CnAgencyMSP', 200);
      return reads;
    };
    database.exec(`INSERT INTO state VALUES ('batch/${'c'.repeat(64)}', '{}', 0, 0, '', 0, 0, 0)`);
    takeStep(1);
    const one = countReads();
    for (let sequence = 2; sequence <= 100; sequence += 1) takeStep(sequence);
    expect(countReads()).toBe(one);
    expect(createItemLives(database).findLife(ITEM, 'CnAgencyMSP', 200)!.steps.items).toHaveLength(
      100,
    );
  });
});
