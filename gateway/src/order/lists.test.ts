/** What lies with whom, and by when: each member sees its own orders, page by page, from an index. */
import type { DatabaseSync } from 'node:sqlite';
import type { Role } from '@tabellion/chaincode/member/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listShipped } from '../../../chaincode/test/order-case.ts';
import { calendar, draftHttpOrder, publishEntries } from '../../../test/recovery/every-order.ts';
import { CN, DE, SG } from '../http/testing.ts';
import { openProjectionFile } from '../projection/schema.ts';
import { createDueList } from './due-list.ts';
import { createOrderList } from './order-list.ts';
import { DAY_MS, EXCHANGE, type OrderScene, openOrderScene } from './testing.ts';

let scene: OrderScene;
let gateway: OrderScene['gateway'];
let judge: OrderScene['judge'];
let counsel: OrderScene['counsel'];
let issue: OrderScene['issue'];
let take: OrderScene['take'];

beforeAll(async () => {
  scene = await openOrderScene();
  ({ gateway, judge, counsel, issue, take } = scene);
}, 120_000);
afterAll(() => scene?.close());

const token = (member: string, role: Role, subject = `${role} of ${member}`) =>
  gateway.signIn(member, role, subject);
async function list(member: string, role: Role, query = '', subject?: string) {
  const { status, json } = await gateway.call('GET', `/v1/order/orders${query}`, {
    token: await token(member, role, subject),
  });
  expect(status).toBe(200);
  return json.items as {
    record: { id: string };
    side: string;
    status: string;
    awaits: { side: string; verb: string }[];
    escalated: string[];
  }[];
}
const idsOf = async (...args: Parameters<typeof list>) =>
  (await list(...args)).map(({ record }) => record.id);
async function due(member: string, query = '') {
  const { status, json, text } = await gateway.call('GET', `/v1/order/due${query}`, {
    token: await token(member, 'auditor'),
  });
  expect(status, text).toBe(200);
  return json.items as { order: string; clock: string; standing: string; article: string }[];
}

describe('the inbox', () => {
  it('shows each party its side, and nobody else anything', async () => {
    const told = await issue(['TRAFFIC']);
    const plain = await issue(['SUBSCRIBER'], 'epoc-pr');
    expect(await idsOf(DE, 'auditor')).toEqual([told, plain]);
    expect((await list(EXCHANGE, 'delegate')).map(({ side }) => side)).toEqual(
      Array(2).fill('ADDRESSEE'),
    );
    expect((await list(SG, 'prosecutor')).map(({ side }) => side)).toEqual(
      Array(2).fill('ENFORCING'),
    );
    expect(await idsOf(CN, 'judicialReviewer')).toEqual([]);
    expect(await idsOf(DE, 'auditor', '?side=ADDRESSEE')).toEqual([]);
    expect(await idsOf(EXCHANGE, 'delegate', '?kind=PRESERVE')).toEqual([plain]);
    expect(await idsOf(EXCHANGE, 'delegate', '?status=SERVED')).toEqual([]);
    const first = await gateway.call('GET', '/v1/order/orders?limit=1', { token: judge.token });
    expect(first.json.items[0].record.id).toBe(told);
    const second = await gateway.call('GET', `/v1/order/orders?limit=1&cursor=${first.json.next}`, {
      token: judge.token,
    });
    expect([second.json.items[0].record.id, second.json.next]).toEqual([plain, null]);
  });

  it('shows what waits for the side and the role that asks', async () => {
    const id = await issue(['TRAFFIC']);
    const waits = async (member: string, role: Role) =>
      (await idsOf(member, role, '?scope=AWAITED')).includes(id);
    expect(await waits(DE, 'system')).toBe(true);
    expect(await waits(EXCHANGE, 'delegate')).toBe(false);
    await take(judge, id, 'serve', { channel: 'by hand' });
    expect(await waits(DE, 'judicialReviewer')).toBe(false);
    expect(await waits(EXCHANGE, 'delegate')).toBe(true);
    expect(await waits(EXCHANGE, 'prosecutor')).toBe(false);
    expect(await waits(SG, 'judicialReviewer')).toBe(true);
    expect(await waits(SG, 'investigator')).toBe(false);
    const [shown] = (await list(SG, 'judicialReviewer', '?scope=AWAITED&status=SERVED')).filter(
      ({ record }) => record.id === id,
    );
    expect(shown!.awaits).toEqual([
      { side: 'ADDRESSEE', verb: 'receive' },
      { side: 'ENFORCING', verb: 'takeNotice' },
    ]);
    await take(judge, id, 'withdraw');
    expect(await waits(EXCHANGE, 'delegate')).toBe(false);
    expect(await waits(DE, 'judicialReviewer')).toBe(true);
    await take(judge, id, 'close');
    expect(await waits(DE, 'judicialReviewer')).toBe(false);
  });

  it('shows a person the orders in which it acted, and takes no filter with that', async () => {
    const id = await scene.received(['SUBSCRIBER']);
    expect(await idsOf(EXCHANGE, 'delegate', '?scope=MINE', 'counsel')).toEqual([id]);
    expect(await idsOf(EXCHANGE, 'delegate', '?scope=MINE', 'another')).toEqual([]);
    expect(await idsOf(SG, 'delegate', '?scope=MINE', 'counsel')).toEqual([]);
    const { status } = await gateway.call('GET', '/v1/order/orders?scope=MINE&kind=PRODUCE', {
      token: judge.token,
    });
    expect(status).toBe(400);
  });
});

describe('the dates', () => {
  it('tell what is due, then what is overdue, and whether that is marked', async () => {
    const id = await scene.received(['SUBSCRIBER']);
    const of = (clocks: { order: string; clock: string }[]) =>
      clocks.filter(({ order }) => order === id).map(({ clock }) => clock);
    expect(of(await due(EXCHANGE))).toEqual([]);
    const wide = await due(EXCHANGE, '?within=400');
    expect(of(wide)).toEqual(expect.arrayContaining(['produce', 'conflict']));
    expect(wide.find(({ order, clock }) => order === id && clock === 'produce')).toMatchObject({
      ...{ article: '10(3)', standing: 'RUNS' },
    });
    expect(of(await due(EXCHANGE, '?within=400&obliges=ISSUER'))).toEqual([]);
    expect(of(await due(CN, '?within=400'))).toEqual([]);
    expect(of(await due(DE, '?state=OVERDUE'))).toEqual([]);

    scene.pass(16 * DAY_MS);
    expect(of(await due(DE, '?within=400'))).toEqual([]);
    expect(of(await due(DE, '?state=OVERDUE&marked=false'))).toEqual(['produce']);
    const bad = await gateway.call('GET', '/v1/order/due?marked=true', { token: judge.token });
    expect(bad.status).toBe(400);
    await take(counsel, id, 'markOverdue', { clock: 'produce' });
    expect(of(await due(DE, '?state=OVERDUE&marked=false'))).toEqual([]);
    expect(of(await due(SG, '?state=OVERDUE'))).toEqual(['produce']);
    const page = await gateway.call('GET', '/v1/order/due?state=OVERDUE&limit=1', {
      token: judge.token,
    });
    const next = await gateway.call(
      'GET',
      `/v1/order/due?state=OVERDUE&limit=1&cursor=${page.json.next}`,
      { token: judge.token },
    );
    expect(next.json.items[0]?.order).not.toBe(page.json.items[0].order);
  });
});

describe('what is overdue', () => {
  it('comes before the roles that its profile names, of the side that is late and of the issuer', async () => {
    const epoc = listShipped().find((entry) => entry.id === 'epoc')!;
    const { clocks, ...body } = epoc.body as { clocks: { id: string }[] };
    const escalating = clocks.map((clock) =>
      clock.id === 'produce' ? { ...clock, escalates: ['auditor'] } : clock,
    );
    const entry = { ...epoc, id: 'epoc-up', body: { ...body, clocks: escalating } };
    await publishEntries(gateway, [entry]);
    const id = await issue(['SUBSCRIBER'], 'epoc-up');
    await take(judge, id, 'serve', { channel: 'by hand' });
    await take(counsel, id, 'receive', { receivedAt: scene.now() });
    scene.pass(16 * DAY_MS);
    const before = async (member: string) =>
      (await list(member, 'auditor', '?scope=AWAITED'))
        .filter((each) => each.record.id === id)
        .map(({ escalated }) => escalated);
    expect(await before(EXCHANGE)).toEqual([]);
    await take(judge, id, 'markOverdue', { clock: 'produce' });
    expect(await before(EXCHANGE)).toEqual([['produce']]);
    expect(await before(DE)).toEqual([['produce']]);
    expect(await before(SG)).toEqual([]);
    await take(judge, id, 'withdraw');
    expect(await before(DE)).toEqual([]);
  });
});

describe('a date beyond the end of a calendar', () => {
  it('makes nobody late, and is told once the next edition holds its days', async () => {
    const soon = new Date(scene.now() + 3 * DAY_MS).toISOString().slice(0, 10);
    await publishEntries(gateway, [calendar('sg-brief', 'SG', soon)]);
    const { input, transient } = draftHttpOrder(['SUBSCRIBER']);
    const brief = { id: 'sg-brief', version: 1 };
    const calendars = { ...input.calendars, ADDRESSEE: brief, ENFORCING: brief };
    await scene.act(judge, 'issue', { ...input, calendars }, transient);
    await take(judge, input.id, 'serve', { channel: 'by hand' });
    await take(counsel, input.id, 'receive', { receivedAt: scene.now() });
    const produce = (clocks: Awaited<ReturnType<typeof due>>) =>
      clocks
        .filter(({ order, clock }) => order === input.id && clock === 'produce')
        .map(({ standing }) => standing);
    expect(produce(await due(EXCHANGE, '?within=400'))).toEqual(['PROVISIONAL']);
    scene.pass(16 * DAY_MS);
    expect(produce(await due(DE, '?state=OVERDUE'))).toEqual([]);
    expect(produce(await due(DE, '?within=1'))).toEqual(['PROVISIONAL']);
    const next = { ...calendar('sg-brief', 'SG'), version: 2 };
    await publishEntries(gateway, [next]);
    await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
    expect(produce(await due(DE, '?state=OVERDUE&marked=false'))).toEqual(['RUNS']);
    await take(judge, input.id, 'markOverdue', { clock: 'produce' });
    expect(produce(await due(SG, '?state=OVERDUE'))).toEqual(['MARKED']);
  });
});

describe('a page', () => {
  it('is read from an index that holds it, in its order', () => {
    const database = openProjectionFile(':memory:');
    const statements: string[] = [];
    const watched = new Proxy(database, {
      get(target, name) {
        if (name === 'prepare')
          return (sql: string) => {
            statements.push(sql);
            return target.prepare(sql);
          };
        return Reflect.get(target, name, target);
      },
    }) as DatabaseSync;
    createOrderList(watched);
    createDueList(watched);
    const pages = statements.filter((sql) => /FROM order_.*LIMIT/s.test(sql));
    expect(pages).toHaveLength(5);
    for (const sql of pages) {
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
      expect(plan.map(({ detail }) => detail).join('\n'), sql).toMatch(
        /^SEARCH order_\w+ USING (PRIMARY KEY|COVERING INDEX \w+) \([^\n]*>[^\n]*\)$/,
      );
    }
    database.close();
  });
});
