/** However much others add to an item, each page of it stays short, and the pages are the whole. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createBlockWriter } from '../projection/apply.ts';
import { openProjectionFile } from '../projection/schema.ts';
import { LIFE_LISTS } from './life.ts';
import { createLifeLists } from './life-lists.ts';

const AT = 1_795_000_000_000;
const ACQUISITION = '1'.repeat(32);
const SOURCE = 'a'.repeat(64);
const ITEM = 'b'.repeat(64);
const act = { at: AT, member: 'CnAgencyMSP', jurisdiction: 'CN', person: 'p-1' };
const name = (number: number, length = 64) => number.toString(16).padStart(length, '0');

let database: ReturnType<typeof openProjectionFile>;
let block: number;
let write: ReturnType<typeof createBlockWriter>;

/** Each record as a transaction of its own, so many to a block. */
function commit(...transactions: readonly Readonly<Record<string, object>>[]): void {
  const unreadable = write({
    ...{ number: block, hash: Buffer.alloc(32), previousHash: Buffer.alloc(32) },
    ...{ config: null, definitions: [] },
    transactions: transactions.map((records, position) => ({
      ...{ position, txId: `${block}/${position}`, at: AT, event: null, isReadable: true },
      writes: Object.entries(records).map(([key, record]) => ({
        key,
        value: Buffer.from(JSON.stringify(record)),
      })),
    })),
  });
  expect(unreadable).toEqual([]);
  block += 1;
}

const openingOf = (item: string, origin: object) => ({
  [`item/${item}`]: { item, leaf: item, origin, case: 'C-1', flags: [], act },
  [`item-head/${item}`]: { item, status: 'HELD', holder: act, offer: null, mirror: null },
});
const derivedFrom = (item: string, source: string) =>
  openingOf(item, { kind: 'DERIVED', source, as: { form: 'ANALYSIS' }, tools: [] });
const subjectOf = (id: string) => ({ kind: id === ACQUISITION ? 'ACQUISITION' : 'ITEM', id });
const reviewOf = (word: string, id: string, number: number) => ({
  [`${word}/${id}/${name(number)}`]: { subject: subjectOf(id), outcome: 'ACCEPTED', act },
});
const objectionOf = (id: string, number: number) => ({
  [`objection/${name(number, 32)}`]: {
    ...{ id: name(number, 32), subject: subjectOf(id), answerer: 'CnAgencyMSP', answerBy: AT, act },
  },
});

beforeEach(() => {
  database = openProjectionFile(':memory:');
  write = createBlockWriter(database);
  block = 0;
  const facts = { case: 'C-1', crossBorder: 'NO', touched: [], flags: [], route: 'DOMESTIC', act };
  commit({ [`acquisition/${ACQUISITION}`]: { id: ACQUISITION, ...facts } });
  commit(openingOf(SOURCE, { kind: 'ANCHORED', acquisition: ACQUISITION }));
  commit(derivedFrom(ITEM, SOURCE));
});

/** All pages of a list one after the other; what each entry is, and how long each page was. */
function readAll(list: (typeof LIFE_LISTS)[number], limit: number, item = ITEM) {
  const lists = createLifeLists(database);
  const keys: string[] = [];
  const lengths: number[] = [];
  let cursor: readonly [number, number] | undefined;
  for (;;) {
    const page = lists[list](item, { limit, ...(cursor && { cursor }) });
    keys.push(...page.items.map((one) => ('objection' in one ? one.objection.key : one.key)));
    lengths.push(page.items.length);
    if (page.next === null) return { keys, lengths };
    cursor = JSON.parse(Buffer.from(page.next, 'base64url').toString()) as [number, number];
  }
}

describe('a list of a life', () => {
  it('is of the item, its sources and its acquisition, in the order of the ledger', () => {
    const written: string[] = [];
    for (let number = 0; number < 30; number += 1) {
      const id = [ITEM, ACQUISITION, SOURCE][number % 3]!;
      const records = reviewOf('weight', id, number);
      commit(records, reviewOf('authenticity', id, number));
      written.push(...Object.keys(records));
    }
    const { keys, lengths } = readAll('weights', 7);
    expect(keys).toEqual(written);
    expect(lengths).toEqual([7, 7, 7, 7, 2]);
    // The source's own life knows nothing of what was said of what was made from it.
    expect(readAll('weights', 7, SOURCE).keys).toEqual(written.filter((_, at) => at % 3 !== 0));
  });

  it('of one kind is not hidden behind another, whoever floods that', () => {
    commit(...Array.from({ length: 500 }, (_, number) => reviewOf('weight', ITEM, number)));
    commit(reviewOf('regularity', ITEM, 1));
    expect(readAll('regularity', 2).keys).toHaveLength(1);
  });

  it('ends where a page is just full, and has several entries of one block', () => {
    commit(...Array.from({ length: 4 }, (_, number) => objectionOf(ITEM, number)));
    expect(readAll('objections', 2).lengths).toEqual([2, 2]);
    commit(...Array.from({ length: 4 }, (_, number) => derivedFrom(name(number), ITEM)));
    expect(readAll('derived', 3)).toEqual({
      keys: Array.from({ length: 4 }, (_, number) => `item/${name(number)}`),
      lengths: [3, 1],
    });
    expect(LIFE_LISTS.map((list) => readAll(list, 1).keys.length)).toEqual([4, 4, 0, 0, 0]);
  });
});
