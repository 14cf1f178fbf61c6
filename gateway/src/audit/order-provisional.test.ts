/** What the audit lists of an order whose clock ran beyond the end of its calendar. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  calendar,
  DAY_MS,
  first,
  JUDGE,
  publish,
  publishOrders,
  received,
  take,
} from '../../../test/contract/order-scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import { audit, listBlocks, trustOf } from '../../../test/support/audited-ledger.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  await publishOrders(world);
}, 120_000);
afterAll(() => world.close());

async function list(): Promise<(readonly [string, string])[]> {
  const report = await audit(await listBlocks(world), await trustOf(world), world.clock.time);
  expect(report.break, report.break?.detail).toBeNull();
  return report.findings
    .filter(({ code }) => code.startsWith('ORDER_'))
    .map(({ code, subject }) => [code, subject] as const);
}

it('is past an end that is provisional, until the next edition tells', async () => {
  const soon = new Date(world.clock.time + 3 * DAY_MS).toISOString().slice(0, 10);
  await publish(world, calendar('sg-brief', 'SG', soon));
  const brief = first('sg-brief');
  const calendars = { ISSUER: first('de'), ADDRESSEE: brief, ENFORCING: brief };
  const order = await received(world, 'epoc', {}, { calendars });
  expect(await list()).toEqual([]);
  world.clock.time += 14 * DAY_MS;
  const clock = `order ${order.id}, produce of ExMSP`;
  expect(await list()).toEqual([['ORDER_PROVISIONAL', clock]]);
  await publish(world, { ...calendar('sg-brief', 'SG', '2027-12-31'), version: 2 });
  expect(await list()).toEqual([['ORDER_UNMARKED', `${clock}, not marked`]]);
  await take(world, order, JUDGE, 'markOverdue', { clock: 'produce' });
  expect(await list()).toEqual([['ORDER_OVERDUE', clock]]);
}, 240_000);
