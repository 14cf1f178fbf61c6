/** What others and the collector add after the collection: answer, segregate, journal; and recipients. */
import { describe, expect, it } from 'vitest';
import {
  ACQUISITION,
  digest,
  expectRefusal,
  NOW,
  sampleAcquisition,
  sampleAct,
  sampleHead,
  sampleLocationHead,
  sampleProfile,
} from '../../test/samples.ts';
import { digestRecord } from '../kernel/digest.ts';
import type { FoundingRecord } from '../member/record.ts';
import { answerNotice } from './answer.ts';
import { anchorJournal } from './journal.ts';
import { isStandardAdopted, judgeAuthorisation } from './recipient.ts';
import {
  answerInput,
  answerRecord,
  journalHeadRecord,
  journalRecord,
  MAX_POSITIONS,
  segregationRecord,
} from './record.ts';
import { segregateCopy } from './segregate.ts';

describe('answerNotice', () => {
  const input = {
    acquisition: ACQUISITION,
    position: 'OBJECTION' as const,
    legalBasis: { id: 'treaty', version: 1 },
    reason: 'no request was made',
  };
  const standing = (before = 0) => ({ head: sampleLocationHead(), before });
  const touched = sampleAct({ member: 'DeMSP', jurisdiction: 'DE', role: 'judicialReviewer' });

  it('stands for ever, marked by the touched member', () => {
    const { key, record, also, markers } = answerNotice(
      input,
      sampleAcquisition(),
      standing(),
      touched,
    );
    expect(key).toBe(`answer/${ACQUISITION}/DE/${digest('1')}`);
    expect(answerRecord.parse(record).position).toBe('OBJECTION');
    expect(also).toBeUndefined();
    expect(markers).toEqual([{ mspId: 'DeMSP', record }]);
  });

  it('is not for states that are not touched, nor while the place is sealed', () => {
    const elsewhere = { ...touched, jurisdiction: 'SG' };
    const sealed = sampleLocationHead({ location: null, crossBorder: 'SEALED', touched: [] });
    expectRefusal(
      () => answerNotice(input, sampleAcquisition(), standing(), elsewhere),
      'NOT_TOUCHED',
    );
    expectRefusal(
      () => answerNotice(input, sampleAcquisition(), { head: sealed, before: 0 }, touched),
      'NOT_TOUCHED',
    );
  });

  it('is taken up to a number, which no other state uses up', () => {
    const taken = (before: number) =>
      answerNotice(input, sampleAcquisition(), standing(before), touched);
    expect(taken(MAX_POSITIONS - 1).record).toMatchObject({ position: 'OBJECTION' });
    expectRefusal(() => taken(MAX_POSITIONS), 'POSITIONS_USED_UP');
  });

  it('owes a reason and a basis', () => {
    const { reason: _, ...rest } = input;
    expect(answerInput.safeParse(input).success).toBe(true);
    expect(answerInput.safeParse(rest).success).toBe(false);
  });
});

describe('segregateCopy', () => {
  const input = {
    acquisition: ACQUISITION,
    relevantRoot: digest('b'),
    relevant: 3,
    rest: 'SEALED' as const,
    reason: 'three files concern the case',
  };
  const full = sampleAcquisition({
    extent: { kind: 'FULL_COPY', justification: 'encrypted disk' },
  });
  const closed = sampleHead({ items: 3, closed: true });

  it('names the relevant subset', () => {
    const { key, record } = segregateCopy(input, full, closed, sampleAct());
    expect(key).toBe(`segregation/${ACQUISITION}/${digest('1')}`);
    expect(segregationRecord.parse(record).relevant).toBe(3);
  });

  it('refuses what is no full copy, still open, more than there is, or not its own', () => {
    const act = sampleAct();
    expectRefusal(() => segregateCopy(input, sampleAcquisition(), closed, act), 'NOT_A_FULL_COPY');
    const open = { ...closed, closed: false };
    expectRefusal(() => segregateCopy(input, full, open, act), 'ACQUISITION_OPEN');
    const more = { ...input, relevant: 4 };
    expectRefusal(() => segregateCopy(more, full, closed, act), 'RELEVANT_EXCEEDS_ITEMS');
    const other = sampleAct({ member: 'DeMSP' });
    expectRefusal(() => segregateCopy(input, full, closed, other), 'NOT_OWN_MEMBER');
  });
});

describe('anchorJournal', () => {
  const input = {
    root: digest('b'),
    size: 5,
    from: NOW - 1000,
    to: NOW,
    sequence: 1,
    previous: null as string | null,
  };
  const founding: FoundingRecord = {
    type: 'tabellion.founding',
    v: 1,
    members: ['CnMSP', 'DeMSP'],
    legalBasis: { id: 'charter', version: 1 },
    reason: 'founding',
    act: sampleAct(),
  };
  const context = { head: undefined, founding, timeWindowSeconds: 900 };
  const act = sampleAct({ role: 'system' });

  it("chains the member's batches", () => {
    const first = anchorJournal(input, context, act);
    const digestOfFirst = digestRecord(journalRecord.parse(first.record));
    expect(first.key).toBe(`journal/${digestOfFirst}`);
    expect(first.also?.[0]?.key).toBe('journal-head/CnMSP');
    const head = journalHeadRecord.parse(first.also?.[0]?.record);
    expect(head).toMatchObject({ sequence: 1, last: digestOfFirst });
    const next = { ...input, sequence: 2, previous: digestOfFirst };
    expect(() => anchorJournal(next, { ...context, head }, act)).not.toThrow();
    expectRefusal(() => anchorJournal(input, { ...context, head }, act), 'CHAIN_CONFLICT');
    expectRefusal(() => anchorJournal(next, context, act), 'CHAIN_CONFLICT');
  });

  it('refuses times out of order or ahead', () => {
    expectRefusal(() => anchorJournal({ ...input, from: NOW + 1 }, context, act), 'TIME_ORDER');
    expectRefusal(
      () => anchorJournal({ ...input, to: NOW + 900_001 }, context, act),
      'TIME_IN_FUTURE',
    );
  });
});

describe('what a recipient is shown', () => {
  it('judges the authorisation by its own profile (EVD-20)', () => {
    const by = (kind: 'JUDICIAL' | 'INTERNAL') =>
      judgeAuthorisation(
        sampleAcquisition({ authorisation: { kind, reference: 'W-1' } }),
        sampleProfile,
      );
    expect(by('JUDICIAL')).toBe('ACCEPTED');
    expect(by('INTERNAL')).toBe('NOT_ACCEPTED');
    expect(judgeAuthorisation(sampleAcquisition(), sampleProfile)).toBe('NOT_STATED');
  });

  it('compares the standard by edition (EVD-15)', () => {
    expect(isStandardAdopted(sampleAcquisition(), sampleProfile)).toBe(true);
    const newer = sampleAcquisition({ standard: { id: 'iso-27037', version: 2 } });
    expect(isStandardAdopted(newer, sampleProfile)).toBe(false);
  });
});
