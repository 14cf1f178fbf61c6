/** Rows of orders where more members than the policy asks for wrote what no contract of ours writes. */
import { beforeEach, expect, it } from 'vitest';
import {
  at,
  OrderCase,
  plainCalendar,
  readProfile,
  sampleIssue,
  sampleIssueContext,
} from '../../../chaincode/test/order-case.ts';
import { createDueList, UPCOMING } from '../order/due-list.ts';
import { createOrderList } from '../order/order-list.ts';
import { type BlockWriter, createBlockWriter } from './apply.ts';
import { openProjectionFile } from './schema.ts';

const FIRST = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);
const MEMBER = 'PlatformMSP';

let database: ReturnType<typeof openProjectionFile>;
let write: BlockWriter;
let block: number;

/** One transaction a block. Returns whether it could be projected. */
function commit(records: Readonly<Record<string, object>>, isReadable = true): boolean {
  const writes = Object.entries(records).map(([key, record]) => ({
    ...{ key, value: Buffer.from(JSON.stringify(record)) },
  }));
  const transaction = { position: 0, txId: `${block}`, at: at('2026-09-01T10:00:00Z') };
  const unreadable = write({
    ...{ number: block, hash: Buffer.alloc(32), previousHash: Buffer.alloc(32) },
    ...{ config: null, definitions: [] },
    transactions: [{ ...transaction, writes, event: null, isReadable }],
  });
  block += 1;
  return unreadable.length === 0;
}

const publish = (register: string, id: string, version: number, body: object) =>
  commit({
    [`reference/${register}/${id}/${version}`]: { entry: { register, id, version, body } },
  });

const profile = readProfile('eu-2023-1543.yaml', 'epoc');

/** Received, with ends that lie beyond the calendar. */
function receive(id: string) {
  const role = 'judicialReviewer';
  const act = { member: 'DeMSP', jurisdiction: 'DE', role, person: 'p-1' };
  const order = new OrderCase(sampleIssue({ id }), sampleIssueContext(profile), {
    ...{ ...act, txId: 'c'.repeat(64), at: at('2026-09-01T08:00:00Z') },
    ...{ certificate: 'd'.repeat(64), keyCustody: 'person' },
  });
  expect(commit({ [`order/${id}`]: order.order, [`order-head/${id}`]: order.head })).toBe(true);
  order.take('serve', ['ISSUER', role, '2026-09-01T09:00:00Z'], { channel: 'by hand' });
  const served = { [`order-step/${id}/1`]: order.last!, [`order-head/${id}`]: order.head };
  expect(commit(served)).toBe(true);
  const receivedAt = at('2026-09-01T10:00:00Z');
  order.take('receive', ['ADDRESSEE', 'delegate', '2026-09-01T10:00:00Z'], { receivedAt });
  const clocks = order.head.clocks.map((clock) => ({ ...clock, provisional: true as const }));
  const head = { ...order.head, clocks };
  return { [`order-head/${id}`]: head, [`order-step/${id}/2`]: order.last! };
}

const list = (person?: string) => {
  const orders = createOrderList(database);
  const { items } =
    person === undefined
      ? orders.list(MEMBER, {}, { limit: 10 })
      : orders.listOf([{ member: 'DeMSP', person }], 'DeMSP', { limit: 10 });
  return items.map(({ record }) => record.id);
};
const due = () => {
  const period = { from: 0, until: at('2027-09-01T00:00:00Z'), standings: UPCOMING };
  const { items } = createDueList(database).list(MEMBER, period, { cursor: undefined, limit: 50 });
  return [...new Set(items.map(({ order }) => order))].sort();
};

beforeEach(() => {
  database = openProjectionFile(':memory:');
  write = createBlockWriter(database);
  block = 0;
  publish('orderProfile', 'epoc', 1, profile);
  for (const state of ['DE', 'FR'])
    publish('calendar', state.toLowerCase(), 1, plainCalendar(state));
});

it('an order that cannot be read any more hides no other one', () => {
  for (const id of [FIRST, OTHER]) expect(commit(receive(id))).toBe(true);
  expect([list(), list('p-1'), due()]).toEqual(Array(3).fill([FIRST, OTHER]));
  expect(commit({ [`order-head/${FIRST}`]: {} }, false)).toBe(false);
  expect([list(), list('p-1'), due()]).toEqual(Array(3).fill([OTHER]));
});

it('what rests on something unreadable cannot be read, and stops nothing', () => {
  const step = receive(FIRST);
  expect(commit({ [`order-head/${FIRST}`]: {} }, false)).toBe(false);
  const [, last] = Object.entries(step)[1]!;
  expect(commit({ [`order-step/${FIRST}/2`]: last })).toBe(false);
  expect(list()).toEqual([]);
});

it('a calendar is taken in whatever became of the profile of an order', () => {
  expect(commit(receive(FIRST))).toBe(true);
  expect(commit({ 'reference/orderProfile/epoc/1': {} }, false)).toBe(false);
  // As after a restart: nothing is remembered.
  write = createBlockWriter(database);
  expect(publish('calendar', 'fr', 2, plainCalendar('FR'))).toBe(true);
});
