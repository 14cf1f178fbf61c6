import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  digest,
  expectRefusal,
  sampleAct,
  sampleCaller,
  sampleCause,
  sampleMember,
  sampleProfile,
} from '../../test/samples.ts';
import { ContractError } from '../kernel/errors.ts';
import { applyChange, type Consortium } from './change.ts';
import {
  type Change,
  memberRecord,
  type ProposalRecord,
  proposalRecord,
  type ReferenceEntry,
  type VoteRecord,
  voteRecord,
} from './record.ts';
import { castVote, proposeChange } from './vote.ts';

const member = (mspId: string, jurisdiction: string, kind: 'STATE' | 'EXCHANGE' = 'STATE') =>
  sampleMember({ mspId, jurisdiction, kind });
const MEMBERS = [
  member('CnMSP', 'CN'),
  member('DeMSP', 'DE'),
  member('SgMSP', 'SG'),
  member('ExMSP', 'SG', 'EXCHANGE'),
];
const consortium = (changes: Partial<Consortium> = {}): Consortium => ({
  members: MEMBERS,
  endorsementThreshold: 2,
  published: [],
  ...changes,
});
const delegate = (mspId = 'CnMSP') => sampleCaller({ role: 'delegate', member: mspId });
const suspended = (mspId: string) =>
  MEMBERS.map((m) => (m.mspId === mspId ? { ...m, status: 'SUSPENDED' as const } : m));

const suspendEx: Change = { kind: 'SUSPEND', mspId: 'ExMSP' };
const admit = (changes: object = {}): Change => ({
  kind: 'ADMIT',
  mspId: 'FrMSP',
  name: 'Agency FR',
  jurisdiction: 'FR',
  memberKind: 'STATE',
  profile: sampleProfile,
  ...changes,
});
const standard = (version: number): ReferenceEntry => ({
  ...{ register: 'standard', id: 'iso-27037', version },
  body: { title: 'Collection', publisher: 'ISO', edition: '2026' },
});
const calendar = (version: number, [from, to]: [string, string], jurisdiction = 'DE') =>
  ({
    ...{ register: 'calendar', id: 'de', version },
    body: {
      ...{ title: 'Germany', jurisdiction, source: 'made for a test', edition: '1', from, to },
      ...{ offsets: [{ from: 0, minutes: 60 }], restDays: [7], holidays: [], workedDays: [] },
    },
  }) satisfies ReferenceEntry;
const publish = (entry: ReferenceEntry): Change => ({ kind: 'PUBLISH', entry });
const dated = consortium({ published: [calendar(1, ['2026-01-01', '2027-12-31'])] });
const parameter = (value: number) => ({
  type: 'tabellion.parameter' as const,
  v: 1 as const,
  name: 'endorsementThreshold' as const,
  value,
  version: 3,
  cause: sampleCause,
  act: sampleAct(),
});
const setThreshold = (value: number): Change => ({
  kind: 'SET_PARAMETER',
  name: 'endorsementThreshold',
  value,
});

const propose = (change: Change, now = consortium(), exists = false) =>
  proposeChange(
    { id: digest('d'), change, legalBasis: { id: 'treaty', version: 1 }, reason: 'agreed' },
    now,
    { exists, thresholdBps: 6000 },
    delegate(),
  );
const proposal = (change: Change): ProposalRecord => ({
  type: 'tabellion.proposal',
  v: 1,
  id: digest('d'),
  change,
  legalBasis: { id: 'treaty', version: 1 },
  reason: 'agreed',
  state: 'OPEN',
  thresholdBps: 6000,
  act: sampleAct(),
});
const cast = (mspId: string, choice: 'YES' | 'NO'): VoteRecord => ({
  type: 'tabellion.vote',
  v: 1,
  proposal: digest('d'),
  choice,
  legalBasis: { id: 'treaty', version: 1 },
  reason: 'decided',
  outcome: 'OPEN',
  act: sampleAct({ member: mspId }),
});
const vote = (
  mspId: string,
  choice: 'YES' | 'NO',
  votes: VoteRecord[],
  change = suspendEx,
  now = consortium(),
) =>
  castVote(
    { proposal: digest('d'), choice, reason: 'decided' },
    proposal(change),
    votes,
    now,
    delegate(mspId),
  );
const outcomeOf = (decision: { record: unknown }) => (decision.record as VoteRecord).outcome;
const writtenKeys = (decision: ReturnType<typeof vote>) => decision.also?.map(({ key }) => key);

describe('proposeChange', () => {
  it('keeps the threshold in force (CNS-22)', () => {
    const { key, record } = propose(suspendEx);
    expect(key).toBe(`proposal/${digest('d')}`);
    expect(proposalRecord.parse(record)).toMatchObject({ state: 'OPEN', thresholdBps: 6000 });
  });

  it('refuses a second one of that id', () => {
    expectRefusal(() => propose(suspendEx, consortium(), true), 'ALREADY_EXISTS');
  });

  it.each<[string, Change, Consortium, ContractError['code']]>([
    ['a member twice', admit({ mspId: 'CnMSP' }), consortium(), 'ALREADY_EXISTS'],
    ['a second state of CN', admit({ jurisdiction: 'CN' }), consortium(), 'JURISDICTION_TAKEN'],
    ['a stranger', { kind: 'SUSPEND', mspId: 'XxMSP' }, consortium(), 'NOT_FOUND'],
    ['who is active', { kind: 'RESUME', mspId: 'DeMSP' }, consortium(), 'NO_CHANGE'],
    ['who is suspended', suspendEx, consortium({ members: suspended('ExMSP') }), 'NO_CHANGE'],
    ['too many', suspendEx, consortium({ endorsementThreshold: 4 }), 'TOO_FEW_MEMBERS'],
    [
      'the last state',
      { kind: 'SUSPEND', mspId: 'CnMSP' },
      consortium({
        members: [member('CnMSP', 'CN'), ...['A', 'B'].map((m) => member(m, 'SG', 'EXCHANGE'))],
      }),
      'NO_STATE_LEFT',
    ],
    [
      'a seventh member at threshold 2',
      admit(),
      consortium({ members: [...MEMBERS, member('A', 'AA'), member('B', 'BB')] }),
      'THRESHOLD_TOO_LOW',
    ],
    [
      'a known version',
      publish(standard(2)),
      consortium({ published: [standard(1), standard(2)] }),
      'VERSION_NOT_NEWER',
    ],
    [
      'an older version',
      publish(standard(1)),
      consortium({ published: [standard(2)] }),
      'VERSION_NOT_NEWER',
    ],
    [
      'a version that leaves no room for later ones',
      publish(standard(1_000_000)),
      consortium({ published: [standard(1)] }),
      'VERSION_NOT_NEWER',
    ],
    [
      'a calendar that begins later',
      publish(calendar(2, ['2028-01-01', '2028-12-31'])),
      dated,
      'CALENDAR_ENDS',
    ],
    [
      'a calendar that ends sooner',
      publish(calendar(2, ['2026-01-01', '2026-12-31'])),
      dated,
      'CALENDAR_ENDS',
    ],
    [
      'whose calendar it is',
      publish(calendar(2, ['2026-01-01', '2028-12-31'], 'FR')),
      dated,
      'CALENDAR_MISMATCH',
    ],
    [
      'a value out of range',
      { kind: 'SET_PARAMETER', name: 'voteThresholdBps', value: 5000 },
      consortium(),
      'PARAMETER_OUT_OF_RANGE',
    ],
    ['the same value', setThreshold(2), consortium({ parameter: parameter(2) }), 'NO_CHANGE'],
    ['more than all', setThreshold(5), consortium({ parameter: parameter(2) }), 'TOO_FEW_MEMBERS'],
  ])('refuses to change %s', (_what, change, now, code) => {
    expectRefusal(() => propose(change, now), code);
  });
});

describe('castVote', () => {
  it('only records a vote that decides nothing', () => {
    const decision = vote('DeMSP', 'YES', [cast('CnMSP', 'YES')]);
    expect(voteRecord.parse(decision.record).outcome).toBe('OPEN');
    expect(writtenKeys(decision)).toEqual([]);
    expect(decision.key).toBe(`vote/${digest('d')}/DeMSP`);
    expect(decision.markers).toEqual([{ mspId: 'DeMSP', record: decision.record }]);
  });

  it('executes the change with the vote that carries it', () => {
    const decision = vote('SgMSP', 'YES', [cast('CnMSP', 'YES'), cast('DeMSP', 'YES')]);
    expect(outcomeOf(decision)).toBe('CARRIED');
    expect(writtenKeys(decision)).toEqual([
      `proposal/${digest('d')}`,
      'member/ExMSP',
      'member-history/ExMSP/2',
    ]);
    expect(memberRecord.parse(decision.also?.[1]?.record)).toMatchObject({
      status: 'SUSPENDED',
      version: 2,
      cause: { proposal: digest('d'), legalBasis: { id: 'treaty' } },
    });
  });

  it('rejects once the threshold is out of reach', () => {
    const decision = vote('SgMSP', 'NO', [cast('DeMSP', 'NO')]);
    expect(outcomeOf(decision)).toBe('REJECTED');
    expect(writtenKeys(decision)).toEqual([`proposal/${digest('d')}`]);
  });

  it('ends STALE when the world moved on', () => {
    const now = consortium({ members: suspended('ExMSP') });
    const decision = vote('SgMSP', 'YES', [cast('CnMSP', 'YES')], suspendEx, now);
    expect(outcomeOf(decision)).toBe('STALE');
    expect(writtenKeys(decision)).toEqual([`proposal/${digest('d')}`]);
  });

  it('counts active members only, on both sides', () => {
    const now = consortium({ members: suspended('DeMSP') });
    const decision = vote('SgMSP', 'YES', [cast('DeMSP', 'YES')], suspendEx, now);
    expect(outcomeOf(decision)).toBe('OPEN');
    const carrying = vote(
      'SgMSP',
      'YES',
      [cast('DeMSP', 'NO'), cast('CnMSP', 'YES')],
      suspendEx,
      now,
    );
    expect(outcomeOf(carrying)).toBe('CARRIED');
  });

  it('takes one vote a member and none after the decision', () => {
    expectRefusal(() => vote('CnMSP', 'NO', [cast('CnMSP', 'YES')]), 'ALREADY_VOTED');
    expectRefusal(
      () =>
        castVote(
          { proposal: digest('d'), choice: 'YES', reason: 'late' },
          { ...proposal(suspendEx), state: 'REJECTED' },
          [],
          consortium(),
          delegate(),
        ),
      'PROPOSAL_DECIDED',
    );
  });
});

describe('applyChange', () => {
  it('publishes a calendar that reaches further', () => {
    const change = publish(calendar(2, ['2025-01-01', '2028-12-31']));
    expect(applyChange(change, dated, sampleCause, sampleAct())).toHaveLength(1);
  });

  it('sets a parameter and keeps its history', () => {
    const now = consortium({ parameter: parameter(2) });
    const writes = applyChange(setThreshold(3), now, sampleCause, sampleAct());
    expect(writes.map(({ key }) => key)).toEqual([
      'parameter/endorsementThreshold',
      'parameter-history/endorsementThreshold/4',
    ]);
    expect(writes[0]?.record).toMatchObject({ value: 3, version: 4 });
  });

  it('sets one for the first time that is newer than the founding', () => {
    const change = { kind: 'SET_PARAMETER', name: 'custodyGapSeconds', value: 3600 } as const;
    const writes = applyChange(change, consortium(), sampleCause, sampleAct());
    expect(writes.map(({ key }) => key)).toEqual([
      'parameter/custodyGapSeconds',
      'parameter-history/custodyGapSeconds/1',
    ]);
  });

  it('never leaves a consortium that cannot endorse, whatever the order of changes', () => {
    const changes = fc.array(
      fc.oneof(
        fc.constantFrom(...'ABCDEFGH').map((id) => admit({ mspId: id, jurisdiction: id + id })),
        fc
          .constantFrom(...'ABCDEFGH', 'CnMSP', 'DeMSP', 'SgMSP', 'ExMSP')
          .chain((mspId) =>
            fc.constantFrom('SUSPEND' as const, 'RESUME' as const).map((kind) => ({ kind, mspId })),
          ),
        fc.integer({ min: 1, max: 12 }).map(setThreshold),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(changes, (list) => {
        let now = consortium({ parameter: parameter(2) });
        for (const change of list) {
          try {
            for (const { key, record } of applyChange(change, now, sampleCause, sampleAct())) {
              if (key.startsWith('member/')) {
                const written = memberRecord.parse(record);
                const others = now.members.filter(({ mspId }) => mspId !== written.mspId);
                now = { ...now, members: [...others, written] };
              } else if (key.startsWith('parameter/')) {
                const { value } = record as { value: number };
                now = { ...now, endorsementThreshold: value, parameter: parameter(value) };
              }
            }
          } catch (error) {
            expect(error).toBeInstanceOf(ContractError);
          }
          const active = now.members.filter(({ status }) => status === 'ACTIVE');
          const faulty = Math.floor((active.length - 1) / 3);
          expect(now.endorsementThreshold).toBeGreaterThanOrEqual(Math.max(2, faulty + 1));
          expect(now.endorsementThreshold).toBeLessThanOrEqual(active.length);
          expect(active.some(({ kind }) => kind === 'STATE')).toBe(true);
        }
      }),
    );
  });
});
