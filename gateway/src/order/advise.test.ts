/** A table of cases: which ways are open, in which order, and why the others are closed. */

import type { MemberRecord, Role } from '@tabellion/chaincode/member/record';
import { Calendar, calendarBody } from '@tabellion/chaincode/order/clock/calendar';
import { type OrderProfile, orderProfileBody } from '@tabellion/chaincode/order/profile';
import type { Scope } from '@tabellion/chaincode/order/scope';
import { canonicalText } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { at, readProfile } from '../../../chaincode/test/order-case.ts';
import { sampleMember } from '../../../chaincode/test/samples.ts';
import { advice, type Routes } from './advice-shape.ts';
import { type AdviceGround, type Asked, advise } from './advise.ts';
import { facts } from './facts.ts';

const shipped = (id: string) => readProfile('eu-2023-1543.yaml', id);
const epoc = shipped('epoc');
const { content } = epoc;

/** What else a test needs: asked of a state, with nobody to be notified and no clock. */
const betweenStates = (scope: Partial<Scope>, changes: Partial<OrderProfile> = {}) =>
  orderProfileBody.parse({
    ...{ ...epoc, kind: 'ASSIST', treaty: 'assistance', enforcing: null, conflict: null },
    ...{ gates: [], clocks: [], grounds: [] },
    addressee: { kinds: ['STATE'], roles: ['centralAuthority'] },
    content: content
      .filter(({ seenBy }) => seenBy.includes('ADDRESSEE'))
      .map((field) => ({ ...field, seenBy: ['ADDRESSEE'] })),
    scope: {
      connection: [{ article: '25', anyOf: ['OTHER_STATE'] }],
      ...{ offences: [], sentence: null, emergency: null, dualCriminality: null, usual: null },
      ...scope,
    },
    ...changes,
  });

const months = { days: 300, source: 'ten months or longer, as was measured' };
const dual = {
  ...{ article: '14(1)', categories: ['TRAFFIC', 'CONTENT'] as const, unless: null, bars: true },
} as unknown as NonNullable<Scope['dualCriminality']>;
const approval: OrderProfile['gates'][number] = {
  ...{ id: 'approval', article: 'art. 4(3)', title: 'Approval by the competent authority' },
  ...{ by: 'ADDRESSEE', roles: ['centralAuthority'], blocks: 'EXECUTED' },
};

const PROFILES: Readonly<Record<string, OrderProfile>> = {
  epoc,
  'epoc-emergency': shipped('epoc-emergency'),
  'epoc-pr': shipped('epoc-pr'),
  'epoc-pr-emergency': shipped('epoc-pr-emergency'),
  mla: betweenStates({ usual: months, dualCriminality: { ...dual, bars: true } }),
};

const calendarOf = (jurisdiction: string, to = '2027-12-31') => ({
  ...{ id: jurisdiction.toLowerCase(), version: 1 },
  calendar: new Calendar(
    calendarBody.parse({
      ...{ title: jurisdiction, jurisdiction, source: 'made for a test', edition: '1' },
      ...{ from: '2026-01-01', to, restDays: [6, 7], holidays: [], workedDays: [] },
      offsets: [{ from: at('2025-12-31T00:00:00Z'), minutes: 120 }],
    }),
  ),
});

type Reservation =
  AdviceGround['treaties'] extends ReadonlyMap<string, infer T>
    ? T extends { parties: { reservations: (infer R)[] }[] }
      ? R
      : never
    : never;

const party = (
  jurisdiction: string,
  from = 0,
  until: number | null = null,
  reservations: Reservation[] = [],
) => ({ jurisdiction, from, until, reservations });
const treaty = (...parties: ReturnType<typeof party>[]) => ({
  ...{ title: 'An instrument', instrument: 'An instrument', edition: '1', parties },
});
const FOR_EPOC = [{ article: '9', text: 'not towards it', closes: ['epoc'] }];

const side = (mspId: string, jurisdiction: string, kind: MemberRecord['kind'], more = {}) =>
  sampleMember({ mspId, jurisdiction, kind, ...more });
const NOON = at('2026-09-01T10:00:00Z');

const withProfiles = (more: Readonly<Record<string, OrderProfile>>): Partial<AdviceGround> => ({
  profiles: Object.entries({ ...PROFILES, ...more }).map(([id, profile]) => ({
    ...{ governed: { id, version: 1 }, profile },
  })),
});

const groundWith = (changes: Partial<AdviceGround> = {}): AdviceGround => ({
  issuer: side('DeMSP', 'DE', 'STATE'),
  named: side('PlatformMSP', 'FR', 'PLATFORM'),
  states: [side('FrMSP', 'FR', 'STATE')],
  ...(withProfiles({}) as Pick<AdviceGround, 'profiles'>),
  treaties: new Map([
    ['eu-2023-1543', treaty(party('DE'), party('FR'))],
    ['assistance', treaty(party('DE'), party('FR'), party('CN'))],
  ]),
  calendars: new Map(['DE', 'FR', 'CN'].map((state) => [state, calendarOf(state)])),
  ...changes,
});

const OFFENCE = { maximumMonths: 60, kinds: [], bySystem: false, punishableThere: true };
const askedWith = (changes: Partial<Asked> = {}): Asked => {
  const {
    at: when,
    role,
    ...rest
  } = {
    ...{ kind: 'PRODUCE' as const, categories: ['SUBSCRIBER' as const], addressee: 'PlatformMSP' },
    ...{ at: NOON, role: 'judicialReviewer' as Role, serviceOffered: true, threats: [] },
    ...{ volatile: false, locations: ['US'], offence: OFFENCE },
    ...changes,
  };
  return { ...facts.parse(rest), at: when, role };
};

const TRAFFIC = { categories: ['TRAFFIC'] } satisfies Partial<Asked>;
const EMERGENCY = { threats: ['LIFE'] } satisfies Partial<Asked>;
const CHINA: Partial<AdviceGround> = {
  named: side('CnMSP', 'CN', 'STATE'),
  states: [side('CnMSP', 'CN', 'STATE')],
  ...withProfiles({
    'china-approval': betweenStates(
      { connection: [{ article: '36', anyOf: ['DATA_IN_STATE'] }], usual: null },
      { gates: [approval], kind: 'PRODUCE' },
    ),
  }),
};

interface Expected {
  readonly open?: readonly string[];
  readonly openIf?: readonly string[];
  /** By profile: why, as `REASON` or `REASON article`. */
  readonly closed?: Readonly<Record<string, readonly string[]>>;
}
type Case = readonly [
  title: string,
  asked: Partial<Asked>,
  ground: Partial<AdviceGround>,
  expected: Expected,
];

const idsOf = (routes: Routes['open']) => routes.map(({ profile }) => profile.id);
const reasonsOf = (routes: Routes, id: string) =>
  routes.closed
    .find(({ profile }) => profile.id === id)
    ?.reasons.map(({ reason, article }) => (article === null ? reason : `${reason} ${article}`));

const CASES: readonly Case[] = [
  ['an ordinary production: ten days, then assistance', {}, {}, { open: ['epoc', 'mla'] }],
  [
    'an emergency: eight hours before ten days before assistance',
    EMERGENCY,
    {},
    { open: ['epoc-emergency', 'epoc', 'mla'], openIf: [], closed: {} },
  ],
  [
    'no emergency closes what needs one',
    {},
    {},
    { closed: { 'epoc-emergency': ['EMERGENCY 3(18), 10(4)'] } },
  ],
  [
    'a threat that the instrument does not count is none',
    { threats: ['LOSS'] },
    {},
    { closed: { 'epoc-emergency': ['EMERGENCY 3(18), 10(4)'] } },
  ],
  [
    'a threat that is not known opens nothing silently',
    { threats: undefined },
    {},
    { open: ['epoc', 'mla'], openIf: ['epoc-emergency'] },
  ],
  [
    'whether the service is offered there is not known',
    { serviceOffered: undefined },
    {},
    { open: ['mla'], openIf: ['epoc'] },
  ],
  [
    'a service that is not offered there',
    { serviceOffered: false },
    {},
    { open: ['mla'], closed: { epoc: ['CONNECTION 1(1), 2(3)'] } },
  ],
  [
    'a prosecutor may not ask for traffic data; a judge may',
    { ...TRAFFIC, role: 'prosecutor' },
    {},
    { closed: { epoc: ['ROLE 4(2), 4(2)(b)'] } },
  ],
  [
    'a prosecutor may ask for subscriber data',
    { role: 'prosecutor' },
    {},
    { open: ['epoc', 'mla'] },
  ],
  [
    'a prosecutor may have traffic data preserved',
    { ...TRAFFIC, kind: 'PRESERVE', role: 'prosecutor' },
    {},
    { open: ['epoc-pr'], closed: { 'epoc-pr-emergency': ['ROLE 4(5)', 'EMERGENCY 3(18), 4(5)'] } },
  ],
  [
    'an investigator may, once validated',
    { ...TRAFFIC, role: 'investigator' },
    {},
    { open: ['epoc', 'mla'] },
  ],
  [
    'an offence below three years opens no traffic data',
    { ...TRAFFIC, offence: { ...OFFENCE, maximumMonths: 35 } },
    {},
    { open: ['mla'], closed: { epoc: ['OFFENCE 5(4)(a), 5(4)(b), 5(4)(c)'] } },
  ],
  [
    'nor does fraud without an information system',
    { ...TRAFFIC, offence: { ...OFFENCE, maximumMonths: 12, kinds: ['non-cash-fraud'] } },
    {},
    { open: ['mla'] },
  ],
  [
    'but fraud by means of one does',
    {
      ...TRAFFIC,
      offence: { ...OFFENCE, maximumMonths: 12, kinds: ['non-cash-fraud'], bySystem: true },
    },
    {},
    { open: ['epoc', 'mla'] },
  ],
  [
    'and terrorism, whatever the penalty',
    { ...TRAFFIC, offence: { ...OFFENCE, maximumMonths: 12, kinds: ['terrorism'] } },
    {},
    { open: ['epoc', 'mla'] },
  ],
  [
    'any offence opens subscriber data',
    { offence: { ...OFFENCE, maximumMonths: 6 } },
    {},
    { open: ['epoc', 'mla'] },
  ],
  [
    'an unknown offence opens traffic data only if',
    { ...TRAFFIC, offence: undefined },
    {},
    { open: [], openIf: ['epoc', 'mla'] },
  ],
  [
    'a short sentence is not carried out by it',
    { sentenceMonths: 3 },
    {},
    { closed: { epoc: ['SENTENCE 2(2), 5(3), 5(4)(d)'] } },
  ],
  [
    'an act that is not punishable there bars assistance, and may be a ground against the order',
    { ...TRAFFIC, offence: { ...OFFENCE, punishableThere: false } },
    {},
    { open: ['epoc'], closed: { mla: ['DUAL_CRIMINALITY 14(1)'] } },
  ],
  [
    'assets are no category of it',
    { categories: ['ASSETS'] },
    {},
    { open: [], closed: { epoc: ['CATEGORY 5, 10', 'ROLE 5, 10'] } },
  ],
  [
    'a reservation closes one profile and leaves the other',
    { ...EMERGENCY },
    { treaties: new Map([['eu-2023-1543', treaty(party('DE'), party('FR', 0, null, FOR_EPOC))]]) },
    { open: ['epoc-emergency'], closed: { epoc: ['RESERVATION 9'] } },
  ],
  [
    'a treaty that does not bind one state yet',
    {},
    { treaties: new Map([['eu-2023-1543', treaty(party('DE'), party('FR', NOON + 1))]]) },
    { open: [], closed: { epoc: ['NO_PARTY'], mla: ['NO_PARTY', 'NO_PARTY'] } },
  ],
  [
    'binds at that very instant',
    {},
    { treaties: new Map([['eu-2023-1543', treaty(party('DE'), party('FR', NOON))]]) },
    { open: ['epoc'] },
  ],
  [
    'and has ended for another',
    {},
    { treaties: new Map([['eu-2023-1543', treaty(party('DE', 0, NOON - 1), party('FR'))]]) },
    { open: [], closed: { epoc: ['NO_PARTY'] } },
  ],
  [
    'a profile that is not in force',
    {},
    withProfiles({ epoc: { ...epoc, disabled: 'Not in force on that day.' } }),
    { open: ['mla'], closed: { epoc: ['NOT_IN_FORCE 5, 10'] } },
  ],
  [
    'a profile of other states',
    {},
    withProfiles({ epoc: { ...epoc, issuedIn: ['US'] } }),
    { open: ['mla'], closed: { epoc: ['STATE'] } },
  ],
  [
    'a member that has not accepted such orders',
    {},
    withProfiles({ epoc: { ...epoc, needsAcceptance: true } }),
    { open: ['mla'], closed: { epoc: ['NOT_ACCEPTED'] } },
  ],
  [
    'one that has',
    {},
    {
      ...withProfiles({ epoc: { ...epoc, needsAcceptance: true } }),
      named: side('PlatformMSP', 'FR', 'PLATFORM', {
        profile: { ...sampleMember().profile, acceptedOrders: [{ kind: 'PRODUCE' }] },
      }),
    },
    { open: ['epoc', 'mla'] },
  ],
  [
    'a state that takes no part cannot be notified',
    TRAFFIC,
    { states: [] },
    { open: [], closed: { epoc: ['ENFORCING 8, 16'], mla: ['ADDRESSEE 5, 10'] } },
  ],
  [
    'nor is there a way to an addressee that is suspended',
    {},
    { named: side('PlatformMSP', 'FR', 'PLATFORM', { status: 'SUSPENDED' }) },
    { open: ['mla'], closed: { epoc: ['ADDRESSEE 5, 10'] } },
  ],
  [
    'a state without a calendar has no days that could be counted',
    {},
    { calendars: new Map([['DE', calendarOf('DE')]]) },
    { open: [], closed: { epoc: ['CALENDAR'] } },
  ],
  [
    'one whose calendar has run out closes nothing',
    {},
    { calendars: new Map([...groundWith().calendars, ['FR', calendarOf('FR', '2026-08-31')]]) },
    { open: ['epoc', 'mla'] },
  ],
  [
    'a platform at home is asked by domestic law',
    {},
    { named: side('PlatformMSP', 'DE', 'PLATFORM'), states: [side('DeMSP', 'DE', 'STATE')] },
    { open: [], closed: { epoc: ['CONNECTION 1(1)'] } },
  ],
  [
    'data in China wait for an approval that no clock opens; what is known to take months comes before',
    { addressee: 'CnMSP', locations: ['CN'] },
    CHINA,
    { open: ['mla', 'china-approval'] },
  ],
  [
    'where the data are is not known',
    { addressee: 'CnMSP', locations: undefined },
    CHINA,
    { open: ['mla'], openIf: ['china-approval'] },
  ],
  [
    'one place of several is not known',
    { addressee: 'CnMSP', locations: ['US', 'UNKNOWN'] },
    CHINA,
    { open: ['mla'], openIf: ['china-approval'] },
  ],
  [
    'the data are elsewhere',
    { addressee: 'CnMSP', locations: ['US'] },
    CHINA,
    { open: ['mla'], closed: { 'china-approval': ['CONNECTION 36'] } },
  ],
];

it('has a table of at least twenty-five cases', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(25);
});

describe('of the ways of the law', () => {
  it.each(CASES)('%s', (_title, changes, ground, expected) => {
    const given = advice.parse(advise(askedWith(changes), groundWith(ground)));
    if (expected.open) expect(idsOf(given.open)).toEqual(expected.open);
    if (expected.openIf) expect(idsOf(given.openIf)).toEqual(expected.openIf);
    for (const [id, reasons] of Object.entries(expected.closed ?? {}))
      expect(reasonsOf(given, id), id).toEqual(reasons);
    const kinds = Object.values(PROFILES).filter(({ kind }) =>
      (given.asked.kind === 'PRESERVE' ? ['PRESERVE'] : ['ASSIST', given.asked.kind]).includes(
        kind,
      ),
    );
    const all = [...given.open, ...given.openIf, ...given.closed];
    expect(all.length).toBeGreaterThanOrEqual(kinds.length);
  });
});

describe('advice', () => {
  const adviseOn = (changes: Partial<Asked>, ground: Partial<AdviceGround> = {}) =>
    advise(askedWith(changes), groundWith(ground));

  it('tells the due instant that the clocks of the contract give', () => {
    const [fast, slow, last] = adviseOn(EMERGENCY).open;
    // The hour of the event does not count, nor its day; midnight in Paris is two hours earlier.
    expect(new Date(fast!.speed.due!).toISOString()).toBe('2026-09-01T18:59:59.999Z');
    expect(new Date(slow!.speed.due!).toISOString()).toBe('2026-09-11T21:59:59.999Z');
    expect(fast!.speed.clock).toBe('produce-emergency');
    expect(last!.speed).toMatchObject({ due: null, clock: null, usualDays: 300 });
  });

  it('is the same bytes for the same input, in whatever order profiles are held', () => {
    const { profiles } = groundWith();
    const turned = adviseOn(EMERGENCY, { profiles: profiles.toReversed() });
    expect(canonicalText(turned)).toBe(canonicalText(adviseOn(EMERGENCY)));
  });

  it('breaks ties by the name of the profile', () => {
    const { open } = adviseOn({}, withProfiles({ another: epoc, zed: epoc }));
    expect(idsOf(open)).toEqual(['another', 'epoc', 'zed', 'mla']);
  });

  it('ranks an emergency without a number before what usually takes months', () => {
    const scope = { emergency: { article: '9', threats: ['LIFE' as const] } };
    const urgent = betweenStates(scope, { urgency: 'EMERGENCY' });
    const slow = betweenStates({ usual: { days: 30, source: 'as the states say' } });
    const { open } = adviseOn(
      EMERGENCY,
      withProfiles({ urgent, slow, unknown: betweenStates({}) }),
    );
    const expected = ['epoc-emergency', 'epoc', 'urgent', 'slow', 'mla', 'unknown'];
    expect(idsOf(open)).toEqual(expected);
  });

  it('names who could issue it instead', () => {
    const { closed } = adviseOn({ ...TRAFFIC, role: 'prosecutor' });
    const [reason] = closed.find(({ profile }) => profile.id === 'epoc')!.reasons;
    expect(reason).toMatchObject({ reason: 'ROLE', code: 'ISSUER_NOT_ALLOWED' });
    expect(reason!.mend).toBe(
      'judicialReviewer may issue it alone (4(2)); ' +
        'investigator may issue it, validated by judicialReviewer before it is served (4(2)(b))',
    );
  });

  it('names steps, who is notified, and what the route rests on', () => {
    const [route] = adviseOn({ ...TRAFFIC, role: 'investigator' }).open;
    expect(route!.validation).toBe('BEFORE');
    expect(route!.notified).toMatchObject({ member: 'FrMSP', article: '8, 16' });
    expect(route!.steps.map(({ event }) => event)).toEqual([
      ...['ISSUED', 'VALIDATED', 'SERVED', 'NOTICE_RECEIVED', 'CLEARED', 'DELIVERED'],
    ]);
    expect(route!.restsOn.map(({ fact }) => fact)).toEqual([
      ...['addressee', 'serviceOffered', 'holderIn', 'offence'],
    ]);
    const unnotified = adviseOn({ ...TRAFFIC, exempt: true }).open[0]!;
    expect(unnotified.notified).toBeNull();
    expect(unnotified.steps.map(({ event }) => event)).toEqual(['ISSUED', 'SERVED', 'DELIVERED']);
  });

  it('says by when it must be validated after it was issued', () => {
    const { open } = adviseOn({ ...EMERGENCY, role: 'investigator', kind: 'PRESERVE' });
    const route = open.find(({ profile }) => profile.id === 'epoc-pr-emergency')!;
    const validated = route.steps.find(({ event }) => event === 'VALIDATED')!;
    expect(validated.text).toContain('2026-09-03T10:59:59.999Z');
  });

  it('says until when data are kept', () => {
    const [route] = adviseOn({ kind: 'PRESERVE' }).open;
    expect(route!.profile.id).toBe('epoc-pr');
    expect(route!.speed).toMatchObject({ due: null, keptFrom: NOON });
    expect(route!.steps.at(-1)!.text).toBe(
      'Keep the data for sixty days: until 2026-11-02T21:59:59.999Z, then it lapses.',
    );
  });

  it('puts a question where a fact is missing, and names the fact', () => {
    const { openIf } = adviseOn({ ...TRAFFIC, offence: undefined, threats: undefined });
    const route = openIf.find(({ profile }) => profile.id === 'epoc-emergency')!;
    expect(route.questions.map(({ fact }) => fact)).toEqual(['offence', 'threats']);
    expect(route.questions[0]!.text).toContain('Terrorism');
    expect(route.risks).toEqual([
      { article: '12(1)(d)', text: expect.stringContaining('may be refused') },
    ]);
  });

  it('has volatile data kept first', () => {
    expect(adviseOn({}).preserveFirst).toBeNull();
    expect(adviseOn({ volatile: undefined }).preserveFirst).toBeNull();
    const { preserveFirst } = adviseOn({ volatile: true });
    expect(idsOf(preserveFirst!.open)).toEqual(['epoc-pr']);
    expect(reasonsOf(preserveFirst!, 'epoc-pr-emergency')).toEqual([
      ...['ROLE 4(5)', 'EMERGENCY 3(18), 4(5)'],
    ]);
    expect(adviseOn({ volatile: true, kind: 'PRESERVE' }).preserveFirst).toBeNull();
  });

  it('says under which conditions the addressee accepts such orders', () => {
    const acceptedOrders = [{ kind: 'PRODUCE' as const, reservation: 'not in tax matters' }];
    const profile = { ...sampleMember().profile, acceptedOrders };
    const named = side('PlatformMSP', 'FR', 'PLATFORM', { profile });
    const [route] = adviseOn({}, { named }).open;
    expect(route!.risks.map(({ text }) => text)).toEqual([
      'PlatformMSP accepts such orders but for: not in tax matters',
    ]);
  });

  it('counts the loss of the data themselves where a profile does', () => {
    const loss = { emergency: { article: '31(3)', threats: ['LOSS' as const] } };
    const urgent = betweenStates(loss, { urgency: 'EMERGENCY' });
    const open = (volatile: boolean | undefined) =>
      adviseOn({ volatile, threats: undefined }, withProfiles({ urgent }));
    expect(idsOf(open(true).open)).toContain('urgent');
    expect(idsOf(open(undefined).openIf)).toContain('urgent');
    expect(reasonsOf(open(false), 'urgent')).toEqual(['EMERGENCY 31(3)']);
  });
});

it('facts that name a category twice, or a fact that nobody knows of, are refused', () => {
  const given = { kind: 'PRODUCE', categories: ['TRAFFIC', 'TRAFFIC'], addressee: 'FrMSP' };
  expect(facts.safeParse(given).success).toBe(false);
  const stranger = { ...given, categories: ['TRAFFIC'], mood: 'good' };
  expect(facts.safeParse(stranger).success).toBe(false);
});
