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
  MAX_OPEN_OBJECTIONS,
  MAX_REPLIES,
  type ObjectionHeadRecord,
  objectInput,
  objectionHeadRecord,
  objectionRecord,
  readArgument,
  regularityRecord,
  replyRecord,
  weighInput,
  weightRecord,
} from './record.ts';
import {
  examineAuthenticity,
  judgeRegularity,
  type ReviewedLineage,
  raiseObjection,
  replyToObjection,
  weighEvidence,
} from './rules.ts';

const ITEM = digest('e');
const TREATY = { id: 'treaty', version: 1 };
const collector = sampleAct();
const acquisition = sampleAcquisition();
const sampleItem = (changes: Partial<ItemRecord> = {}): ItemRecord => ({
  type: 'tabellion.custody-item',
  v: 1,
  item: ITEM,
  leaf: digest('1'),
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
const hexOf = (at: number) => at.toString(16).padStart(32, '0');
const headWith = (...open: string[]): ObjectionHeadRecord => ({
  type: 'tabellion.objection-head',
  v: 1,
  subject: objecting.subject,
  member: 'DeMSP',
  open: open.map((id) => ({ id, answerBy: NOW + 60_000 })),
});
const object = (changes: object = {}) =>
  raiseObjection(
    { ...objecting, ...changes },
    { exists: false, subject: acquisition, head: undefined, parameters },
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
    expect(also).toEqual([
      {
        key: `objection-head/${ACQUISITION}/DeMSP`,
        record: objectionHeadRecord.parse(headWith(objecting.id)),
      },
    ]);
  });

  it('on what was derived is answered by who derived it', () => {
    const subject = { kind: 'ITEM', id: derived.item } as const;
    const context = { exists: false, subject: derived, head: undefined, parameters };
    const { record } = raiseObjection({ ...objecting, subject }, context, abroad);
    expect(objectionRecord.parse(record).answerer).toBe('SgMSP');
  });

  it('is not brought twice under one id', () => {
    const context = { exists: true, subject: acquisition, head: undefined, parameters };
    expectRefusal(() => raiseObjection(objecting, context, abroad), 'ALREADY_EXISTS');
  });

  it('waits with a limited number of its member’s own on the subject', () => {
    const raise = (open: number, at = NOW) => {
      const head = headWith(...Array.from({ length: open }, (_, at) => hexOf(at)));
      const context = { exists: false, subject: acquisition, head, parameters };
      return raiseObjection(objecting, context, { ...abroad, at });
    };
    const record = raise(MAX_OPEN_OBJECTIONS - 1).also?.[0]?.record;
    expect(objectionHeadRecord.parse(record).open).toHaveLength(MAX_OPEN_OBJECTIONS);
    expectRefusal(() => raise(MAX_OPEN_OBJECTIONS), 'TOO_MANY_OBJECTIONS');
    // Silence keeps nobody from objecting: what is overdue no longer counts.
    expectRefusal(() => raise(MAX_OPEN_OBJECTIONS, NOW + 60_000), 'TOO_MANY_OBJECTIONS');
    const later = raise(MAX_OPEN_OBJECTIONS, NOW + 60_001).also?.[0]?.record;
    const open = [{ id: objecting.id, answerBy: NOW + 120_001 }];
    expect(objectionHeadRecord.parse(later).open).toEqual(open);
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
  const head = headWith(hexOf(5), objecting.id);
  const context = { objection, head, answered: 0, timeWindowSeconds: 900 };
  const reply = (at: number, changes: object = {}) =>
    replyToObjection(
      input,
      { ...context, lineage: [acquisition] },
      sampleAct({ at, person: 'p-prosecutor', ...changes }),
    );

  it('is one of so many at most', () => {
    const after = (answered: number) => {
      const full = { ...context, answered, lineage: [acquisition] } as const;
      return replyToObjection(input, full, sampleAct());
    };
    expect(after(MAX_REPLIES - 1).record).toMatchObject({ type: 'tabellion.reply' });
    expectRefusal(() => after(MAX_REPLIES), 'TOO_MANY_REPLIES');
  });

  it('settles it the first time: no longer does it count as open', () => {
    const { also } = reply(NOW);
    const key = `objection-head/${ACQUISITION}/DeMSP`;
    expect(also).toEqual([{ key, record: headWith(hexOf(5)) }]);
    const settled = { ...context, head: headWith(hexOf(5)), lineage: [acquisition] } as const;
    expect(replyToObjection(input, settled, sampleAct()).also).toBeUndefined();
  });

  it('is in time at the very last millisecond, and late after it, but taken', () => {
    const { key, record, markers } = reply(objection.answerBy);
    expect(key).toBe(`reply/${objecting.id}/${digest('1')}`);
    expect(readArgument.safeParse(key).success).toBe(true);
    expect(replyRecord.parse(record)).toMatchObject({ overdue: false, subject: objecting.subject });
    expect(markers).toEqual([{ mspId: 'CnMSP', record }]);
    expect(replyRecord.parse(reply(objection.answerBy + 1).record).overdue).toBe(true);
  });

  it('by the very person objected to is taken and flagged, along all sources (ORD-26)', () => {
    const flagsOf = (person: string, lineage: ReviewedLineage = [acquisition]) => {
      const act = sampleAct({ person });
      return replyRecord.parse(replyToObjection(input, { ...context, lineage }, act).record).flags;
    };
    expect(flagsOf('p-prosecutor')).toEqual([]);
    expect(flagsOf(collector.person)).toEqual(['SELF_REVIEW']);
    const own = sampleItem({ ...derived, act: sampleAct({ person: 'p-deriver' }) });
    for (const person of ['p-deriver', 'p-opener', collector.person]) {
      expect(flagsOf(person, [own, sampleItem(), acquisition])).toEqual(['SELF_REVIEW']);
    }
    expect(flagsOf('p-prosecutor', [own, sampleItem(), acquisition])).toEqual([]);
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
      [sampleItem(), acquisition],
      abroad,
    );
    expect(examined.key).toBe(`authenticity/${ITEM}/${digest('1')}`);
    expect(authenticityRecord.parse(examined.record).legalBases).toEqual(acquisition.legalBases);
    const weighed = weighEvidence(
      { subject, showsDestination: 'NO', reason: 'the platform pooled its clients' },
      [sampleItem(), acquisition],
      abroad,
    );
    expect(weighed.key).toBe(`weight/${ITEM}/${digest('1')}`);
    expect(weightRecord.parse(weighed.record).case).toBe(acquisition.case);
    for (const { key, markers } of [examined, weighed]) {
      expect(markers).toBeUndefined();
      expect(readArgument.safeParse(key).success).toBe(true);
    }
  });

  it('of one’s own work say so, and those of others do not (ORD-26)', () => {
    const lineage: ReviewedLineage = [sampleItem(), acquisition];
    const examining = { subject, method: 'x', tools: [], result: 'INCONCLUSIVE', reason: 'x' };
    const weighing = { subject, showsDestination: 'NO', reason: 'x' };
    for (const [act, flags] of [
      [collector, ['SELF_REVIEW']],
      [sampleAct({ person: 'p-opener' }), ['SELF_REVIEW']],
      [abroad, []],
    ] as const) {
      const examined = examineAuthenticity(examineInput.parse(examining), lineage, act);
      const weighed = weighEvidence(weighInput.parse(weighing), lineage, act);
      expect(authenticityRecord.parse(examined.record).flags).toEqual(flags);
      expect(weightRecord.parse(weighed.record).flags).toEqual(flags);
    }
  });

  it('know no result that a hash could give (EVD-16)', () => {
    const input = { subject, method: 'hash', tools: [], result: 'AUTHENTIC', reason: 'it matches' };
    expect(examineInput.safeParse(input).success).toBe(false);
  });
});
