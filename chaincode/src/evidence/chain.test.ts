/** The chain of batches of one acquisition: anchor and close. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACQUISITION,
  digest,
  expectRefusal,
  NOW,
  sampleAcquisition,
  sampleAct,
  sampleAnchor,
  sampleHead,
} from '../../test/samples.ts';
import { digestRecord } from '../kernel/digest.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import { anchorBatch, buildBatchRecord } from './anchor.ts';
import { closeAcquisition } from './close.ts';
import {
  type AcquisitionRecord,
  type AnchorInput,
  batchRecord,
  type CloseInput,
  closingRecord,
  type HeadRecord,
  headRecord,
} from './record.ts';

const context = (acquisition: Partial<AcquisitionRecord> = {}, head: Partial<HeadRecord> = {}) => ({
  acquisition: sampleAcquisition(acquisition),
  head: sampleHead(head),
  touched: ['DE'],
  batchMaxItems: 1000,
  parameters: { volatileGapSeconds: 3600, timeWindowSeconds: 900 },
});
const closing = (changes: Partial<CloseInput> = {}): CloseInput => ({
  acquisition: ACQUISITION,
  batches: 0,
  items: 0,
  bytes: 0,
  endedAt: NOW,
  unread: 0,
  reason: 'collection finished',
  ...changes,
});
const others: [string, ErrorCode, Partial<Act>][] = [
  ['another member', 'NOT_OWN_MEMBER', { member: 'DeMSP' }],
  ["another member's system", 'NOT_OWN_MEMBER', { member: 'DeMSP', role: 'system' }],
  ['another person', 'NOT_RESPONSIBLE_PERSON', { person: 'p-ffffffffffffffff' }],
];

describe('anchorBatch', () => {
  it('writes the record under its own digest and moves the head', () => {
    const { key, record, also } = anchorBatch(sampleAnchor(), context(), sampleAct());
    const batch = batchRecord.parse(record);
    expect(key).toBe(`batch/${digestRecord(batch)}`);
    expect(batch).toMatchObject({ case: 'CASE-2026-1', touched: ['DE'], flags: [] });
    expect(also).toHaveLength(1);
    expect(also?.[0]?.key).toBe(`head/${ACQUISITION}`);
    expect(headRecord.parse(also?.[0]?.record)).toEqual(
      sampleHead({ sequence: 1, last: digestRecord(batch), items: 10, bytes: 1000 }),
    );
  });

  it('writes what a client builds from the same facts', () => {
    const { record } = anchorBatch(sampleAnchor(), context(), sampleAct());
    expect(buildBatchRecord(sampleAnchor(), context(), sampleAct())).toEqual(record);
  });

  it("takes the member's system beside the person", () => {
    const act = sampleAct({ role: 'system', person: 'p-ffffffffffffffff', keyCustody: 'gateway' });
    const { record } = anchorBatch(sampleAnchor(), context(), act);
    expect(batchRecord.parse(record).flags).toEqual(['GATEWAY_HELD_KEY']);
  });

  it.each(others)('refuses %s', (_who, code, act) => {
    expectRefusal(() => anchorBatch(sampleAnchor(), context(), sampleAct(act)), code);
  });

  it.each<[string, ErrorCode, Partial<AnchorInput>, ReturnType<typeof context>]>([
    ['a closed acquisition', 'ACQUISITION_CLOSED', {}, context({}, { closed: true })],
    ['a gap in the chain', 'CHAIN_CONFLICT', { sequence: 2 }, context()],
    ['a fork of the chain', 'CHAIN_CONFLICT', {}, context({}, { sequence: 1, last: digest('7') })],
    [
      'a chain that went elsewhere',
      'CHAIN_CONFLICT',
      { sequence: 2, previous: digest('6') },
      context({}, { sequence: 1, last: digest('7') }),
    ],
    ['a first batch with a past', 'CHAIN_CONFLICT', { previous: digest('7') }, context()],
    ['too many items', 'BATCH_TOO_LARGE', { size: 1001 }, context()],
    ['collection before the start', 'TIME_ORDER', { collectedAt: NOW - 60_001 }, context()],
    ['collection after the end', 'TIME_ORDER', {}, context({ endedAt: NOW - 30_001 })],
    ['collection in the future', 'TIME_IN_FUTURE', { collectedAt: NOW + 900_001 }, context()],
    [
      'a sum past 2^53-1',
      'TOTALS_OVERFLOW',
      { bytes: 1 },
      context({}, { bytes: Number.MAX_SAFE_INTEGER }),
    ],
  ])('refuses %s', (_what, code, input, state) => {
    expectRefusal(() => anchorBatch(sampleAnchor(input), state, sampleAct()), code);
  });

  it.each([
    ['ORDINARY', 3_600_001, []],
    ['VOLATILE', 3_600_000, []],
    ['VOLATILE', 3_600_001, ['VOLATILE_LATE']],
  ] as const)('flags by the gap (EVD-12): %s after %d ms', (volatility, gap, flags) => {
    const state = context({ volatility, startedAt: NOW - 4_000_000 });
    const { record } = anchorBatch(sampleAnchor({ collectedAt: NOW - gap }), state, sampleAct());
    expect(batchRecord.parse(record).flags).toEqual(flags);
  });
});

describe('closeAcquisition', () => {
  const counted = sampleHead({ sequence: 2, last: digest('7'), items: 20, bytes: 2000 });
  const totals = { batches: 2, items: 20, bytes: 2000 };

  it('states the totals and ends the chain', () => {
    const { key, record, also } = closeAcquisition(
      closing(totals),
      sampleAcquisition(),
      counted,
      sampleAct(),
    );
    expect(key).toBe(`closing/${ACQUISITION}`);
    expect(closingRecord.parse(record)).toMatchObject({ ...totals, last: digest('7') });
    expect(also).toEqual([{ key: `head/${ACQUISITION}`, record: { ...counted, closed: true } }]);
  });

  it.each(others)('refuses %s', (_who, code, act) => {
    expectRefusal(
      () => closeAcquisition(closing(), sampleAcquisition(), sampleHead(), sampleAct(act)),
      code,
    );
  });

  it.each<[ErrorCode, Partial<CloseInput>, Partial<HeadRecord>, Partial<AcquisitionRecord>]>([
    ['TOTALS_DIFFER', { batches: 1 }, {}, {}],
    ['TOTALS_DIFFER', { items: 19 }, {}, {}],
    ['TOTALS_DIFFER', { bytes: 2001 }, {}, {}],
    ['ACQUISITION_CLOSED', {}, { closed: true }, {}],
    ['TIME_ORDER', { endedAt: NOW - 60_001 }, {}, {}],
    ['TIME_ORDER', { endedAt: NOW }, {}, { endedAt: NOW - 1 }],
    ['TIME_IN_FUTURE', { endedAt: NOW + 900_001 }, {}, {}],
  ])('refuses with %s: %o %o %o', (code, input, head, acquisition) => {
    expectRefusal(
      () =>
        closeAcquisition(
          closing({ ...totals, ...input }),
          sampleAcquisition(acquisition),
          { ...counted, ...head },
          sampleAct(),
        ),
      code,
    );
  });
});

it('any run of batches is one chain whose totals, and no others, close it', () => {
  const batch = fc.record({ size: fc.integer({ min: 1, max: 1000 }), bytes: fc.nat(1_000_000) });
  const off = fc.constantFrom({ batches: 1 }, { items: 1 }, { bytes: 1 });
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 20 }), off, (batches, error) => {
      let head = sampleHead();
      for (const { size, bytes } of batches) {
        const input = sampleAnchor({
          sequence: head.sequence + 1,
          previous: head.last,
          size,
          bytes,
        });
        const state = { ...context(), head };
        const decision = anchorBatch(input, state, sampleAct());
        expectRefusal(
          () =>
            anchorBatch(
              input,
              { ...state, head: headRecord.parse(decision.also?.[0]?.record) },
              sampleAct(),
            ),
          'CHAIN_CONFLICT',
        );
        head = headRecord.parse(decision.also?.[0]?.record);
      }
      const sum = (field: 'size' | 'bytes') => batches.reduce((total, b) => total + b[field], 0);
      const totals = { batches: batches.length, items: sum('size'), bytes: sum('bytes') };
      const close = (input: CloseInput) =>
        closeAcquisition(input, sampleAcquisition(), head, sampleAct());
      expect(() => close(closing(totals))).not.toThrow();
      const [[field, by]] = Object.entries(error) as [['batches' | 'items' | 'bytes', number]];
      expectRefusal(
        () => close(closing({ ...totals, [field]: totals[field] + by })),
        'TOTALS_DIFFER',
      );
    }),
  );
});
