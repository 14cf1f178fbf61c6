/** The fsync comes before the acknowledgement, as strace sees it from outside. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callGateway } from '../fabric/faults/load.ts';
import { Base, draftAct, Scene } from './scene.ts';
import { findTraceGap, listWritten, readTrace, type TraceEvent, traceInto } from './trace.ts';

const gap = findTraceGap();
const COUNT = 5;

interface Answered {
  /** What only this request holds. */
  readonly asked: string;
  /** What only its answer holds. */
  readonly told: string;
}

describe.skipIf(gap)(`what a traced node acknowledges${gap ? ` (${gap})` : ''}`, () => {
  let base: Base;
  let events: TraceEvent[];
  const answered: Record<'item' | 'named item' | 'receipt' | 'act', Answered[]> = {
    ...{ item: [], 'named item': [], receipt: [], act: [] },
  };

  beforeAll(async () => {
    base = await Base.create();
    const data = await base.copy();
    const trace = join(base.directory, 'trace');
    const scene = await Scene.open(data, { wrapper: traceInto(trace) });
    try {
      for (let turn = 0; turn < COUNT; turn += 1) await askAll(scene);
    } finally {
      // A tracer that is killed leaves what it traced running.
      await scene.node.end('SIGTERM');
      await scene[Symbol.asyncDispose]();
    }
    events = readTrace(trace);
  }, 240_000);
  afterAll(() => base?.[Symbol.asyncDispose]());

  async function askAll(scene: Scene) {
    const { gateway } = scene;
    const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
      const response = await callGateway(gateway, path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      expect(response.ok, text).toBe(true);
      return JSON.parse(text);
    };
    const input = draftAct();
    const act = await post('/v1/evidence/acquire', { input });
    answered.act.push({ asked: input.id, told: act.txId });
    const items = `/v1/evidence/acquisitions/${input.id}/items`;
    const item = () => {
      const sha256 = createHash('sha256').update(randomBytes(16)).digest('hex');
      return { sha256, size: 1, path: sha256 };
    };
    const [plain, named, taken] = [item(), item(), item()];
    const place = await post(items, plain);
    answered.item.push({ asked: input.id, told: place.leaf });
    const key = { 'idempotency-key': named.sha256 };
    answered['named item'].push({ asked: place.leaf, told: (await post(items, named, key)).leaf });
    const { receipt } = await post(items, taken, { prefer: 'respond-async' });
    answered.receipt.push({ asked: named.sha256, told: receipt });
    // What is anchored behind the receipt would be in the next answer's stretch.
    await vi.waitFor(
      async () => {
        const answer = await callGateway(gateway, `/v1/evidence/receipts/${receipt}`);
        expect(await answer.json()).toMatchObject({ state: 'ANCHORED' });
      },
      { timeout: 60_000, interval: 100 },
    );
  }

  /** From the end of the answer before to this one. */
  function stretchOf(told: string): TraceEvent[] {
    const isAnswer = ({ kind, ...event }: TraceEvent) =>
      kind === 'write' && 'path' in event && event.path === undefined;
    const end = events.findIndex(
      (event) => isAnswer(event) && 'text' in event && event.text.includes(told),
    );
    expect(end, told).toBeGreaterThan(0);
    const all = Object.values(answered).flat();
    const before = events.findLastIndex(
      (event, at) =>
        at < end &&
        isAnswer(event) &&
        all.some(
          (other) => other.told !== told && 'text' in event && event.text.includes(other.told),
        ),
    );
    return events.slice(before + 1, end);
  }

  it.each([
    ['act', ['ledger']],
    ['item', ['ledger', 'manifests']],
    ['named item', ['spool', 'ledger', 'manifests']],
    ['receipt', ['spool']],
  ] as const)('an %s, once it is synced in %j', (kind, places) => {
    for (const { told } of answered[kind]) {
      const stretch = stretchOf(told);
      for (const place of places) {
        const written = listWritten(stretch, (path) => PATHS[place].test(path));
        const told = `${kind}: ${place} ${JSON.stringify([...written])}`;
        expect(new Set(written.values()), told).toEqual(new Set(['synced']));
      }
    }
    expect(answered[kind]).toHaveLength(COUNT);
  });
});

/** What an answer rests on: neither what is derived nor what is shared memory. */
const PATHS = {
  ledger: /\/data\/ledger\/blocks$/,
  manifests: /\/data\/gateway\/manifests\/.*\.unfinished-/,
  spool: /\/data\/gateway\/spool\/.*\.sqlite(-wal)?$/,
};
