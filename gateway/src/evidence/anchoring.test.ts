import '@tabellion/proof/node';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { canonicalBytes, createVerifier, leafHash, parseTrust, toHex } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EvidenceConsortium,
  MEMBER,
  openEvidenceConsortium,
} from '../../../test/support/evidence-consortium.ts';
import type { AnchoredItem, ItemInput, Principal, ReceiptState } from '../http/deps.ts';
import { type AnchoringOptions, type ClosableAnchoring, openAnchoring } from './anchoring.ts';
import { Attestations } from './attestations.ts';
import type { EvidenceError } from './error.ts';
import { type MemberManifests, openManifests } from './member-manifests.ts';
import { createProofs } from './proof.ts';
import { makeDirectory } from './testing.ts';

let home: ReturnType<typeof makeDirectory>;
let world: EvidenceConsortium;
let manifests: MemberManifests;
let anchoring: ClosableAnchoring;
const batchOf = new Map<string, string>();
const system: Principal = { subject: 's', member: MEMBER, role: 'system', clientKind: 'system' };

const options = (changes: Partial<AnchoringOptions> = {}): AnchoringOptions => ({
  directory: join(home.path, 'spool'),
  portsOf: (member) => (member === MEMBER ? world.portsOf(world.service) : undefined),
  manifestsOf: (member) => manifests.of(member),
  now: Date.now,
  maxAgeMs: 20,
  retryMs: 50,
  ...changes,
});

beforeAll(async () => {
  home = makeDirectory();
  world = await openEvidenceConsortium(home.path);
  manifests = await openManifests({
    directory: join(home.path, 'manifests'),
    escrow: join(home.path, 'escrow'),
    members: [MEMBER],
    batchOf: (manifest) => batchOf.get(manifest),
  });
  anchoring = await openAnchoring(options());
});
afterAll(async () => {
  await anchoring.close();
  await manifests.close();
  await world.close();
  home.remove();
});

const item = (index: number, changes: Partial<ItemInput> = {}): ItemInput => ({
  kind: 'message',
  sha256: index.toString(16).padStart(64, '0'),
  size: index,
  path: Buffer.from(`message ${index}`),
  ...changes,
});
/** In groups of one, two, three… */
async function* stream(items: readonly ItemInput[]) {
  for (let from = 0, size = 1; from < items.length; from += size++) {
    yield items.slice(from, from + size);
  }
}
async function collect(groups: AsyncIterable<readonly AnchoredItem[]>): Promise<AnchoredItem[]> {
  const all: AnchoredItem[] = [];
  for await (const group of groups) all.push(...group);
  return all;
}
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const itemsOf = async (acquisition: string) =>
  (await manifests.listItems(MEMBER, { acquisition }, { limit: 100_000 })).items;
const headOf = async (acquisition: string) =>
  (await world.portsOf(world.service).reader.readContext(acquisition)).head;
async function settle(receipt: string, done: (state: ReceiptState) => boolean) {
  for (;;) {
    const state = await anchoring.findReceipt(MEMBER, receipt);
    if (state !== undefined && done(state)) return state;
    await delay(20);
  }
}

describe('a stream of items', () => {
  it('is answered in order, each item once its batch is on the ledger', async () => {
    const acquisition = await world.acquire(world.service);
    const answers = await collect(
      anchoring.anchorItems(system, acquisition, stream(numbers(500).map((index) => item(index)))),
    );
    expect(answers).toHaveLength(500);
    expect(await headOf(acquisition)).toMatchObject({ items: 500, bytes: (499 * 500) / 2 });
    const stored = await manifests.listItems(MEMBER, { acquisition }, { limit: 1000 });
    expect(stored.next).toBeNull();
    for (const [index, answer] of answers.entries()) {
      const entry = stored.items[index]!;
      expect(entry.commitment.digest.sha256).toBe(item(index).sha256);
      expect(entry.index).toBe(answer.index);
      expect(toHex(leafHash(canonicalBytes(entry.commitment)))).toBe(answer.leaf);
    }
  });

  it('shares batches with others and fills several', async () => {
    const acquisition = await world.acquire(world.service);
    const small = await openAnchoring(
      options({ directory: join(home.path, 'other'), batchItems: 50 }),
    );
    const both = await Promise.all(
      [0, 1].map((half) =>
        collect(
          small.anchorItems(
            system,
            acquisition,
            stream(numbers(120).map((index) => item(2 * index + half))),
          ),
        ),
      ),
    );
    expect(both.map((answers) => answers.length)).toEqual([120, 120]);
    const places = both.flat().map(({ batch, index }) => `${batch}/${index}`);
    expect(new Set(places).size).toBe(240);
    expect(await headOf(acquisition)).toMatchObject({ items: 240 });
    await small.close();
  });

  it('that fails is anchored up to there, then the failure follows', async () => {
    const acquisition = await world.acquire(world.service);
    const failing = async function* () {
      for (const index of numbers(3)) yield [item(index)];
      throw Object.assign(new Error('bad line'), { code: 'ITEM_INVALID' });
    };
    const answers: AnchoredItem[] = [];
    const reading = (async () => {
      for await (const group of anchoring.anchorItems(system, acquisition, failing())) {
        answers.push(...group);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ITEM_INVALID' });
    expect(answers).toHaveLength(3);
    expect(await headOf(acquisition)).toMatchObject({ items: 3 });
  });

  it('whose reader goes away is not pulled to its end', async () => {
    const acquisition = await world.acquire(world.service);
    let pulled = 0;
    const endless = async function* () {
      for (;;) {
        pulled += 1;
        yield [item(pulled)];
        await delay(1);
      }
    };
    for await (const _ of anchoring.anchorItems(system, acquisition, endless())) break;
    await delay(30);
    const then = pulled;
    await delay(50);
    expect(pulled).toBe(then);
  });

  it.each<[string, Partial<Principal>, string, string]>([
    ['of a person', { clientKind: 'person' }, '', 'NOT_ALLOWED'],
    ['of a member without a key here', { member: 'SgAgencyMSP' }, '', 'NOT_ALLOWED'],
    ['for an acquisition that is not there', {}, 'f'.repeat(32), 'ACQUISITION_UNKNOWN'],
  ])('%s is refused', async (_, principal, unknown, code) => {
    const acquisition = unknown || (await world.acquire(world.service));
    const answers = anchoring.anchorItems(
      { ...system, ...principal },
      acquisition,
      stream([item(1)]),
    );
    await expect(collect(answers)).rejects.toMatchObject({ code });
  });

  it('with a path too long for a commitment is refused', async () => {
    const acquisition = await world.acquire(world.service);
    const long = item(1, { path: new Uint8Array(16_387) });
    await expect(
      collect(anchoring.anchorItems(system, acquisition, stream([long]))),
    ).rejects.toMatchObject({ code: 'ITEM_INVALID' });
  });

  it('is told when the ledger fails, with the code', async () => {
    const acquisition = await world.acquire(world.service);
    const ports = world.portsOf(world.service);
    const broken = await openAnchoring(
      options({
        directory: join(home.path, 'broken'),
        portsOf: () => ({
          ...ports,
          act: {
            prepare: () =>
              Promise.reject(Object.assign(new Error('away'), { code: 'UNAVAILABLE' })),
            endorse: world.ledger.endorse.bind(world.ledger),
            submit: world.ledger.submit.bind(world.ledger),
            status: world.ledger.status.bind(world.ledger),
          },
        }),
      }),
    );
    await expect(
      collect(broken.anchorItems(system, acquisition, stream([item(1)]))),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await broken.close();
  });
});

describe('a receipt', () => {
  it('stands for items that are anchored later', async () => {
    const acquisition = await world.acquire(world.service);
    const receipt = await anchoring.spoolItems(
      system,
      acquisition,
      stream(numbers(5).map((i) => item(i))),
    );
    const state = await settle(receipt, ({ state }) => state === 'ANCHORED');
    const entries = await itemsOf(acquisition);
    expect(state).toEqual({
      state: 'ANCHORED',
      items: entries.map((entry, index) => ({
        batch: expect.stringMatching(/^[0-9a-f]{64}$/),
        index,
        leaf: toHex(leafHash(canonicalBytes(entry.commitment))),
        txId: expect.stringMatching(/^[0-9a-f]{64}$/),
      })),
    });
    expect(entries).toHaveLength(5);
    expect(await anchoring.findReceipt(MEMBER, `${acquisition}.${'0'.repeat(32)}`)).toBeUndefined();
    expect(await anchoring.findReceipt('SgAgencyMSP', receipt)).toBeUndefined();
  });

  it('is honoured by the next process, once, when this one could not', async () => {
    const acquisition = await world.acquire(world.service);
    const directory = join(home.path, 'interrupted');
    const ports = world.portsOf(world.service);
    let submitted = 0;
    // The transaction is ordered, but this process never learns it.
    const first = await openAnchoring(
      options({
        directory,
        portsOf: () => ({
          ...ports,
          act: {
            prepare: world.ledger.prepare.bind(world.ledger),
            endorse: world.ledger.endorse.bind(world.ledger),
            submit: async (payload) => {
              await world.ledger.submit(payload);
              submitted += 1;
              throw Object.assign(new Error('cut off'), { code: 'INTERNAL' });
            },
            status: world.ledger.status.bind(world.ledger),
          },
          reader: { ...ports.reader, hasBatch: () => new Promise(() => undefined) },
        }),
      }),
    );
    const receipt = await first.spoolItems(system, acquisition, stream([item(1), item(2)]));
    while (submitted === 0) await delay(10);
    expect(await first.findReceipt(MEMBER, receipt)).toMatchObject({ state: 'PENDING', items: 2 });
    // The old process is gone without a word: its spool is copied, as after a kill.
    const { cpSync } = await import('node:fs');
    const copy = join(home.path, 'after');
    cpSync(directory, copy, { recursive: true });
    const second = await openAnchoring(options({ directory: copy }));
    for (;;) {
      const state = await second.findReceipt(MEMBER, receipt);
      if (state?.state === 'ANCHORED') break;
      await delay(20);
    }
    expect(await headOf(acquisition)).toMatchObject({ sequence: 1, items: 2 });
    await second.close();
  });

  it('says so when the acquisition was closed first', async () => {
    const acquisition = await world.acquire(world.service);
    const refusals: unknown[] = [];
    const slow = await openAnchoring(
      options({
        directory: join(home.path, 'slow'),
        maxAgeMs: 300,
        retryMs: 20,
        onSpoolRefusal: (member, error) => refusals.push([member, (error as EvidenceError).code]),
      }),
    );
    const receipt = await slow.spoolItems(system, acquisition, stream([item(1)]));
    await world.act(world.service, 'evidence:close', {
      acquisition,
      batches: 0,
      items: 0,
      bytes: 0,
      endedAt: Date.now(),
      unread: 0,
      reason: 'closed early',
    });
    for (;;) {
      const state = await slow.findReceipt(MEMBER, receipt);
      if (state?.state !== 'PENDING') {
        expect(state).toEqual({ state: 'FAILED', code: 'ACQUISITION_CLOSED', anchored: [] });
        break;
      }
      await delay(20);
    }
    await delay(100);
    expect(refusals).toEqual([[MEMBER, 'ACQUISITION_CLOSED']]);
    await slow.close();
  });

  it('is given only for what is on the disk', async () => {
    const acquisition = await world.acquire(world.service);
    await expect(anchoring.spoolItems(system, acquisition, stream([]))).rejects.toMatchObject({
      code: 'ITEM_INVALID',
    });
    await anchoring.spoolItems(system, acquisition, stream([item(1)]));
    expect(readdirSync(join(home.path, 'spool', MEMBER))).toContain(`${acquisition}.sqlite`);
  });
});

describe('a proof', () => {
  it('verifies offline; another file does not, and no item is proved that is not there', async () => {
    const acquisition = await world.acquire(world.service);
    const [, answer] = await collect(
      anchoring.anchorItems(system, acquisition, stream(numbers(7).map((index) => item(index)))),
    );
    const trust = await world.trust();
    const attestations = new Attestations({
      directory: join(home.path, 'attestations'),
      ledger: world.ledger,
      signer: world.service,
    });
    const proofs = createProofs({
      attestations,
      manifestsOf: manifests.of,
      trust: async () => trust,
      now: Date.now,
    });
    const bundle = await proofs.assemble(MEMBER, answer!.batch, answer!.index);
    const verify = createVerifier(parseTrust(canonicalBytes(trust)));
    const now = Date.now();
    const file = { sha256: item(1).sha256, size: 1 };
    expect(verify(bundle, { now, file })).toMatchObject({ outcome: 'INTACT' });
    expect(verify(bundle, { now, file: { ...file, sha256: 'f'.repeat(64) } })).toMatchObject({
      outcome: 'MISMATCH',
      code: 'FILE_DIGEST_MISMATCH',
    });
    expect(await proofs.assemble(MEMBER, answer!.batch, 6)).not.toEqual(bundle);

    await expect(proofs.assemble(MEMBER, answer!.batch, 7)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(proofs.assemble('SgAgencyMSP', answer!.batch, 0)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(proofs.assemble(MEMBER, 'f'.repeat(64), 0)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const distrustful = createProofs({
      attestations,
      manifestsOf: manifests.of,
      trust: async () => ({ ...trust, endorsementThreshold: 4 }),
      now: Date.now,
    });
    await expect(distrustful.assemble(MEMBER, answer!.batch, 1)).rejects.toMatchObject({
      code: 'PROOF_INVALID',
    });
  });

  it('needs the ledger once; the attestation is kept', async () => {
    const acquisition = await world.acquire(world.service);
    const [answer] = await collect(anchoring.anchorItems(system, acquisition, stream([item(1)])));
    const directory = join(home.path, 'kept');
    const gone = {
      prepare: () => Promise.reject(new Error('no ledger')),
      attest: () => Promise.reject(new Error('no ledger')),
    };
    const away = new Attestations({ directory, ledger: gone, signer: world.service });
    await expect(away.get(answer!.batch)).rejects.toMatchObject({ code: 'ATTESTATION_PENDING' });
    const there = new Attestations({ directory, ledger: world.ledger, signer: world.service });
    const attestation = await there.get(answer!.batch);
    expect((await away.get(answer!.batch)).record).toEqual(attestation.record);
  });
});
