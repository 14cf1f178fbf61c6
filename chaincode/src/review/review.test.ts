/** The rules of reviews: who owes an answer, when it is late, and who may not judge. */
import { describe, expect, it } from 'vitest';
import {
  ACQUISITION,
  digest,
  expectRefusal,
  NOW,
  sampleAcquisition,
  sampleAct,
} from '../../test/samples.ts';
import type { ItemRecord } from '../custody/record.ts';
import {
  authenticityRecord,
  examineInput,
  type JudgeInput,
  objectInput,
  objectionRecord,
  readArgument,
  regularityRecord,
  replyRecord,
  weightRecord,
} from './record.ts';
import {
  examineAuthenticity,
  judgeRegularity,
  raiseObjection,
  replyToObjection,
  weighEvidence,
} from './rules.ts';

const ITEM = digest('e');
const TREATY = { id: 'treaty', version: 1 };
const collector = sampleAct();
const acquisition = sampleAcquisition();
const sampleItem = (changes: Partial<ItemRecord> = {}): ItemRecord => ({
  type: 'tabellion.item',
  v: 1,
  item: ITEM,
  origin: { kind: 'ANCHORED', acquisition: ACQUISITION, batch: digest('b'), index: 0 },
  seals: [],
  witnesses: [],
  case: acquisition.case,
  legalBases: acquisition.legalBases,
  reason: 'it goes to the laboratory',
  happenedAt: NOW,
  flags: [],
  timeWindowSeconds: 900,
  act: sampleAct({ person: 'p-opener' }),
  ...changes,
});
const derived = sampleItem({
  item: digest('f'),
  origin: { kind: 'DERIVED', source: ITEM, as: { form: 'ANALYSIS' }, tools: [] },
  act: sampleAct({ member: 'SgMSP', jurisdiction: 'SG', person: 'p-analyst' }),
});

const objecting = objectInput.parse({
  id: '9'.repeat(32),
  subject: { kind: 'ACQUISITION', id: ACQUISITION },
  by: { capacity: 'THIRD_PARTY', person: digest('7') },
  legalBasis: TREATY,
  reason: 'the disk belongs to a third party',
});
const parameters = { timeWindowSeconds: 900, objectionAnswerSeconds: 60 };
const abroad = sampleAct({
  member: 'DeMSP',
  jurisdiction: 'DE',
  role: 'judicialReviewer',
  person: 'p-judge',
});
const object = (changes: object = {}) =>
  raiseObjection(
    { ...objecting, ...changes },
    { exists: false, subject: acquisition, parameters },
    abroad,
  );

describe('an objection', () => {
  it('names who must answer and by when, and binds the member that brings it', () => {
    const { key, record, markers, also } = object();
    expect(key).toBe(`objection/${objecting.id}`);
    expect(readArgument.safeParse(key).success).toBe(true);
    expect(objectionRecord.parse(record)).toMatchObject({
      ...objecting,
      case: acquisition.case,
      answerer: 'CnMSP',
      answerBy: NOW + 60_000,
    });
    expect(markers).toEqual([{ mspId: 'DeMSP', record }]);
    expect(also).toBeUndefined();
  });

  it('on what was derived is answered by who derived it', () => {
    const subject = { kind: 'ITEM', id: derived.item } as const;
    const context = { exists: false, subject: derived, parameters };
    const { record } = raiseObjection({ ...objecting, subject }, context, abroad);
    expect(objectionRecord.parse(record).answerer).toBe('SgMSP');
  });

  it('is not brought twice under one id', () => {
    const context = { exists: true, subject: acquisition, parameters };
    expectRefusal(() => raiseObjection(objecting, context, abroad), 'ALREADY_EXISTS');
  });

  it('names nobody', () => {
    const named = { ...objecting, by: { capacity: 'SUSPECT', person: 'Jane Doe' } };
    expect(objectInput.safeParse(named).success).toBe(false);
    expect(objectInput.safeParse({ ...objecting, reason: 'jane@example.org' }).success).toBe(false);
  });
});

describe('a reply', () => {
  const objection = objectionRecord.parse(object().record);
  const input = {
    objection: objecting.id,
    outcome: 'REJECTED' as const,
    legalBasis: TREATY,
    reason: 'the disk was seized lawfully',
  };
  const reply = (at: number, changes: object = {}) =>
    replyToObjection(input, objection, 900, sampleAct({ at, ...changes }));

  it('is in time at the very last millisecond, and late after it, but taken', () => {
    const { key, record, markers } = reply(objection.answerBy);
    expect(key).toBe(`reply/${objecting.id}/${digest('1')}`);
    expect(readArgument.safeParse(key).success).toBe(true);
    expect(replyRecord.parse(record)).toMatchObject({ overdue: false, subject: objecting.subject });
    expect(markers).toEqual([{ mspId: 'CnMSP', record }]);
    expect(replyRecord.parse(reply(objection.answerBy + 1).record).overdue).toBe(true);
  });

  it('is the answerer’s alone', () => {
    for (const member of ['DeMSP', 'SgMSP']) {
      expectRefusal(() => reply(NOW, { member }), 'NOT_ANSWERER');
    }
  });
});

describe('a judgement', () => {
  const input: JudgeInput = {
    subject: { kind: 'ITEM', id: derived.item },
    outcome: 'EXCLUDED',
    legalBasis: TREATY,
    reason: 'collected without an order',
  };
  const lineage = [derived, sampleItem(), acquisition] as const;

  it('stands beside the evidence and binds the reviewing member', () => {
    const { key, record, markers, also } = judgeRegularity(input, lineage, abroad);
    expect(key).toBe(`regularity/${derived.item}/${digest('1')}`);
    expect(readArgument.safeParse(key).success).toBe(true);
    expect(regularityRecord.parse(record)).toMatchObject({ ...input, case: acquisition.case });
    expect(markers).toEqual([{ mspId: 'DeMSP', record }]);
    expect(also).toBeUndefined();
  });

  it('is not by whoever collected, opened or derived any of it (ORD-26)', () => {
    const own = [
      { member: 'CnMSP', person: collector.person },
      { member: 'CnMSP', person: 'p-opener' },
      { member: 'SgMSP', person: 'p-analyst' },
    ];
    for (const { member, person } of own) {
      const act = sampleAct({ member, person, role: 'prosecutor' });
      expectRefusal(() => judgeRegularity(input, lineage, act), 'SELF_REVIEW');
    }
  });

  it('may be by a namesake at another member: pseudonyms are a member’s own', () => {
    const act = { ...abroad, person: collector.person };
    expect(() => judgeRegularity(input, lineage, act)).not.toThrow();
  });
});

describe('examination and weight', () => {
  const subject = { kind: 'ITEM', id: ITEM } as const;

  it('say what a person found, of authenticity and of force, and bind nobody', () => {
    const examined = examineAuthenticity(
      { subject, method: 'error level analysis', tools: [], result: 'INCONCLUSIVE', reason: 'x' },
      sampleItem(),
      abroad,
    );
    expect(examined.key).toBe(`authenticity/${ITEM}/${digest('1')}`);
    expect(authenticityRecord.parse(examined.record).legalBases).toEqual(acquisition.legalBases);
    const weighed = weighEvidence(
      { subject, showsDestination: 'NO', reason: 'the platform pooled its clients' },
      sampleItem(),
      abroad,
    );
    expect(weighed.key).toBe(`weight/${ITEM}/${digest('1')}`);
    expect(weightRecord.parse(weighed.record).case).toBe(acquisition.case);
    for (const { key, markers } of [examined, weighed]) {
      expect(markers).toBeUndefined();
      expect(readArgument.safeParse(key).success).toBe(true);
    }
  });

  it('know no result that a hash could give (EVD-16)', () => {
    const input = { subject, method: 'hash', tools: [], result: 'AUTHENTIC', reason: 'it matches' };
    expect(examineInput.safeParse(input).success).toBe(false);
  });
});
