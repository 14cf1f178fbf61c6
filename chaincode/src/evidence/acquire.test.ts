import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACQUISITION,
  at,
  digest,
  expectRefusal,
  NOW,
  sampleAcquire,
  sampleAcquisition,
  sampleCaller,
  sampleContext,
} from '../../test/samples.ts';
import { ContractError, type ErrorCode } from '../kernel/errors.ts';
import { type AcquireContext, acquire } from './acquire.ts';
import { computeReach } from './cross-border.ts';
import type { Method } from './obligations.ts';
import {
  type AcquireInput,
  acquireInput,
  acquisitionRecord,
  headRecord,
  locationHeadRecord,
  route,
} from './record.ts';

const investigator = sampleCaller();
const run = (
  input: Partial<AcquireInput>,
  context: Partial<AcquireContext> = {},
  caller = investigator,
) => acquire(sampleAcquire(input), sampleContext(context), caller);
const recordOf = (decision: ReturnType<typeof run>) => acquisitionRecord.parse(decision.record);

const abroad = at('DE');
const treaty = [{ kind: 'TREATY' as const, reference: 'MLA/2026/7' }];
const recorded = [{ kind: 'VIDEO' as const, sha256: digest('e'), size: 1 }];
const method = (...obligations: Method['obligations']) => ({
  method: { title: 'a method', unilateral: true, obligations },
});
const opening = (...opens: ('DOMESTIC' | 'ORDER' | 'TREATY' | 'CONSENT' | 'DELAYED_NOTICE')[]) => ({
  legalBases: [{ instrument: 'Law', article: '1', edition: '2026', jurisdiction: 'CN', opens }],
});
const respected = { respected: true, statement: 'robots rules read, no log-in' };

describe('acquire', () => {
  it('writes the acquisition, the head of its chain and what is known of the place', () => {
    const decision = run({});
    expect(decision.key).toBe(`acquisition/${ACQUISITION}`);
    expect(recordOf(decision)).toMatchObject({ crossBorder: 'NO', touched: [], flags: [] });
    expect(decision.also?.map(({ key }) => key)).toEqual([
      `head/${ACQUISITION}`,
      `location-head/${ACQUISITION}`,
    ]);
    expect(headRecord.safeParse(decision.also?.[0]?.record).success).toBe(true);
    expect(locationHeadRecord.safeParse(decision.also?.[1]?.record).success).toBe(true);
    expect(decision.sealed).toBeUndefined();
  });

  it.each<[string, ErrorCode, Partial<AcquireInput>, Partial<AcquireContext>]>([
    ['an id twice', 'ALREADY_EXISTS', {}, { exists: true }],
    ['a foreign system as DOMESTIC', 'ROUTE_CONTRADICTS_FACTS', { location: abroad }, {}],
    ['an unknown system as DOMESTIC', 'ROUTE_CONTRADICTS_FACTS', { location: at('UNKNOWN') }, {}],
    ['a foreign medium as DOMESTIC', 'ROUTE_CONTRADICTS_FACTS', { location: at('CN', 'DE') }, {}],
    ['DOMESTIC on a treaty alone', 'BASIS_DOES_NOT_OPEN', {}, opening('TREATY')],
    [
      'a unilateral act abroad without a ground',
      'GROUND_REQUIRED',
      { route: 'UNILATERAL', location: abroad },
      {},
    ],
    [
      'a unilateral act on an unknown system without a ground',
      'GROUND_REQUIRED',
      { route: 'UNILATERAL', location: at('UNKNOWN'), publiclyReleased: 'UNKNOWN' },
      {},
    ],
    [
      'public data without a statement on access limits',
      'GROUND_REQUIRED',
      { route: 'UNILATERAL', location: abroad, publiclyReleased: 'YES' },
      {},
    ],
    [
      'public data past access limits',
      'GROUND_REQUIRED',
      {
        route: 'UNILATERAL',
        location: abroad,
        publiclyReleased: 'YES',
        accessLimits: { respected: false, statement: 'log-in passed by' },
      },
      {},
    ],
    [
      'assistance without its treaty',
      'GROUND_REQUIRED',
      { route: 'MUTUAL_ASSISTANCE', location: abroad },
      {},
    ],
    [
      'assistance on an order',
      'GROUND_REQUIRED',
      {
        route: 'MUTUAL_ASSISTANCE',
        location: abroad,
        grounds: [{ kind: 'ORDER', reference: 'O-1' }],
      },
      {},
    ],
    [
      'a ground that no basis opens',
      'BASIS_DOES_NOT_OPEN',
      { route: 'UNILATERAL', location: abroad, grounds: treaty },
      opening('DOMESTIC', 'CONSENT'),
    ],
    ['an unrecorded inspection', 'RECORDING_REQUIRED', {}, method('RECORDING')],
    [
      'an inspection recorded by sound alone',
      'RECORDING_REQUIRED',
      { recordings: [{ ...recorded[0]!, kind: 'AUDIO' }] },
      method('RECORDING'),
    ],
    ['no recording and no reason', 'RECORDING_REQUIRED', {}, method('RECORDING_OR_REASON')],
    [
      'technical investigation without an order',
      'ORDER_REQUIRED',
      { grounds: treaty },
      method('ORDER'),
    ],
    ['an end before the start', 'TIME_ORDER', { endedAt: NOW - 60_001 }, {}],
    ['a start in the future', 'TIME_IN_FUTURE', { startedAt: NOW + 900_001 }, {}],
    ['an end in the future', 'TIME_IN_FUTURE', { endedAt: NOW + 900_001 }, {}],
    [
      'to go on with another case',
      'CONTINUES_OTHER_CASE',
      { continues: digest('9').slice(32) },
      { continued: sampleAcquisition({ case: 'OTHER' }) },
    ],
    [
      'to go on with what another member began',
      'NOT_OWN_MEMBER',
      { continues: digest('9').slice(32) },
      { continued: sampleAcquisition({ act: sampleCaller({ member: 'DeMSP' }).act }) },
    ],
  ])('refuses %s', (_what, code, input, context) => {
    expectRefusal(() => run(input, context), code);
  });

  it.each<[string, Partial<AcquireInput>, Partial<AcquireContext>]>([
    ['a recorded inspection', { recordings: recorded }, method('RECORDING')],
    [
      'a reason instead of a recording',
      { noRecordingReason: 'no camera at hand' },
      method('RECORDING_OR_REASON'),
    ],
    [
      'times at the very edge of the window',
      { startedAt: NOW + 900_000, endedAt: NOW + 900_000 },
      {},
    ],
    [
      'assistance under a treaty',
      { route: 'MUTUAL_ASSISTANCE', location: abroad, grounds: treaty },
      {},
    ],
    [
      'a unilateral act under a treaty',
      { route: 'UNILATERAL', location: abroad, grounds: treaty },
      {},
    ],
    ['a unilateral act at home', { route: 'UNILATERAL' }, opening()],
    [
      'public data abroad with access limits respected',
      { route: 'UNILATERAL', location: abroad, publiclyReleased: 'YES', accessLimits: respected },
      {},
    ],
    [
      'the same case by another method',
      { continues: ACQUISITION },
      { continued: sampleAcquisition() },
    ],
  ])('takes %s', (_what, input, context) => {
    expect(() => run(input, context)).not.toThrow();
  });

  it('lets platforms and exchanges collect at home only', () => {
    for (const kind of ['PLATFORM', 'EXCHANGE'] as const) {
      const caller = sampleCaller({}, { kind });
      expect(() => run({}, {}, caller)).not.toThrow();
      for (const other of route.options.filter((name) => name !== 'DOMESTIC')) {
        expectRefusal(
          () => run({ route: other, grounds: treaty }, {}, caller),
          'ROUTE_NOT_ALLOWED',
        );
      }
    }
  });

  it.each<[string, string[], Partial<AcquireInput>, Partial<AcquireContext>]>([
    [
      'what lies abroad',
      ['CROSS_BORDER', 'UNILATERAL'],
      { route: 'UNILATERAL', location: abroad, grounds: treaty },
      {},
    ],
    [
      'what may lie abroad',
      ['JURISDICTION_UNKNOWN', 'UNILATERAL'],
      { route: 'UNILATERAL', location: at('UNKNOWN'), grounds: treaty },
      {},
    ],
    ['a unilateral method', ['UNILATERAL'], {}, method()],
    [
      'a full copy',
      ['FULL_COPY_UNSEGREGATED'],
      { extent: { kind: 'FULL_COPY', justification: 'encrypted' } },
      {},
    ],
    [
      'a crawl without a statement',
      ['UNILATERAL', 'ACCESS_LIMITS_UNSTATED'],
      {},
      method('ACCESS_LIMITS_STATEMENT'),
    ],
    [
      'access limits passed by',
      ['ACCESS_LIMITS_NOT_RESPECTED'],
      { accessLimits: { respected: false, statement: 'rate limit exceeded' } },
      {},
    ],
    [
      'a standard not adopted',
      ['STANDARD_NOT_ADOPTED'],
      { standard: { id: 'iso-27037', version: 2 } },
      {},
    ],
  ])('flags %s', (_what, flags, input, context) => {
    expect(recordOf(run(input, context)).flags).toEqual(flags);
  });

  it('flags a key that the gateway holds', () => {
    expect(recordOf(run({}, {}, sampleCaller({ keyCustody: 'gateway' }))).flags).toEqual([
      'GATEWAY_HELD_KEY',
    ]);
  });

  it('never lets non-public data possibly abroad be taken without a ground', () => {
    const place = fc.constantFrom('CN', 'DE', 'UNKNOWN');
    fc.assert(
      fc.property(
        fc.record({
          system: place,
          medium: place,
          route: fc.constantFrom(...route.options),
          publiclyReleased: fc.constantFrom('YES' as const, 'NO' as const, 'UNKNOWN' as const),
          limits: fc.constantFrom(undefined, respected, { ...respected, respected: false }),
          grounds: fc.constantFrom<AcquireInput['grounds']>([], treaty, [
            { kind: 'ORDER' as const, reference: 'O-1' },
          ]),
          opens: fc.subarray(['DOMESTIC', 'ORDER', 'TREATY', 'CONSENT'] as const),
        }),
        ({ system, medium, limits, grounds, opens, ...rest }) => {
          const location = at(system, medium);
          const input = { ...rest, location, grounds, ...(limits ? { accessLimits: limits } : {}) };
          try {
            run(input, opening(...opens));
          } catch (error) {
            expect(error).toBeInstanceOf(ContractError);
            return;
          }
          const atHome = computeReach(location, 'CN').crossBorder === 'NO';
          const isPublic = rest.publiclyReleased === 'YES' && limits?.respected === true;
          const carried = grounds.some(({ kind }) => opens.includes(kind));
          expect(atHome || isPublic || carried).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a delayed notice', () => {
  const sealed = canonicalBytes({ location: abroad, salt: 'AAAAAAAAAAAAAAAAAAAAAA' });
  const { location: _, ...bare } = sampleAcquire({ route: 'MUTUAL_ASSISTANCE', grounds: treaty });
  const notice = (changes: object = {}) => ({
    ...bare,
    delayedNotice: {
      basis: { id: 'treaty', version: 1 },
      latest: NOW + 1000,
      sealed: toHex(sha256(sealed)),
      ...changes,
    },
  });
  const context = (changes: Partial<AcquireContext> = {}) =>
    sampleContext({ noticeBasis: sampleContext().legalBases[0], sealed, ...changes });

  it('shows nothing of the place, and keeps it with the collector', () => {
    const decision = acquire(notice(), context(), investigator);
    expect(recordOf(decision)).toMatchObject({
      crossBorder: 'SEALED',
      touched: [],
      flags: ['NOTICE_DELAYED'],
    });
    expect(decision.sealed).toEqual([
      { mspId: 'CnMSP', key: `location/${ACQUISITION}`, value: sealed },
    ]);
    const shown = JSON.stringify([decision.record, decision.also]);
    expect(shown).not.toContain('"DE"');
  });

  it('is the same to others wherever the place is', () => {
    const seal = (system: string) => {
      const bytes = canonicalBytes({ location: at(system), salt: 'AAAAAAAAAAAAAAAAAAAAAA' });
      const input = notice({ sealed: digest('0') });
      const { record } = acquire(
        { ...input, delayedNotice: { ...input.delayedNotice, sealed: toHex(sha256(bytes)) } },
        context({ sealed: bytes }),
        investigator,
      );
      return { ...(record as object), delayedNotice: null };
    };
    expect(seal('DE')).toEqual(seal('CN'));
    expect(seal('DE')).toEqual(seal('UNKNOWN'));
  });

  it('does not soften the rules for the place', () => {
    const { grounds: __, ...rest } = notice();
    expectRefusal(
      () => acquire({ ...rest, grounds: [] }, context(), investigator),
      'GROUND_REQUIRED',
    );
    expectRefusal(
      () => acquire({ ...notice(), route: 'DOMESTIC' }, context(), investigator),
      'ROUTE_CONTRADICTS_FACTS',
    );
  });

  it.each<[string, ErrorCode, object, Partial<AcquireContext>]>([
    ['no transient location', 'LOCATION_MISSING', {}, { sealed: undefined }],
    ['another location', 'SEAL_MISMATCH', { sealed: digest('0') }, {}],
    ['a date too late', 'NOTICE_DELAY_TOO_LONG', { latest: NOW + 86_400_001 }, {}],
    ['a date gone by', 'TIME_ORDER', { latest: NOW - 1 }, {}],
    [
      'a basis that allows no delay',
      'BASIS_DOES_NOT_OPEN',
      {},
      { noticeBasis: opening('TREATY').legalBases[0] },
    ],
  ])('is refused with %s', (_what, code, changes, contextChanges) => {
    expectRefusal(() => acquire(notice(changes), context(contextChanges), investigator), code);
  });

  it('is refused with a location that is not the canonical form of one', () => {
    const loose = new TextEncoder().encode(
      JSON.stringify({ salt: 'AAAAAAAAAAAAAAAAAAAAAA', location: abroad }),
    );
    expectRefusal(
      () =>
        acquire(notice({ sealed: toHex(sha256(loose)) }), context({ sealed: loose }), investigator),
      'BAD_INPUT',
    );
  });

  it('may last exactly as long as the parameter says', () => {
    expect(() =>
      acquire(notice({ latest: NOW + 86_400_000 }), context(), investigator),
    ).not.toThrow();
  });
});

describe('acquireInput', () => {
  it('takes exactly one of location and delayedNotice', () => {
    const delayedNotice = { basis: { id: 'treaty', version: 1 }, latest: NOW, sealed: digest('0') };
    const { location: _, ...bare } = sampleAcquire();
    expect(acquireInput.safeParse(sampleAcquire()).success).toBe(true);
    expect(acquireInput.safeParse({ ...bare, delayedNotice }).success).toBe(true);
    expect(acquireInput.safeParse({ ...sampleAcquire(), delayedNotice }).success).toBe(false);
    expect(acquireInput.safeParse(bare).success).toBe(false);
  });

  it.each([
    'crossBorder',
    'touched',
    'flags',
    'act',
    'jurisdiction',
  ])('does not let %s be claimed', (field) => {
    expect(acquireInput.safeParse({ ...sampleAcquire(), [field]: 'NO' }).success).toBe(false);
  });

  it('owes a reason and a legal basis (O-7, EVD-4)', () => {
    const { reason: _, ...rest } = sampleAcquire();
    expect(acquireInput.safeParse(rest).success).toBe(false);
    expect(acquireInput.safeParse(sampleAcquire({ legalBases: [] })).success).toBe(false);
  });
});
