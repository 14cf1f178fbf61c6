/** Requests that are cut off and sent again, on a real ledger. */
import '@tabellion/proof/node';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EvidenceConsortium,
  MEMBER,
  openEvidenceConsortium,
} from '../../../test/support/evidence-consortium.ts';
import type { AnchoredItem, ItemInput, Principal } from '../http/deps.ts';
import { LedgerError } from '../ledger/port.ts';
import { type AnchoringOptions, openAnchoring, type SystemPorts } from './anchoring.ts';
import { type MemberManifests, openManifests } from './member-manifests.ts';
import { makeDirectory } from './testing.ts';

let home: ReturnType<typeof makeDirectory>;
let world: EvidenceConsortium;
let manifests: MemberManifests;
const system: Principal = { subject: 's', member: MEMBER, role: 'system', clientKind: 'system' };

beforeAll(async () => {
  home = makeDirectory();
  world = await openEvidenceConsortium(home.path);
  const directory = join(home.path, 'manifests');
  manifests = await openManifests({ directory, members: [MEMBER], batchOf: () => undefined });
});
afterAll(async () => {
  await manifests.close();
  await world.close();
  home.remove();
});

const at = (name: string) => join(home.path, 'spools', name);
const open = (name: string, changes: Partial<AnchoringOptions> = {}) =>
  openAnchoring({
    directory: at(name),
    portsOf: () => world.portsOf(world.service),
    manifestsOf: manifests.of,
    now: Date.now,
    maxAgeMs: 20,
    retryMs: 50,
    ...changes,
  });
/** The member's way to the ledger, part of which is another. */
const portsWith = (act: Partial<SystemPorts['act']>) => () => {
  const ports = world.portsOf(world.service);
  const { ledger } = world;
  const own = {
    prepare: ledger.prepare.bind(ledger),
    endorse: ledger.endorse.bind(ledger),
    submit: ledger.submit.bind(ledger),
    status: ledger.status.bind(ledger),
  };
  return { ...ports, act: { ...own, ...act } };
};
const item = (index: number): ItemInput => ({
  kind: 'message',
  sha256: index.toString(16).padStart(64, '0'),
  size: index,
  path: Buffer.from(`message ${index}`),
});
/** All at once, or one after the other. */
async function* stream(from: number, to: number, pauseMs?: number) {
  const items = Array.from({ length: to - from }, (_, at) => item(from + at));
  if (pauseMs === undefined && items.length > 0) yield items;
  if (pauseMs === undefined) return;
  for (const each of items) {
    await delay(pauseMs);
    yield [each];
  }
}
async function collect(groups: AsyncIterable<readonly AnchoredItem[]>): Promise<AnchoredItem[]> {
  const all: AnchoredItem[] = [];
  for await (const group of groups) all.push(...group);
  return all;
}
const countItems = async (acquisition: string) => {
  const { items } = await manifests.listItems(MEMBER, { acquisition }, { limit: 1000 });
  const { reader } = world.portsOf(world.service);
  const { head } = await reader.readContext(acquisition);
  return { items: items.length, batches: head.sequence };
};

describe('items handed in under a name', () => {
  it('are anchored once, however often they are handed in, also by the next process', async () => {
    const acquisition = await world.acquire(world.service);
    const first = await open('again');
    const hand = (anchoring: typeof first) =>
      collect(anchoring.anchorItems(system, acquisition, stream(0, 5), { name: 'a' }));
    const places = await hand(first);
    expect(places.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(await hand(first)).toEqual(places);
    await first.close();
    const second = await open('again');
    expect(await hand(second)).toEqual(places);
    await second.close();
    expect(await countItems(acquisition)).toEqual({ items: 5, batches: 1 });
  });

  it('are found by the next process, which learns what became of the transaction', async () => {
    const acquisition = await world.acquire(world.service);
    let submitted = false;
    // Ordered, and then nothing is heard of it any more: as after a kill, the spool is copied.
    const portsOf = portsWith({
      submit: async (payload) => {
        await world.ledger.submit(payload);
        submitted = true;
        await new Promise(() => undefined);
      },
    });
    const killed = await open('killed', { portsOf });
    const asking = collect(
      killed.anchorItems(system, acquisition, stream(0, 3), { name: 'a' }),
    ).catch(() => undefined);
    while (!submitted) await delay(10);
    cpSync(at('killed'), at('after'), { recursive: true });
    const next = await open('after');
    const places = await collect(
      next.anchorItems(system, acquisition, stream(0, 3), { name: 'a' }),
    );
    expect(places).toHaveLength(3);
    expect(await countItems(acquisition)).toEqual({ items: 3, batches: 1 });
    await next.close();
    void asking;
  });

  it('go on where their sender left off', async () => {
    const acquisition = await world.acquire(world.service);
    const anchoring = await open('left');
    const slow = anchoring.anchorItems(system, acquisition, stream(0, 40, 10), { name: 'a' });
    const early: AnchoredItem[] = [];
    for await (const places of slow) {
      early.push(...places);
      if (early.length >= 3) break;
    }
    const places = await collect(
      anchoring.anchorItems(system, acquisition, stream(0, 40), { name: 'a' }),
    );
    expect(places).toHaveLength(40);
    expect(places.slice(0, early.length)).toEqual(early);
    expect((await countItems(acquisition)).items).toBe(40);
    expect(new Set(places.map(({ leaf }) => leaf)).size).toBe(40);
    await anchoring.close();
  });

  it('are the same items, or refused', async () => {
    const acquisition = await world.acquire(world.service);
    const anchoring = await open('other');
    const hand = (from: number, to: number) =>
      collect(anchoring.anchorItems(system, acquisition, stream(from, to), { name: 'a' }));
    await hand(0, 3);
    for (const [from, to] of [
      [1, 4],
      [0, 2],
      [0, 0],
    ] as const) {
      await expect(hand(from, to)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    }
    const receipt = (from: number) =>
      anchoring.spoolItems(system, acquisition, stream(from, from + 3), { name: 'r' });
    expect(await receipt(0)).toBe(await receipt(0));
    await expect(receipt(1)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    const taken = await receipt(0);
    await expect
      .poll(() => anchoring.findReceipt(MEMBER, taken), { timeout: 10_000 })
      .toMatchObject({ state: 'ANCHORED' });
    await anchoring.close();
    expect((await countItems(acquisition)).items).toBe(6);
  });

  it('are not waited for without end, and are there when asked for again', async () => {
    const acquisition = await world.acquire(world.service);
    let away = true;
    const portsOf = portsWith({
      prepare: (request) =>
        away
          ? Promise.reject(new LedgerError('UNAVAILABLE', 'away'))
          : world.ledger.prepare(request),
    });
    const anchoring = await open('away', { portsOf, patienceMs: 200 });
    const hand = (signal?: AbortSignal) =>
      collect(
        anchoring.anchorItems(system, acquisition, stream(0, 2), {
          name: 'a',
          ...(signal && { signal }),
        }),
      );
    await expect(hand()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(hand(AbortSignal.abort())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    away = false;
    await expect.poll(() => hand().catch(() => []), { timeout: 10_000 }).toHaveLength(2);
    await anchoring.close();
    expect(await countItems(acquisition)).toEqual({ items: 2, batches: 1 });
  });

  it('that come before a bad one are anchored', async () => {
    const acquisition = await world.acquire(world.service);
    const anchoring = await open('bad');
    const failing = async function* () {
      yield* stream(0, 2);
      throw Object.assign(new Error('bad line'), { code: 'BAD_INPUT' });
    };
    const places: AnchoredItem[] = [];
    const reading = (async () => {
      const handed = anchoring.anchorItems(system, acquisition, failing(), { name: 'a' });
      for await (const group of handed) places.push(...group);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(places).toHaveLength(2);
    await anchoring.close();
  });
});
