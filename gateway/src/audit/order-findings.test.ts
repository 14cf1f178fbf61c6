/** What the audit lists of orders: facts that the ledger shows, each where it was recorded or at the end. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  AUTHORITY,
  DAY_MS,
  DELEGATE,
  draftOrder,
  HOUR_MS,
  issue,
  JUDGE,
  publishOrders,
  type RunningOrder,
  received,
  SERVICE,
  stepInput,
  TRAFFIC,
  take,
} from '../../../test/contract/order-scene.ts';
import { acquire, CHARTER } from '../../../test/contract/scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import { audit, listBlocks, trustOf } from '../../../test/support/audited-ledger.ts';
import type { FindingCode } from './finding.ts';

/** Each look at an order audits the whole ledger. */
const PATIENCE_MS = 240_000;
const whole = { extent: 'WHOLE', acquisitions: [] };
const basis = { legalBasis: CHARTER };

/** Its time goes on from test to test: what is ordered later is never earlier. */
let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  await publishOrders(world);
}, 120_000);
afterAll(() => world.close());

/** What is listed of one order as of the world's time. */
async function listFor({ id }: Pick<RunningOrder, 'id'>): Promise<[FindingCode, string][]> {
  const report = await audit(await listBlocks(world), await trustOf(world), world.clock.time);
  expect(report.break, report.break?.detail).toBeNull();
  return report.findings
    .filter(({ subject }) => subject.includes(id))
    .map(({ code, subject }) => [code, subject]);
}

it(
  'what is over and unmarked, then its mark, then what came late; not what was reported in time',
  async () => {
    const order = await received(world, 'epoc');
    const reported = await received(world, 'epoc');
    await take(world, reported, DELEGATE, 'reportImpossible');
    expect(await listFor(order)).toEqual([]);
    world.clock.time += 14 * DAY_MS;
    expect(await listFor(reported)).toEqual([]);
    const clock = `order ${order.id}, produce of ExMSP`;
    expect(await listFor(order)).toEqual([['ORDER_UNMARKED', `${clock}, not marked`]]);
    await take(world, order, JUDGE, 'markOverdue', { clock: 'produce' });
    expect(await listFor(order)).toEqual([['ORDER_OVERDUE', clock]]);
    await take(world, order, SERVICE, 'execute', whole);
    await take(world, order, SERVICE, 'deliver', whole);
    expect(await listFor(order)).toEqual([
      ['ORDER_OVERDUE', clock],
      ['ORDER_LATE', `order ${order.id}, step 5, produce`],
    ]);
  },
  PATIENCE_MS,
);

it(
  'an order that lapsed unvalidated after it was delivered, marked or not',
  async () => {
    const assets = { categories: ['SUBSCRIBER'] };
    const order = await issue(
      world,
      draftOrder('epoc-emergency', { ...assets, addressee: 'abdfg' }),
      'investigator',
    );
    await take(world, order, JUDGE, 'serve', { channel: 'by hand' });
    await take(world, order, SERVICE, 'receive', { receivedAt: world.clock.time });
    await take(world, order, SERVICE, 'execute', whole);
    await take(world, order, SERVICE, 'deliver', whole);
    world.clock.time += 50 * HOUR_MS;
    const lapse = `order ${order.id}, validate of DeMSP`;
    expect(await listFor(order)).toEqual([['ORDER_LAPSED', `${lapse}, not marked`]]);
    await take(world, order, SERVICE, 'markOverdue', { clock: 'validate' });
    await take(world, order, JUDGE, 'close');
    expect(await listFor(order)).toEqual([
      ['ORDER_LAPSED', lapse],
      ['ORDER_UNVALIDATED', `order ${order.id}: LAPSED`],
      ['ORDER_ENDED_AFTER_DELIVERY', `order ${order.id}: LAPSED`],
    ]);
  },
  PATIENCE_MS,
);

it(
  'an objection after the delivery, and none before it',
  async () => {
    const says = { ground: 'ne-bis-in-idem', extent: 'WHOLE', ...basis };
    const before = await received(world, 'epoc', TRAFFIC);
    await take(world, before, AUTHORITY, 'object', says);
    expect(await listFor(before)).toEqual([]);
    const after = await received(world, 'epoc', TRAFFIC);
    await take(world, after, AUTHORITY, 'clear', { gate: 'no-objection', ...basis });
    await take(world, after, SERVICE, 'execute', whole);
    await take(world, after, SERVICE, 'deliver', whole);
    await take(world, after, AUTHORITY, 'object', says);
    expect(await listFor(after)).toEqual([
      ['ORDER_ENDED_AFTER_DELIVERY', `order ${after.id}: OBJECTED`],
    ]);
  },
  PATIENCE_MS,
);

it(
  'that the enforcing authority was not told, with what is claimed',
  async () => {
    const drafted = draftOrder(
      'epoc',
      { categories: ['TRAFFIC'] },
      { notNotified: 'resident here' },
    );
    const order = await issue(world, drafted);
    expect(await listFor(order)).toEqual([
      ['ORDER_NOT_NOTIFIED', `order ${order.id}: resident here`],
    ]);
  },
  PATIENCE_MS,
);

it(
  'what is kept without an end, until an order follows',
  async () => {
    const order = await received(world, 'epoc-pr');
    await take(world, order, SERVICE, 'execute', whole);
    expect(await listFor(order)).toEqual([]);
    await take(world, order, JUDGE, 'confirmProduction', { production: 'EPOC-2' });
    expect(await listFor(order)).toEqual([['ORDER_OPEN_ENDED', `order ${order.id}: CONFIRMED`]]);
    await issue(world, draftOrder('epoc', {}, { follows: order.id }));
    expect(await listFor(order)).toEqual([]);
  },
  PATIENCE_MS,
);

it(
  'a step that claims to be in time and was ordered when its clock was over',
  async () => {
    const order = await received(world, 'epoc-emergency', { addressee: 'abdfg' });
    await take(world, order, SERVICE, 'execute', whole);
    const other = await received(world, 'epoc');
    await take(world, other, SERVICE, 'execute', whole);
    const by = await world.person(...SERVICE);
    const endorse = (each: RunningOrder) =>
      world.endorse(by, 'order:deliver', stepInput(each, whole), {});
    const [held, slow] = [await endorse(order), await endorse(other)];
    // Others go on meanwhile.
    world.clock.time += DAY_MS;
    await acquire(world);
    expect((await world.submit(by, held)).code).toBe('VALID');
    expect((await world.submit(by, slow)).code).toBe('VALID');
    expect(await listFor(order)).toEqual([
      ['ORDER_HELD_BACK', `order ${order.id}, step 4, produce-emergency`],
    ]);
    // It came late as well, and its clock still ran.
    expect(await listFor(other)).toEqual([]);
  },
  PATIENCE_MS,
);
