/** The audit of labels: a ledger that holds, and what contracts could write that does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW } from '../../../chaincode/test/samples.ts';
import { assertLabels, missLabels, sampleDispute } from '../../../test/contract/label-scene.ts';
import { CHARTER, carry } from '../../../test/contract/scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import {
  audit,
  commit,
  listBlocks,
  rogueContracts,
  type Spoiler,
  trustOf,
} from '../../../test/support/audited-ledger.ts';
import type { BreakCode } from './break.ts';

const DAY = 86_400_000;
const reason = 'seen in our own case';

describe('a ledger whose labels hold', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await world.found();
    await carry(world, { kind: 'SET_PARAMETER', name: 'objectionAnswerSeconds', value: 86_400 });
  });
  afterAll(() => world.close());

  it('is clean, and shows what is owed and what was withdrawn', async () => {
    const labels = await assertLabels(world);
    const abroad = await world.person('SgMSP', 'analyst');
    const liaison = await world.person('SgMSP', 'liaisonAuthority');
    const own = await world.person('CnMSP', 'analyst');
    const said = { legalBasis: CHARTER, reason };
    await world.act(abroad, 'label:corroborate', { ...labels.one(0), ...said });
    await world.act(abroad, 'label:opine', { ...labels.one(1), opinion: 20, reason });
    const sighting = { sighting: 'SEEN', happenedAt: NOW, reason };
    await world.act(abroad, 'label:sight', { batch: labels.batch, ...sighting });
    const [open, late] = [sampleDispute(labels.one(0)), sampleDispute(labels.one(1))];
    const expired = { ...labels.one(2), sighting: 'EXPIRED', happenedAt: NOW, reason };
    await world.act(own, 'label:sight', expired);
    // Another member may say so too; the label stands.
    await world.act(abroad, 'label:sight', { ...expired, ...labels.one(0) });
    for (const each of [open, late]) await world.act(liaison, 'label:dispute', each);
    await world.act(own, 'label:withdraw', { ...labels.one(1), reason });
    world.clock.time = NOW + 2 * DAY;
    const answer = { dispute: late.id, position: 'WITHDRAWN', reason };
    await world.act(own, 'label:answer', answer);

    const report = await audit(await listBlocks(world), await trustOf(world), NOW + 2 * DAY);
    expect(report.break, report.break?.detail).toBeNull();
    const found = report.findings.map(({ code, subject }) => [code, subject]);
    for (const expected of [
      ['DISPUTE_OPEN', `dispute ${open.id}, CnMSP`],
      ['DISPUTE_OVERDUE', `dispute ${open.id}, CnMSP`],
      ['DISPUTE_OVERDUE', `dispute ${late.id}, CnMSP`],
      ['LABEL_WITHDRAWN', `label 1 of batch ${labels.batch}, by CnMSP`],
      ['LABEL_EXPIRED', `label 2 of batch ${labels.batch}, by CnMSP`],
    ]) {
      expect(found).toContainEqual(expected);
    }
    expect(report.findingCounts).toMatchObject({
      DISPUTE_OPEN: 1,
      DISPUTE_OVERDUE: 2,
      LABEL_EXPIRED: 1,
    });
  });
});

describe('a ledger on which a manifest was kept back', () => {
  it('is clean, and names the batch and who declared it', async () => {
    const world = await openWorld();
    try {
      await world.found();
      const { batch } = await assertLabels(world);
      await missLabels(world, batch);
      const later = NOW + DAY;
      const report = await audit(await listBlocks(world), await trustOf(world), later);
      expect(report.break, report.break?.detail).toBeNull();
      const found = report.findings.map(({ code, subject }) => [code, subject]);
      expect(found).toContainEqual(['LABEL_MISSED', `label batch ${batch}, by SgMSP`]);
      expect(found).toContainEqual(['LABEL_WITHHELD', `label batch ${batch}, by DeMSP, SgMSP`]);
    } finally {
      await world.close();
    }
  });
});

describe('contracts that break the rules of labels by agreement', () => {
  type Act = (world: World) => Promise<unknown>;
  const missing: Act = async (world) => {
    const { batch } = await assertLabels(world);
    world.clock.time = NOW + 60_000;
    const by = await world.person('SgMSP', 'liaisonAuthority');
    await commit(world, by, 'label:miss', { batch, reason });
  };
  const disputing: Act = async (world) =>
    commit(
      world,
      await world.person('SgMSP', 'liaisonAuthority'),
      'label:dispute',
      sampleDispute((await assertLabels(world)).one(1)),
    );
  const opining =
    (mspId: string): Act =>
    async (world) => {
      const { one } = await assertLabels(world);
      const by = await world.person(mspId, 'analyst');
      await commit(world, by, 'label:opine', { ...one(1), opinion: 100, reason });
    };
  const ofMember =
    (member: string): NonNullable<Spoiler['read']> =>
    (key, record) =>
      key.startsWith('label-batch/')
        ? { ...record, act: { ...(record.act as object), member } }
        : record;

  it.each([
    [
      'a dispute lets another member answer',
      'STATE_MISMATCH',
      { read: ofMember('DeMSP') },
      disputing,
    ],
    [
      'a dispute is not counted',
      'STATE_MISMATCH',
      {
        record: (key, record) => [
          key,
          key.startsWith('dispute-head/') ? { ...record, ids: ['9'.repeat(32)] } : record,
        ],
      },
      disputing,
    ],
    [
      'a service ends what its member asserts',
      'STATE_MISMATCH',
      { read: ofMember('DeMSP') },
      async (world) => {
        const { batch } = await assertLabels(world);
        const by = await world.person('CnMSP', 'system');
        const input = { batch, sighting: 'EXPIRED', happenedAt: NOW, reason };
        await commit(world, by, 'label:sight', input);
      },
    ],
    [
      'a manifest is said to be kept back before its time',
      'STATE_MISMATCH',
      {
        read: (key, record) =>
          key === 'parameter/labelFetchSeconds' ? { ...record, value: 1 } : record,
      },
      missing,
    ],
    [
      'one of three makes a batch void, as if the others were suspended',
      'STATE_MISMATCH',
      {
        read: (key, record) =>
          ['member/DeMSP', 'member/ExMSP'].includes(key)
            ? { ...record, status: 'SUSPENDED' }
            : record,
      },
      missing,
    ],
    ['a declaration lacks its member’s mark', 'MARKER_MISSING', { marks: false }, missing],
    ['a dispute lacks its member’s mark', 'MARKER_MISSING', { marks: false }, disputing],
    [
      'somebody supports its own label',
      'STATE_MISMATCH',
      { read: ofMember('DeMSP') },
      opining('CnMSP'),
    ],
    [
      'an opinion is another than its signer’s',
      'INPUT_MISMATCH',
      {
        record: (key, record) => [
          key,
          key.startsWith('opinion/') ? { ...record, opinion: 0 } : record,
        ],
      },
      opining('SgMSP'),
    ],
    [
      'a label is said to stand in a batch where it does not',
      'STATE_MISMATCH',
      {
        read: (key, record) =>
          key.startsWith('label-batch/') ? { ...record, root: 'e'.repeat(64), size: 1 } : record,
      },
      async (world) => {
        const { one } = await assertLabels(world);
        const path: string[] = [];
        const leaf = 'e'.repeat(64);
        const by = await world.person('SgMSP', 'analyst');
        const subject = { ...one(0), label: { leaf, index: 0 }, path };
        await commit(world, by, 'label:opine', { ...subject, opinion: 0, reason });
      },
    ],
  ] as [
    what: string,
    BreakCode,
    Spoiler,
    Act,
  ][])('are found out where %s', async (_what, code, spoiler, act) => {
    const world = await openWorld();
    try {
      await world.found();
      world.ledger.install(rogueContracts(spoiler));
      await act(world);
      const report = await audit(await listBlocks(world), await trustOf(world), NOW);
      expect(report.break?.code, report.break?.detail).toBe(code);
    } finally {
      await world.close();
    }
  });
});
