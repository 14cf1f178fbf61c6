/** The rules of labels: who may say what of whose label, and what is proved of it. */
import { buildTree, fromHex, toHex } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { digest, expectRefusal, NOW, sampleAct, sampleMember } from '../../test/samples.ts';
import { assertLabels } from './assert.ts';
import { answerDispute, disputeLabel } from './dispute.ts';
import { labelBatchKey } from './key.ts';
import { missManifest } from './miss.ts';
import {
  assertInput,
  corroborationRecord,
  type DisputeRecord,
  disputeAnswerRecord,
  disputeHeadRecord,
  disputeRecord,
  labelBatchRecord,
  labelManifestRecord,
  labelWithheldRecord,
  MAX_LABEL_ACTS,
  type MissRecord,
  missRecord,
  opinionRecord,
  readArgument,
  sightingRecord,
  withdrawalRecord,
} from './record.ts';
import { corroborateLabel, opineOnLabel, sightLabel } from './respond.ts';
import { withdrawLabel } from './withdraw.ts';

const LEAVES = ['1', '2', '3', '4', '5'].map(digest);
const tree = buildTree(LEAVES.map((leaf) => fromHex(leaf)));
const TAXONOMY = { id: 'tabellion', version: 1 };
const BASIS = { id: 'charter', version: 1 };
const asserting = sampleAct();
const other = sampleAct({ member: 'SgMSP', jurisdiction: 'SG', person: 'p-analyst' });

const {
  record: batch,
  key,
  also: alsoAsserted,
} = assertLabels(
  {
    root: toHex(tree.root),
    size: LEAVES.length,
    manifest: digest('c'),
    taxonomy: TAXONOMY,
    tlp: 'AMBER',
    legalBasis: BASIS,
    reason: 'wallets of a ransom campaign',
  },
  { exists: false, owners: [] },
  asserting,
) as {
  record: ReturnType<typeof labelBatchRecord.parse>;
  key: string;
  also: { key: string; record: unknown }[];
};
const DIGEST = key.slice('label-batch/'.length);
const placeOf = (index: number) => ({ leaf: LEAVES[index]!, index });
const pathOf = (index: number) => tree.path(index).map((hash) => toHex(hash));
const one = (index = 2) => ({ batch: DIGEST, label: placeOf(index), path: pathOf(index) });
const all = { batch: DIGEST };
const spoken = { batch, withdrawn: false, withheld: false, before: 0, kind: 'STATE' as const };
const reason = 'seen in our own case';
const parameters = { timeWindowSeconds: 900, objectionAnswerSeconds: 60 };

describe('asserting', () => {
  it('records the root and nothing that a label could be guessed from', () => {
    expect(labelBatchRecord.parse(batch)).toEqual(batch);
    expect(key).toBe(labelBatchKey(DIGEST));
    expect(batch.flags).toEqual([]);
  });

  it('tells when a gateway held the key', () => {
    const { flags } = assertLabels(
      batch,
      { exists: false, owners: [] },
      sampleAct({ keyCustody: 'gateway' }),
    ).record as typeof batch;
    expect(flags).toEqual(['GATEWAY_HELD_KEY']);
  });

  it('takes a manifest of a member once', () => {
    const [{ key: at, record } = { key: '', record: {} }] = alsoAsserted;
    expect(at).toBe(`label-manifest/CnMSP/${batch.manifest}`);
    expect(labelManifestRecord.parse(record)).toMatchObject({ member: 'CnMSP', batch: DIGEST });
    expect(readArgument.safeParse(at).success).toBe(true);
    const again = () => assertLabels(batch, { exists: true, owners: [] }, asserting);
    expectRefusal(again, 'ALREADY_EXISTS');
  });

  it('takes neither as reason nor as case what looks like an address', () => {
    const { type: _type, v: _v, flags: _flags, act: _act, ...input } = batch;
    expect(assertInput.safeParse({ ...input, case: 'CASE-2026/1' }).success).toBe(true);
    for (const said of ['1BoatSLRHtKNngkdXEeobR76b53LETtpyT', `0x${'Ab'.repeat(20)}`]) {
      expect(assertInput.safeParse({ ...input, reason: `wallet ${said}` }).success).toBe(false);
      expect(assertInput.safeParse({ ...input, case: said }).success).toBe(false);
    }
  });
});

describe('what others say', () => {
  const corroborating = { legalBasis: BASIS, reason };

  it('speaks of one label that stands in the batch, or of all', () => {
    const exists = false;
    const ofOne = corroborateLabel({ ...one(), ...corroborating }, { ...spoken, exists }, other);
    expect(corroborationRecord.parse(ofOne.record)).toMatchObject({ label: placeOf(2) });
    expect(ofOne.record).not.toHaveProperty('path');
    expect(ofOne.key).toBe(`corroboration/${DIGEST}/${LEAVES[2]}/SgMSP`);
    const ofAll = corroborateLabel({ ...all, ...corroborating }, { ...spoken, exists }, other);
    expect(ofAll.key).toBe(`corroboration/${DIGEST}/all/SgMSP`);
  });

  it('is refused of a label that does not stand there', () => {
    const opine = (subject: object) => () =>
      opineOnLabel({ ...all, ...subject, opinion: 80, reason }, spoken, other);
    expectRefusal(opine({ label: placeOf(2), path: pathOf(3) }), 'PATH_MISMATCH');
    expectRefusal(opine({ label: { ...placeOf(2), index: 3 }, path: pathOf(2) }), 'PATH_MISMATCH');
    expectRefusal(opine({ label: { ...placeOf(2), index: 5 }, path: pathOf(2) }), 'PATH_MISMATCH');
    expectRefusal(
      opine({ label: { leaf: digest('9'), index: 2 }, path: pathOf(2) }),
      'PATH_MISMATCH',
    );
    expectRefusal(opine({ label: placeOf(2) }), 'BAD_INPUT');
    expectRefusal(opine({ path: pathOf(2) }), 'BAD_INPUT');
  });

  it('is not for the asserter, but for what it met again', () => {
    const corroborate = () =>
      corroborateLabel({ ...one(), ...corroborating }, { ...spoken, exists: false }, asserting);
    expectRefusal(corroborate, 'OWN_LABEL');
    const opine = () => opineOnLabel({ ...one(), opinion: 100, reason }, spoken, asserting);
    expectRefusal(opine, 'OWN_LABEL');
    const sighting = { sighting: 'SEEN', happenedAt: NOW, reason } as const;
    const seen = sightLabel({ ...one(), ...sighting }, { ...spoken, ...parameters }, asserting);
    expect(sightingRecord.parse(seen.record)).toMatchObject({ sighting: 'SEEN' });
  });

  it('corroborates once, and opines again', () => {
    const again = () =>
      corroborateLabel({ ...one(), ...corroborating }, { ...spoken, exists: true }, other);
    expectRefusal(again, 'ALREADY_EXISTS');
    const opine = (before: number) =>
      opineOnLabel({ ...one(), opinion: 10, reason }, { ...spoken, before }, other);
    const [first, last] = [opine(0), opine(MAX_LABEL_ACTS - 1)];
    expect(opinionRecord.parse(first.record)).toMatchObject({ legalBasis: BASIS });
    const of = `opinion/${DIGEST}/${LEAVES[2]}/SgMSP`;
    expect([first.key, last.key]).toEqual([`${of}/1`, `${of}/16`]);
    expectRefusal(() => opine(MAX_LABEL_ACTS), 'LABEL_ACTS_USED_UP');
  });

  it('sights a limited number of times', () => {
    const sight = (before: number) =>
      sightLabel(
        { ...all, sighting: 'SEEN', happenedAt: NOW, reason },
        { ...spoken, ...parameters, before },
        other,
      );
    expect(sight(1).key).toBe(`sighting/${DIGEST}/all/SgMSP/2`);
    expectRefusal(() => sight(MAX_LABEL_ACTS), 'LABEL_ACTS_USED_UP');
  });

  it('lets the asserter end it only by who may withdraw it, and not before it was said', () => {
    const sight = (act = asserting, changes: object = {}) =>
      sightLabel(
        { ...one(), sighting: 'EXPIRED', happenedAt: NOW, reason, ...changes },
        { ...spoken, ...parameters },
        act,
      );
    expect(sight).not.toThrow();
    const system = sampleAct({ role: 'system' });
    expectRefusal(() => sight(system), 'NOT_ALLOWED');
    expect(() => sight(system, { sighting: 'SEEN' })).not.toThrow();
    expect(() => sight({ ...other, role: 'system' })).not.toThrow();
    const earlier = { happenedAt: NOW - 1 };
    expectRefusal(() => sight(asserting, earlier), 'TIME_ORDER');
    expect(() => sight(other, earlier)).not.toThrow();
  });

  it('is refused once the label is withdrawn, and of a time to come', () => {
    const gone = { ...spoken, withdrawn: true };
    const opine = () => opineOnLabel({ ...one(), opinion: 10, reason }, gone, other);
    expectRefusal(opine, 'LABEL_WITHDRAWN');
    const sight = (happenedAt: number) => () =>
      sightLabel(
        { ...one(), sighting: 'EXPIRED', happenedAt, reason },
        { ...spoken, ...parameters },
        other,
      );
    expect(sight(NOW + 900_000)).not.toThrow();
    expectRefusal(sight(NOW + 900_001), 'TIME_IN_FUTURE');
  });
});

describe('a dispute', () => {
  const disputing = {
    ...one(),
    id: '9'.repeat(32),
    onBehalfOf: 'PERSON',
    legalBasis: BASIS,
    reason: 'the wallet belongs to a shop',
  } as const;
  const raise = (act = other, changes: object = {}) =>
    disputeLabel(
      disputing,
      { ...spoken, exists: false, rule: undefined, head: undefined, parameters, ...changes },
      act,
    );
  const dispute = raise().record as DisputeRecord;

  it('names who must answer, and by when, and binds who raises it', () => {
    expect(disputeRecord.parse(dispute)).toMatchObject({
      answerer: 'CnMSP',
      answerBy: NOW + 60_000,
      onBehalfOf: 'PERSON',
    });
    expect(raise().markers).toEqual([{ mspId: 'SgMSP', record: dispute }]);
  });

  it('is one of so many of its member on the label, answered or not', () => {
    const [next] = raise().also ?? [];
    expect(next?.key).toBe(`dispute-head/${DIGEST}/${LEAVES[2]}/SgMSP`);
    const head = disputeHeadRecord.parse(next?.record);
    const [id = ''] = head.ids;
    expect(head).toMatchObject({ label: placeOf(2), member: 'SgMSP', ids: [id] });
    const after = (count: number) => {
      const ids = Array.from({ length: count }, (_, at) => at.toString(16).padStart(32, '0'));
      const [next] = raise(other, { head: { ...head, ids } }).also ?? [];
      expect(next?.record).toEqual({ ...head, ids: [...ids, id] });
    };
    after(MAX_LABEL_ACTS - 1);
    expectRefusal(() => after(MAX_LABEL_ACTS), 'LABEL_ACTS_USED_UP');
  });

  it('is not for the asserter, nor twice, nor of what is withdrawn', () => {
    expectRefusal(() => raise(asserting), 'OWN_LABEL');
    expectRefusal(() => raise(other, { exists: true }), 'ALREADY_EXISTS');
    expectRefusal(() => raise(other, { withdrawn: true }), 'LABEL_WITHDRAWN');
  });

  const withdrawal = withdrawLabel(
    { ...one(), reason },
    { ...spoken, replacement: undefined },
    asserting,
  ).record as ReturnType<typeof withdrawalRecord.parse>;
  const answer = (
    position: 'MAINTAINED' | 'CORRECTED' | 'WITHDRAWN',
    found: typeof withdrawal | undefined,
    act = asserting,
    before = 0,
  ) =>
    answerDispute(
      { dispute: dispute.id, position, reason },
      dispute,
      { withdrawal: found, before, timeWindowSeconds: 900 },
      act,
    );

  it('is answered by the asserter, with what the ledger bears out', () => {
    expect(disputeAnswerRecord.parse(answer('MAINTAINED', undefined).record)).toMatchObject({
      label: placeOf(2),
      overdue: false,
    });
    expectRefusal(() => answer('MAINTAINED', undefined, other), 'NOT_ANSWERER');
    expectRefusal(() => answer('WITHDRAWN', undefined), 'WITHDRAWAL_MISSING');
    expect(answer('WITHDRAWN', withdrawal).markers).toHaveLength(1);
    expectRefusal(() => answer('CORRECTED', withdrawal), 'WITHDRAWAL_MISSING');
    const replacedBy = { batch: digest('d'), label: placeOf(0) };
    expect(answer('CORRECTED', { ...withdrawal, replacedBy })).toBeDefined();
  });

  it('is answered a limited number of times', () => {
    const after = (before: number) => answer('MAINTAINED', undefined, asserting, before);
    expect(() => after(MAX_LABEL_ACTS - 1)).not.toThrow();
    expectRefusal(() => after(MAX_LABEL_ACTS), 'LABEL_ACTS_USED_UP');
  });

  it('is overdue after its time, not at it', () => {
    const overdueAt = (at: number) =>
      (answer('MAINTAINED', undefined, { ...asserting, at }).record as { overdue: boolean })
        .overdue;
    expect([overdueAt(NOW + 60_000), overdueAt(NOW + 60_001)]).toEqual([false, true]);
  });
});

describe('withdrawing', () => {
  const withdraw = (input: object = {}, context: object = {}, act = asserting) =>
    withdrawLabel(
      { ...one(), reason, ...input },
      { ...spoken, replacement: undefined, ...context },
      act,
    );

  it('is for the asserter, once', () => {
    expect(withdrawalRecord.parse(withdraw().record)).toMatchObject({ label: placeOf(2) });
    expectRefusal(() => withdraw({}, {}, other), 'NOT_THE_ASSERTER');
    expectRefusal(() => withdraw({}, { withdrawn: true }), 'LABEL_WITHDRAWN');
  });

  it('names a replacement that the same member asserts', () => {
    const replacedBy = { batch: DIGEST, label: placeOf(4) };
    const proven = { replacedBy, replacementPath: pathOf(4) };
    expect(withdraw(proven, { replacement: spoken }).record).toMatchObject({ replacedBy });
    expectRefusal(() => withdraw({ replacedBy }, { replacement: spoken }), 'BAD_INPUT');
    expectRefusal(() => withdraw({ replacementPath: pathOf(4) }), 'BAD_INPUT');
    const forged = { ...proven, replacementPath: pathOf(3) };
    expectRefusal(() => withdraw(forged, { replacement: spoken }), 'PATH_MISMATCH');
    const foreign = { ...spoken, batch: { ...batch, act: other } };
    expectRefusal(() => withdraw(proven, { replacement: foreign }), 'NOT_THE_ASSERTER');
    const itself = {
      replacedBy: { batch: DIGEST, label: placeOf(2) },
      replacementPath: pathOf(2),
    };
    expectRefusal(() => withdraw(itself, { replacement: spoken }), 'BAD_INPUT');
    const within = { ...proven, label: undefined, path: undefined };
    expectRefusal(() => withdraw(within, { replacement: spoken }), 'BAD_INPUT');
    const gone = { ...spoken, withdrawn: true };
    expectRefusal(() => withdraw(proven, { replacement: gone }), 'LABEL_WITHDRAWN');
  });
});

describe('a manifest that is kept back', () => {
  const FETCH = 60;
  const due = NOW + FETCH * 1000;
  const by = (member: string, at = due) => sampleAct({ member, at });
  const register = (...states: string[]) =>
    states.map((each) => {
      const [mspId = '', status = 'ACTIVE'] = each.split(' ');
      return { ...sampleMember(), mspId, status: status as 'ACTIVE' };
    });
  const FIVE = ['CnMSP', 'SgMSP', 'DeMSP', 'FrMSP', 'ExMSP'];
  const declare = (context: object = {}, act = by('SgMSP')) =>
    missManifest(
      { batch: DIGEST, reason: 'asked for a day' },
      {
        ...{ batch, withheld: false, declared: [], labelFetchSeconds: FETCH },
        ...{ members: register(...FIVE), ...context },
      },
      act,
    );
  const declaredBy = (...members: string[]) =>
    members.map((member) => declare({}, by(member)).record as MissRecord);
  const outcomeOf = (context: object, act?: ReturnType<typeof by>) =>
    (declare(context, act).record as MissRecord).outcome;

  it('is declared once the time to fetch is over, not before', () => {
    expectRefusal(() => declare({}, by('SgMSP', due - 1)), 'FETCH_TIME_RUNNING');
    const { key: at, record, markers, also } = declare();
    expect(at).toBe(`label-miss/${DIGEST}/SgMSP/1`);
    expect(missRecord.parse(record)).toMatchObject({ outcome: 'WAITING', missing: 1, others: 4 });
    expect(markers).toEqual([{ mspId: 'SgMSP', record }]);
    expect(also).toEqual([]);
    expect(readArgument.safeParse(at).success).toBe(true);
  });

  it('is not for the asserter to declare, and once for each other member', () => {
    expectRefusal(() => declare({}, by('CnMSP')), 'OWN_LABEL');
    const again = { declared: declaredBy('SgMSP') };
    expectRefusal(() => declare(again), 'ALREADY_EXISTS');
    expectRefusal(() => declare({ withheld: true }), 'LABEL_WITHHELD');
  });

  it('makes the batch void when more than half of the others say so, not at the half', () => {
    expect(outcomeOf({ declared: declaredBy('DeMSP') })).toBe('WAITING');
    const third = { declared: declaredBy('DeMSP', 'FrMSP') };
    expect(outcomeOf(third)).toBe('WITHHELD');
    const [{ key: at, record } = { key: '', record: {} }] = declare(third).also ?? [];
    expect(at).toBe(`label-withheld/${DIGEST}`);
    expect(labelWithheldRecord.parse(record).members).toEqual(['DeMSP', 'FrMSP', 'SgMSP']);
    expect(outcomeOf({ members: register('CnMSP', 'SgMSP') })).toBe('WITHHELD');
    const three = register('CnMSP', 'SgMSP', 'DeMSP');
    expect(outcomeOf({ members: three })).toBe('WAITING');
  });

  it('counts members that are active now: who is suspended neither declares nor withholds', () => {
    const early = declaredBy('DeMSP', 'FrMSP');
    const members = register('CnMSP', 'SgMSP', 'DeMSP SUSPENDED', 'FrMSP SUSPENDED', 'ExMSP');
    expect(declare({ declared: early, members }).record).toMatchObject({
      ...{ missing: 1, others: 2, outcome: 'WAITING' },
    });
    // The asserter's own suspension changes nothing: it is counted on neither side.
    const gone = register('CnMSP SUSPENDED', ...FIVE.slice(1));
    expect(declare({ members: gone }).record).toMatchObject({ others: 4 });
  });

  it('counts members that joined since, who may declare it too', () => {
    const members = register(...FIVE, 'JpMSP', 'BrMSP');
    const declared = declaredBy('DeMSP', 'FrMSP');
    expect(declare({ declared, members }).record).toMatchObject({ others: 6, outcome: 'WAITING' });
    const all = { declared: declaredBy('DeMSP', 'FrMSP', 'SgMSP'), members };
    expect(outcomeOf(all, by('JpMSP'))).toBe('WITHHELD');
  });

  it('is declared a second time only where that decides, fewer being active than at the first', () => {
    const declared = declaredBy('SgMSP', 'DeMSP');
    const members = register(...FIVE.slice(0, 4), 'ExMSP SUSPENDED');
    const decided = declare({ declared, members });
    expect(decided.key).toBe(`label-miss/${DIGEST}/SgMSP/2`);
    expect(decided.record).toMatchObject({ missing: 2, others: 3, outcome: 'WITHHELD' });
  });

  it('is told when a gateway held the key', () => {
    const act = { ...by('SgMSP'), keyCustody: 'gateway' as const };
    expect(declare({}, act).record).toMatchObject({ flags: ['GATEWAY_HELD_KEY'] });
  });

  it('is answered to by nobody: what is void is not spoken of, and can be withdrawn', () => {
    const void_ = { ...spoken, withheld: true };
    const opine = () => opineOnLabel({ ...all, opinion: 80, reason }, void_, other);
    expectRefusal(opine, 'LABEL_WITHHELD');
    const withdraw = () =>
      withdrawLabel({ ...one(), reason }, { ...void_, replacement: undefined }, asserting);
    expect(withdraw).not.toThrow();
  });
});

it('reads keys of this word only', () => {
  expect(readArgument.safeParse(key).success).toBe(true);
  expect(readArgument.safeParse(`corroboration/${DIGEST}/all/SgMSP`).success).toBe(true);
  expect(readArgument.safeParse(`opinion/${DIGEST}/all/SgMSP/16`).success).toBe(true);
  expect(readArgument.safeParse(`dispute-head/${DIGEST}/all/SgMSP`).success).toBe(true);
  for (const foreign of [
    'acquisition/x',
    'label-batch/x',
    `corroboration/${DIGEST}/some/SgMSP`,
    `sighting/${DIGEST}/all/SgMSP`,
    `opinion/${DIGEST}/all/SgMSP/17`,
  ]) {
    expect(readArgument.safeParse(foreign).success).toBe(false);
  }
});
