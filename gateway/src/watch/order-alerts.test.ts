/** Who is told what of an order: that it came, went on, ends soon, is overdue; once, and without contents. */
import type { Role } from '@tabellion/chaincode/member/record';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { calendar, draftHttpOrder, publishEntries } from '../../../test/recovery/every-order.ts';
import { CN, DE, SG } from '../http/testing.ts';
import { DAY_MS, EXCHANGE, type OrderScene, openOrderScene } from '../order/testing.ts';
import { type Receiver, startReceiver } from '../webhook/testing.ts';

let scene: OrderScene;
let receiver: Receiver;
beforeAll(async () => {
  scene = await openOrderScene();
  receiver = await startReceiver();
}, 120_000);
afterAll(async () => {
  await receiver?.close();
  await scene?.close();
});

const HOUR_MS = 3_600_000;

interface Shown {
  readonly id: string;
  readonly order: string | null;
  readonly event: string;
  readonly status: string | null;
  readonly clock: string | null;
}
async function alertsOf(member: string, order: string, role: Role = 'delegate') {
  const token = await scene.gateway.signIn(member, role, `${role} of ${member}`);
  const { json } = await scene.gateway.call('GET', '/v1/watch/alerts?limit=200', { token });
  return (json.items as Shown[]).filter((alert) => alert.order === order);
}
const told = async (member: string, order: string) =>
  (await alertsOf(member, order)).map(({ event, status, clock }) =>
    [event, status, ...(clock === null ? [] : [clock])].join(' '),
  );
const expectTold = (member: string, order: string, expected: readonly string[]) =>
  expect.poll(() => told(member, order), { timeout: 20_000 }).toEqual(expected);

it('each other party, of every step; nobody of what it did itself', async () => {
  const id = await scene.received(['SUBSCRIBER']);
  await expectTold(EXCHANGE, id, ['ISSUED ISSUED', 'STEP SERVED']);
  await expectTold(SG, id, ['ISSUED ISSUED', 'STEP SERVED', 'STEP RECEIVED']);
  await expectTold(DE, id, ['STEP RECEIVED']);
  await expectTold(CN, id, []);
});

it('whom a clock obliges, a day before its end, and every party once it is over', async () => {
  const id = await scene.received(['SUBSCRIBER']);
  const { counsel, gateway, take, now } = scene;
  await expectTold(DE, id, ['STEP RECEIVED']);
  const token = await gateway.signIn(EXCHANGE, 'auditor', 'auditor');
  const due = await gateway.call('GET', '/v1/order/due?within=8784', { token });
  const clock = due.json.items.find(
    (each: { order: string; clock: string }) => each.order === id && each.clock === 'produce',
  );
  scene.pass(clock.ends - DAY_MS - now() - 60_000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await told(EXCHANGE, id)).toEqual(['ISSUED ISSUED', 'STEP SERVED']);
  scene.pass(120_000);
  const soon = ['DUE_SOON RECEIVED conflict', 'DUE_SOON RECEIVED produce'];
  await expectTold(EXCHANGE, id, ['ISSUED ISSUED', 'STEP SERVED', ...soon]);
  await expectTold(DE, id, ['STEP RECEIVED']);
  scene.pass(DAY_MS);
  const over = 'OVERDUE RECEIVED produce';
  await expectTold(EXCHANGE, id, ['ISSUED ISSUED', 'STEP SERVED', ...soon, over]);
  await expectTold(DE, id, ['STEP RECEIVED', over]);
  await take(counsel, id, 'markOverdue', { clock: 'produce' });
  await expectTold(DE, id, ['STEP RECEIVED', over, 'STEP RECEIVED produce']);
});

it('every party of what is over by the next edition of a calendar, also who marked it', async () => {
  const { gateway, judge, counsel, now } = scene;
  const soon = new Date(now() + 3 * DAY_MS).toISOString().slice(0, 10);
  await publishEntries(gateway, [calendar('sg-brief', 'SG', soon)]);
  const { input, transient } = draftHttpOrder(['SUBSCRIBER']);
  const brief = { id: 'sg-brief', version: 1 };
  const calendars = { ...input.calendars, ADDRESSEE: brief, ENFORCING: brief };
  await scene.act(judge, 'issue', { ...input, calendars }, transient);
  await scene.take(judge, input.id, 'serve', { channel: 'by hand' });
  await scene.take(counsel, input.id, 'receive', { receivedAt: now() });
  await expectTold(DE, input.id, ['STEP RECEIVED']);
  scene.pass(16 * DAY_MS);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await told(DE, input.id)).toEqual(['STEP RECEIVED']);
  await publishEntries(gateway, [{ ...calendar('sg-brief', 'SG'), version: 2 }]);
  await scene.take(judge, input.id, 'markOverdue', { clock: 'produce' });
  scene.pass(HOUR_MS);
  await expectTold(DE, input.id, ['STEP RECEIVED', 'OVERDUE RECEIVED produce']);
  await expect.poll(() => told(EXCHANGE, input.id)).toContain('OVERDUE RECEIVED produce');
});

it('nobody of a clock that was stopped in time', async () => {
  const id = await scene.received(['SUBSCRIBER']);
  await scene.take(scene.judge, id, 'withdraw');
  scene.pass(20 * DAY_MS);
  const other = await scene.issue(['SUBSCRIBER']);
  await expectTold(EXCHANGE, other, ['ISSUED ISSUED']);
  await expectTold(EXCHANGE, id, ['ISSUED ISSUED', 'STEP SERVED', 'STEP WITHDRAWN']);
});

it('a member’s system, by a message that says which, what and where it stands', async () => {
  const { gateway } = scene;
  const system = await gateway.signIn(EXCHANGE, 'system', 'exchange-service');
  const made = await gateway.call('POST', '/v1/webhook/endpoints', {
    ...{ token: system, body: { url: receiver.url } },
  });
  expect(made.status, made.text).toBe(201);
  const id = await scene.issue(['SUBSCRIBER']);
  const ofOrder = () =>
    receiver.received.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.order === id);
  await expect.poll(() => ofOrder().length, { timeout: 20_000 }).toBe(1);
  const [{ type, data }] = ofOrder();
  const [alert] = await alertsOf(EXCHANGE, id);
  expect([type, data]).toEqual([
    'order.alert',
    { id: alert!.id, order: id, event: 'ISSUED', status: 'ISSUED' },
  ]);
});

it('nothing twice by a gateway that reads its own file again', async () => {
  const id = await scene.received(['SUBSCRIBER']);
  await expectTold(SG, id, ['ISSUED ISSUED', 'STEP SERVED', 'STEP RECEIVED']);
  const before = await alertsOf(SG, id);
  await scene.restart();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await alertsOf(SG, id)).toEqual(before);
});
