/** The audit of reviews and disclosure: a ledger that holds, and what contracts could write that does not. */
import type { Role } from '@tabellion/chaincode/member/record';
import { describe, expect, it } from 'vitest';
import { NOW } from '../../../chaincode/test/samples.ts';
import { openItem } from '../../../test/contract/custody-scene.ts';
import {
  acquire,
  carry,
  closedWithItems,
  sampleGrant,
  sampleObjection,
  TREATY,
} from '../../../test/contract/scene.ts';
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
const subjectOf = (id: string) => ({ kind: 'ACQUISITION' as const, id });
const reply = (objection: string) => ({
  objection,
  outcome: 'REJECTED',
  legalBasis: TREATY,
  reason: 'it was seized lawfully',
});
const judge = (subject: object, outcome: string) => ({
  subject,
  outcome,
  legalBasis: TREATY,
  reason: 'as the report says',
});
const examine = (subject: object) => ({
  subject,
  method: 'error level analysis',
  tools: [],
  result: 'SIGNS_OF_MANIPULATION',
  reason: 'two compressions',
});

describe('a ledger whose reviews hold', () => {
  it('is clean, and shows what is owed, doubted and disclosed', async () => {
    const world = await openWorld();
    try {
      await world.found();
      // Certificates of the test last 30 days, as long as the members would wait.
      await carry(world, { kind: 'SET_PARAMETER', name: 'objectionAnswerSeconds', value: 86_400 });
      const liaison = await world.person('SgMSP', 'liaisonAuthority');
      const prosecutor = await world.person('CnMSP', 'prosecutor');
      const reviewer = await world.person('DeMSP', 'judicialReviewer');
      const analyst = await world.person('DeMSP', 'analyst');
      const item = { kind: 'ITEM' as const, id: await openItem(world) };
      const acquisition = await closedWithItems(world);
      const subject = subjectOf(acquisition);

      const [open, timely, late] = [subject, item, subject].map(sampleObjection);
      for (const each of [open, timely, late]) await world.act(liaison, 'review:object', each!);
      await world.act(prosecutor, 'review:reply', reply(timely!.id));
      await world.act(reviewer, 'review:judge', judge(subject, 'ACCEPTED'));
      await world.act(reviewer, 'review:judge', judge(subject, 'CHALLENGED'));
      await world.act(reviewer, 'review:judge', judge(item, 'EXCLUDED'));
      await world.act(analyst, 'review:examine', examine(item));
      const weigh = { subject: item, showsDestination: 'NO', reason: 'pooled' };
      await world.act(analyst, 'review:weigh', weigh);
      // The very person who collected and opened it says of it what reviewers say.
      const collector = await world.person('CnMSP', 'investigator');
      const own = await world.act(collector, 'review:reply', reply(timely!.id));
      expect(own.record).toMatchObject({ flags: ['SELF_REVIEW'] });
      await world.act(collector, 'review:examine', examine(item));
      const grant = sampleGrant(acquisition);
      await world.act(prosecutor, 'disclosure:grant', grant);
      const revoking = { grant: grant.id, reason: 'the mandate ended' };
      await world.act(prosecutor, 'disclosure:revoke', revoking);
      world.clock.time = NOW + 2 * DAY;
      await world.act(prosecutor, 'review:reply', reply(late!.id));

      const blocks = await listBlocks(world);
      const report = await audit(blocks, await trustOf(world), NOW + 2 * DAY);
      expect(report.break, report.break?.detail).toBeNull();
      const found = report.findings.map(({ code, subject: about }) => [code, about]);
      const objection = (each = open) => `objection ${each!.id}, CnMSP`;
      for (const expected of [
        ['OBJECTION_OPEN', objection()],
        ['OBJECTION_OVERDUE', objection()],
        ['OBJECTION_OVERDUE', objection(late)],
        ['CHALLENGED', `acquisition ${acquisition}, by DeMSP`],
        ['EXCLUDED', `item ${item.id}, by DeMSP`],
        ['MANIPULATION_SIGNS', `item ${item.id}, by DeMSP`],
        ['SELF_REVIEW', `reply to objection ${timely!.id}, by CnMSP`],
        ['SELF_REVIEW', `examination of item ${item.id}, by CnMSP`],
        ['DISCLOSED', `grant ${grant.id}, acquisition ${acquisition}: 4 items shown, 6 withheld`],
      ]) {
        expect(found).toContainEqual(expected);
      }
      const { findingCounts } = report;
      expect(findingCounts).toMatchObject({ OBJECTION_OPEN: 1, OBJECTION_OVERDUE: 2 });
      expect(findingCounts.SELF_REVIEW).toBe(2);
      const early = await audit(blocks, await trustOf(world), NOW);
      expect(early.findingCounts.OBJECTION_OVERDUE).toBe(1);
    } finally {
      await world.close();
    }
  });
});

describe('contracts that break the rules of review by agreement', () => {
  type Act = (world: World) => Promise<unknown>;
  const by =
    (mspId: string, role: Role, name: string, input: (world: World) => Promise<object>): Act =>
    async (world) =>
      commit(world, await world.person(mspId, role), name, await input(world));
  const change =
    (word: string, field: string, value: unknown): NonNullable<Spoiler['record']> =>
    (key, record) => [key, key.startsWith(`${word}/`) ? { ...record, [field]: value } : record];
  const objecting = by('SgMSP', 'liaisonAuthority', 'review:object', async (world) =>
    sampleObjection(subjectOf(await acquire(world))),
  );
  const granting = by('CnMSP', 'prosecutor', 'disclosure:grant', async (world) =>
    sampleGrant(await closedWithItems(world)),
  );
  /** Reads an objection as if `member` had to answer it. */
  const answerable =
    (member: string): NonNullable<Spoiler['read']> =>
    (key, record) =>
      key.startsWith('objection/') ? { ...record, answerer: member } : record;
  const replying = by('DeMSP', 'prosecutor', 'review:reply', async (world) => {
    const objection = sampleObjection(subjectOf(await acquire(world)));
    const liaison = await world.person('SgMSP', 'liaisonAuthority');
    await commit(world, liaison, 'review:object', objection);
    return reply(objection.id);
  });
  const replyingSelf = by('CnMSP', 'investigator', 'review:reply', async (world) => {
    const objection = sampleObjection(subjectOf(await acquire(world)));
    const liaison = await world.person('SgMSP', 'liaisonAuthority');
    await commit(world, liaison, 'review:object', objection);
    return reply(objection.id);
  });
  const opened = (key: string, record: Record<string, unknown>) =>
    key.startsWith('head/') ? { ...record, closed: true, items: 9 } : record;

  const cases: [what: string, BreakCode, Spoiler, Act][] = [
    [
      'an objection lets another member answer',
      'STATE_MISMATCH',
      {
        read: (key, record) =>
          key.startsWith('acquisition/')
            ? { ...record, act: { ...(record.act as object), member: 'DeMSP' } }
            : record,
      },
      objecting,
    ],
    [
      'an objection is not counted',
      'STATE_MISMATCH',
      { record: change('objection-head', 'open', []) },
      objecting,
    ],
    [
      'an objection gives more time than was agreed',
      'STATE_MISMATCH',
      {
        read: (key, record) =>
          key === 'parameter/objectionAnswerSeconds' ? { ...record, value: 9_000_000 } : record,
      },
      objecting,
    ],
    [
      'an objection is not what its member marked',
      'MARKER_MISSING',
      { record: change('objection', 'reason', 'none') },
      objecting,
    ],
    [
      'an examination says another result than its signer',
      'INPUT_MISMATCH',
      { record: change('authenticity', 'result', 'INCONCLUSIVE') },
      by('DeMSP', 'analyst', 'review:examine', async (world) =>
        examine(subjectOf(await acquire(world))),
      ),
    ],
    ['an objection lacks its member’s mark', 'MARKER_MISSING', { marks: false }, objecting],
    [
      'a reply is by another member than must answer',
      'STATE_MISMATCH',
      { read: answerable('DeMSP') },
      replying,
    ],
    [
      'a reply hides that it is the collector’s own',
      'STATE_MISMATCH',
      {
        read: (key, record) =>
          key.startsWith('acquisition/')
            ? { ...record, act: { ...(record.act as object), person: 'p-somebody' } }
            : record,
      },
      replyingSelf,
    ],
    [
      'a judgement names another case',
      'STATE_MISMATCH',
      {
        read: (key, record) =>
          key.startsWith('acquisition/') ? { ...record, case: 'OTHER' } : record,
      },
      by('DeMSP', 'judicialReviewer', 'review:judge', async (world) =>
        judge(subjectOf(await acquire(world)), 'ACCEPTED'),
      ),
    ],
    [
      'a grant hides what was withheld',
      'STATE_MISMATCH',
      { record: change('grant', 'withheld', 0) },
      granting,
    ],
    [
      'a grant is on an acquisition that is still open',
      'STATE_MISMATCH',
      { read: opened },
      by('CnMSP', 'prosecutor', 'disclosure:grant', async (world) =>
        sampleGrant(await acquire(world)),
      ),
    ],
  ];

  it.each(cases)('are found out where %s', async (_what, code, spoiler, act) => {
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

  it('are found out where somebody acts whose role may not', async () => {
    const world = await openWorld();
    try {
      await world.found();
      const id = await acquire(world);
      // The register is read as if the member were another kind, so that the contract lets it pass.
      const asState: NonNullable<Spoiler['read']> = (key, record) =>
        key === 'member/ExMSP' ? { ...record, kind: 'STATE' } : record;
      world.ledger.install(rogueContracts({ read: asState }));
      const judgeOfExchange = await world.person('ExMSP', 'judicialReviewer');
      const input = judge(subjectOf(id), 'ACCEPTED');
      await commit(world, judgeOfExchange, 'review:judge', input);
      const report = await audit(await listBlocks(world), await trustOf(world), NOW);
      expect(report.break?.code, report.break?.detail).toBe('ACT_MISMATCH');
    } finally {
      await world.close();
    }
  });
});
