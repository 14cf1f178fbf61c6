/** Several questions about flows at once, through a real gateway whose answers wait until they are let go. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CN,
  DE,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from '../http/testing.ts';
import { ETHEREUM, sampleAddress } from '../label/testing.ts';
import { createTurns } from './turns.ts';

let consortium: TestConsortium;
let plain: TestGateway;
let gateway: TestGateway;
/** What is worked on: whether whoever asked is gone. */
const underWay = new Set<AbortSignal>();
const failures: unknown[] = [];
let gate = Promise.withResolvers<void>();

beforeAll(async () => {
  consortium = await openTestConsortium();
  plain = await startTestGateway(consortium);
  const { labels } = plain.deps;
  const follow: typeof labels.flows.follow = async (query, { asOf, signal } = {}) => {
    underWay.add(signal!);
    await gate.promise;
    try {
      return await labels.flows.follow(query, { asOf, signal: signal! });
    } finally {
      underWay.delete(signal!);
    }
  };
  gateway = await startTestGateway(consortium, {
    name: 'narrow',
    change: {
      labels: { ...labels, flows: { follow } },
      onFailure: (error) => failures.push(error),
    },
  });
  gate.resolve();
  const token = await gateway.signIn(DE, 'analyst', 'first');
  // The transfers follow the ledger by themselves.
  await vi.waitFor(async () => expect((await send(token)).status).toBe(200), { timeout: 20_000 });
});
afterAll(async () => {
  gate.resolve();
  await gateway?.close();
  await plain?.close();
  await consortium?.close();
});

const question = { network: ETHEREUM, address: sampleAddress(1), direction: 'FORWARD' };
const headers = { 'tabellion-purpose': 'CASE-1' };
const send = (token: string) =>
  gateway.call('POST', '/v1/flow/follow', { token, body: question, headers });
/** Until so many are worked on. */
const reach = (count: number) => expect.poll(() => underWay.size, { timeout: 20_000 }).toBe(count);
const expectRefused = async (token: string) => {
  const refused = await send(token);
  expect([refused.status, refused.json.code]).toEqual([503, 'OVERLOADED']);
  expect(refused.headers.get('retry-after')).toBe('5');
};

describe('questions about flows at once', { timeout: 60_000 }, () => {
  it('leave room for colleagues, for other members, and for whatever else is asked', async () => {
    gate = Promise.withResolvers();
    const [one, colleague, third] = await Promise.all(
      ['one', 'colleague', 'third'].map((name) => gateway.signIn(CN, 'analyst', name)),
    );
    const abroad = await gateway.signIn(SG, 'analyst', 'abroad');
    const asked: ReturnType<typeof send>[] = [];
    const hold = async (token: string) => {
      asked.push(send(token));
      await reach(asked.length);
    };
    for (const token of [one!, one!]) await hold(token);
    await expectRefused(one!);
    await hold(colleague!);
    for (const token of [one!, colleague!, third!]) await expectRefused(token);
    await hold(abroad);
    expect((await gateway.call('GET', '/v1/whoami', { token: one! })).status).toBe(200);

    gate.resolve();
    for (const each of asked) expect((await each).status).toBe(200);
    expect((await send(one!)).status).toBe(200);
  });

  it('are never more than the gateway works on, whoever asks', async () => {
    gate = Promise.withResolvers();
    const asked: ReturnType<typeof send>[] = [];
    for (const member of [CN, SG, DE]) {
      for (const name of ['a', 'b', 'c', 'd']) {
        const token = await gateway.signIn(member, 'analyst', name);
        for (let time = 0; time < 2; time += 1) asked.push(send(token));
      }
    }
    const refused = asked.map(async (each) => (await each).status === 503);
    await reach(6);
    // All others are answered while these are held.
    let over = 0;
    for (const each of refused) void each.then((isOver) => (over += isOver ? 1 : 0));
    await expect.poll(() => over, { timeout: 20_000 }).toBe(asked.length - 6);
    gate.resolve();
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(6);
  });

  it('are given up with whoever asked, and count until they are', async () => {
    gate = Promise.withResolvers();
    failures.length = 0;
    const token = await gateway.signIn(CN, 'analyst', 'hasty');
    const entries = () => gateway.journalStore.entries(CN, 1, 10_000).length;
    const before = entries();
    const leave = new AbortController();
    const left = [1, 2].map(() =>
      fetch(`${gateway.base}/v1/flow/follow`, {
        method: 'POST',
        headers: {
          ...headers,
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(question),
        signal: leave.signal,
      }).catch(({ name }: Error) => name),
    );
    await reach(2);
    leave.abort();
    expect(await Promise.all(left)).toEqual(['AbortError', 'AbortError']);
    await expect
      .poll(() => [...underWay].every(({ aborted }) => aborted), { timeout: 20_000 })
      .toBe(true);
    await expectRefused(token);
    gate.resolve();
    await reach(0);
    expect((await send(token)).status).toBe(200);
    expect(entries() - before).toBe(1);
    expect(failures.map((error) => (error as { code?: unknown }).code)).toEqual(['OVERLOADED']);
  });

  it('wait in one line, so that everybody else waits for one turn', async () => {
    const takeTurns = createTurns();
    let rounds = 0;
    let isOver = false;
    const others = (async () => {
      for (; !isOver; rounds += 1) await setImmediate();
    })();
    const seen: number[] = [];
    const work = async () => {
      const turn = takeTurns();
      for (let piece = 0; piece < 3; piece += 1) {
        const until = performance.now() + 11;
        while (performance.now() < until);
        await turn();
        seen.push(rounds);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    isOver = true;
    await others;
    // No two went on before the others had been let go on in between.
    expect(new Set(seen).size).toBe(seen.length);
  });
});
