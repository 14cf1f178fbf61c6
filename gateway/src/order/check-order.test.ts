/** What is said of a draft before it is issued: every refusal of the contract, and every doubt. */
import type { State } from '@tabellion/chaincode/kernel/state';
import { memberKey, parameterKey, referenceKey } from '@tabellion/chaincode/member/key';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import { orderKey } from '@tabellion/chaincode/order/key';
import { describe, expect, it } from 'vitest';
import { at, readProfile } from '../../../chaincode/test/order-case.ts';
import { sampleAct, sampleMember } from '../../../chaincode/test/samples.ts';
import { type CheckContext, checkOrder, type OrderDraft, orderCheck } from './check-order.ts';
import { listFormFaults } from './identifier-form.ts';
import { readTimeRange } from './time-range.ts';

const NOON = at('2026-09-01T10:00:00Z');
const MEMBERS: readonly MemberRecord[] = [
  sampleMember({ mspId: 'DeMSP', jurisdiction: 'DE', kind: 'STATE' }),
  sampleMember({ mspId: 'FrMSP', jurisdiction: 'FR', kind: 'STATE' }),
  sampleMember({ mspId: 'PlatformMSP', jurisdiction: 'FR', kind: 'PLATFORM' }),
];

const calendar = (id: string, jurisdiction: string) => ({
  ...{ register: 'calendar', id, version: 1 },
  body: {
    ...{ title: jurisdiction, jurisdiction, source: 'made for a test', edition: '1' },
    ...{ from: '2026-01-01', to: '2027-12-31', restDays: [6, 7], holidays: [], workedDays: [] },
    offsets: [{ from: at('2025-12-31T00:00:00Z'), minutes: 120 }],
  },
});
const profile = (id: string, changes: object = {}) => ({
  ...{ register: 'orderProfile', id, version: 1 },
  body: { ...readProfile('eu-2023-1543.yaml', id.startsWith('epoc') ? id : 'epoc'), ...changes },
});
const parties = ['DE', 'FR'].map((jurisdiction) => ({
  ...{ jurisdiction, from: 0, until: null },
  reservations: [{ article: '9', text: 'not towards it', closes: ['reserved'] }],
}));
const ENTRIES = [
  ...[profile('epoc'), profile('epoc-emergency'), profile('epoc-pr')],
  ...[profile('disabled', { disabled: 'not in force' }), profile('reserved')],
  profile('accepted', { needsAcceptance: true }),
  { ...profile('old'), id: 'old', version: 1 },
  { ...profile('old'), id: 'old', version: 2 },
  ...[calendar('de', 'DE'), calendar('fr', 'FR')],
  { ...{ register: 'legalBasis', id: 'stpo', version: 1 }, body: {} },
  {
    ...{ register: 'treaty', id: 'eu-2023-1543', version: 1 },
    body: { title: 'EU', instrument: 'EU', edition: '1', parties },
  },
];
const STRANGE = 'e'.repeat(32);

const RECORDS = new Map<string, unknown>([
  ...MEMBERS.map((member) => [memberKey(member.mspId), member] as const),
  ...ENTRIES.map(
    (entry) =>
      [referenceKey(entry.register as 'calendar', entry.id, entry.version), { entry }] as const,
  ),
  [parameterKey('timeWindowSeconds'), { value: 900 }],
  [orderKey(STRANGE), { addressee: 'FrMSP', act: sampleAct({ member: 'CnMSP' }) }],
]);
const state: State = {
  find: async (_schema, key) => RECORDS.get(key) as never,
  load: async (_schema, key) => RECORDS.get(key) as never,
  list: async (_schema, prefix) =>
    [...RECORDS].filter(([key]) => key.startsWith(prefix)).map(([, record]) => record as never),
};

const first = (id: string) => ({ id, version: 1 });
const INPUT = {
  ...{ profile: first('epoc'), case: 'DE-2026-1', categories: ['TRAFFIC'] },
  ...{ addressee: 'PlatformMSP', enforcing: 'FrMSP', legalBasis: first('stpo'), reason: 'fraud' },
  calendars: { ISSUER: first('de'), ADDRESSEE: first('fr'), ENFORCING: first('fr') },
};
const SUMMARY = 'The suspect took the savings of forty people over the course of a winter';
const ADDRESSEE = {
  ...{ a: 'Amtsgericht', b: 'The platform', c: 'e-mail: someone@example.org', d: 'traffic' },
  ...{ e: '2026-01-01 to 2026-03-31', f: 'section 263' },
};
const ENFORCING = { ...ADDRESSEE, i: 'No milder means would do.', j: `${SUMMARY}.` };

type Changes = {
  readonly input?: object;
  readonly addressee?: Record<string, string>;
  readonly enforcing?: Record<string, string> | null;
  readonly facts?: OrderDraft['facts'];
  readonly role?: string;
};

async function check({ input, addressee = {}, enforcing = {}, facts, role }: Changes) {
  const draft: OrderDraft = {
    input: { ...INPUT, ...input },
    contents: {
      ADDRESSEE: { ...ADDRESSEE, ...addressee },
      ...(enforcing && { ENFORCING: { ...ENFORCING, ...addressee, ...enforcing } }),
    },
    ...(facts && { facts }),
  };
  const context: CheckContext = {
    state,
    issuer: MEMBERS[0]!,
    findMember: (mspId) => MEMBERS.find((member) => member.mspId === mspId),
    act: { member: 'DeMSP', jurisdiction: 'DE', role: role ?? 'judicialReviewer', at: NOON },
  };
  return orderCheck.parse(await checkOrder(draft, context));
}
const listed = async (changes: Changes) =>
  (await check(changes)).findings.map(({ code, field }) => `${code} ${field}`);

const bothCopies = (code: string, id: string) =>
  ['ADDRESSEE', 'ENFORCING'].map((party) => `${code} contents.${party}.${id}`);
const SUBSCRIBER = { categories: ['SUBSCRIBER'] };

describe('a draft', () => {
  it('that the contract takes and nothing is wrong with is clear', async () => {
    expect(await check({})).toEqual({ findings: [], refused: 0, doubtful: 0 });
    expect(await listed({ input: SUBSCRIBER, enforcing: null })).toEqual([]);
  });

  it.each<[title: string, changes: Changes, ...expected: string[]]>([
    ['no reason', { input: { reason: undefined } }, 'BAD_INPUT reason'],
    ['a name', { input: { reason: 'a@b.example' } }, 'BAD_INPUT reason'],
    [
      'several faults of form at once',
      { input: { reason: '', case: 'a b' } },
      ...['BAD_INPUT case', 'BAD_INPUT reason'],
    ],
    ['no basis', { input: { legalBasis: first('none') } }, 'REFERENCE_UNKNOWN legalBasis'],
    [
      'an old profile and an unknown calendar',
      {
        input: {
          profile: first('old'),
          calendars: { ...INPUT.calendars, ISSUER: first('xx') },
        },
      },
      ...['REFERENCE_SUPERSEDED profile', 'REFERENCE_UNKNOWN calendars.ISSUER'],
    ],
    [
      'a profile not in force',
      { input: { profile: first('disabled') } },
      'PROFILE_DISABLED profile',
    ],
    ['a reservation', { input: { profile: first('reserved') } }, 'ROUTE_CLOSED addressee'],
    [
      'an addressee that takes none',
      { input: { profile: first('accepted') } },
      'NOT_ACCEPTED_BY_MEMBER addressee',
    ],
    [
      'several rules at once',
      { input: { categories: ['ASSETS'], addressee: 'NobodyMSP' }, role: 'prosecutor' },
      ...['CATEGORY_NOT_ALLOWED categories', 'ISSUER_NOT_ALLOWED role'],
      ...['ADDRESSEE_NOT_ALLOWED addressee', 'ENFORCING_MISMATCH enforcing'],
      'CALENDAR_MISMATCH calendars',
    ],
    ['a prosecutor', { role: 'prosecutor' }, 'ISSUER_NOT_ALLOWED role'],
    ['an auditor', { role: 'auditor' }, 'NOT_ALLOWED role', 'ISSUER_NOT_ALLOWED role'],
    ['no copy for who is notified', { enforcing: null }, 'ENFORCING_MISMATCH enforcing'],
    ['the identifier of an order', { input: { id: STRANGE } }, 'ALREADY_EXISTS id'],
    ['no identifier', { input: { id: 'mine' } }, 'BAD_INPUT id'],
    ['another’s order before', { input: { follows: STRANGE } }, 'NOT_A_PARTY follows'],
    [
      'the calendar of another state',
      { input: { calendars: { ...INPUT.calendars, ISSUER: first('fr') } } },
      'CALENDAR_MISMATCH calendars',
    ],
  ])('with %s would be refused', async (_title, changes, ...expected) => {
    const { findings, refused } = await check(changes);
    const found = findings.filter(({ severity }) => severity === 'REFUSED');
    expect(found.map(({ code, field }) => `${code} ${field}`)).toEqual(expected);
    expect(refused).toBe(expected.length);
  });

  it.each<[title: string, changes: Changes, ...expected: string[]]>([
    [
      'what only the enforcing authority may see, before the addressee',
      { addressee: { j: 'as told' }, enforcing: { j: `${SUMMARY}.` } },
      'CONTENT_NOT_ALLOWED contents.ADDRESSEE.j',
    ],
    [
      'fields that nobody knows of, and one too long',
      { addressee: { zz: 'what?', f: 'y'.repeat(5000) }, enforcing: null, input: SUBSCRIBER },
      ...['BAD_INPUT contents.ADDRESSEE.f', 'CONTENT_NOT_ALLOWED contents.ADDRESSEE.zz'],
    ],
    [
      'an empty text',
      { addressee: { d: '' } },
      ...['BAD_INPUT contents.ADDRESSEE.d', 'BAD_INPUT contents.ENFORCING.d'],
      ...['BLANK_TEXT contents.ADDRESSEE.d', 'BLANK_TEXT contents.ENFORCING.d'],
    ],
  ])('with %s would be refused for its contents', async (_title, changes, ...expected) => {
    expect(await listed(changes)).toEqual(expected);
  });

  it('without mandatory fields, or without any copy, would be refused', async () => {
    const context: CheckContext = {
      ...{ state, issuer: MEMBERS[0]!, findMember: () => undefined },
      act: { member: 'DeMSP', jurisdiction: 'DE', role: 'judicialReviewer', at: NOON },
    };
    const input = { ...INPUT, ...SUBSCRIBER };
    const codes = async (contents: OrderDraft['contents']) =>
      (await checkOrder({ input, contents }, context)).findings
        .filter(({ severity }) => severity === 'REFUSED')
        .map(({ code, field }) => `${code} ${field}`);
    expect(await codes({})).toEqual(['CONTENT_MISSING contents.ADDRESSEE']);
    expect(await codes({ ADDRESSEE: { a: 'x', b: 'y' } })).toEqual([
      ...['CONTENT_NOT_ALLOWED contents.ADDRESSEE.d', 'CONTENT_NOT_ALLOWED contents.ADDRESSEE.f'],
    ]);
  });

  it('whose copy is larger than a copy may be would be refused', async () => {
    const long = Object.fromEntries(Array.from('abcdefgh', (id) => [id, '例'.repeat(4000)]));
    expect(await listed({ addressee: long, enforcing: null, input: SUBSCRIBER })).toContain(
      'CONTENT_MISMATCH contents.ADDRESSEE',
    );
  });

  it.each<[title: string, changes: Changes, ...expected: string[]]>([
    ['a placeholder', { addressee: { f: 'TBD.' } }, ...bothCopies('BLANK_TEXT', 'f')],
    ['dashes', { addressee: { f: ' – ' } }, ...bothCopies('BLANK_TEXT', 'f')],
    [
      'neither an identifier nor a time',
      { addressee: { c: 'n/a', e: '-' } },
      ...['BLANK_TEXT contents.ADDRESSEE.c', 'BLANK_TEXT contents.ADDRESSEE.e'],
      ...['BLANK_TEXT contents.ENFORCING.c', 'BLANK_TEXT contents.ENFORCING.e'],
      'NO_LIMITS contents.ADDRESSEE',
    ],
    [
      'a range of years',
      { addressee: { e: '2024-01-01/2026-01-01' } },
      'RANGE_TOO_LONG contents.ADDRESSEE.e',
    ],
    [
      'a range that ends before it begins',
      { addressee: { e: '2026-03-01 to 2026-01-01' } },
      'RANGE_REVERSED contents.ADDRESSEE.e',
    ],
    [
      'a range into the future',
      { addressee: { e: '2026-08-01 to 2026-12-01' } },
      'RANGE_IN_FUTURE contents.ADDRESSEE.e',
    ],
    [
      'words for a range',
      { addressee: { e: 'last spring' } },
      'RANGE_UNREADABLE contents.ADDRESSEE.e',
    ],
    [
      'every category',
      { input: { categories: ['SUBSCRIBER', 'IDENTIFICATION', 'TRAFFIC', 'CONTENT'] } },
      'EVERY_CATEGORY categories',
    ],
    [
      'identifiers of wrong form',
      { addressee: { c: 'phone: 030 1234567\nIP 1.2.3.4; ip: 1.2.3.400' } },
      ...['IDENTIFIER_FORM contents.ADDRESSEE.c', 'IDENTIFIER_FORM contents.ADDRESSEE.c'],
    ],
    [
      'the summary, in another letter case and over lines',
      { addressee: { h: `See: ${SUMMARY.toUpperCase().replaceAll(' ', '\n')}` } },
      'ENFORCING_TEXT_SHOWN contents.ADDRESSEE.h',
    ],
    [
      'copies that differ',
      { enforcing: { f: 'section 242' } },
      'COPIES_DIFFER contents.ENFORCING.f',
    ],
    [
      'an offence that does not open it',
      { facts: { serviceOffered: true, offence: { maximumMonths: 12, kinds: [] } } },
      'SCOPE_NOT_MET facts',
    ],
    ['facts that are not known', { facts: {} }, 'SCOPE_NOT_KNOWN facts', 'SCOPE_NOT_KNOWN facts'],
    [
      'an emergency that is none',
      {
        input: { ...SUBSCRIBER, profile: first('epoc-emergency') },
        ...{ addressee: { g: 'a threat to life' }, enforcing: null },
        facts: { serviceOffered: true, threats: [] },
      },
      'SCOPE_NOT_MET facts',
    ],
  ])('with %s will likely be rejected', async (_title, changes, ...expected) => {
    const { findings, refused } = await check(changes);
    expect(findings.map(({ code, field }) => `${code} ${field}`)).toEqual(expected);
    expect(refused).toBe(0);
  });

  it('is doubted also where what it rests on is not known', async () => {
    const changes = { input: { legalBasis: first('none') }, addressee: { f: 'tbd' } };
    const expected = ['REFERENCE_UNKNOWN legalBasis', ...bothCopies('BLANK_TEXT', 'f')];
    expect(await listed(changes)).toEqual(expected);
  });

  it('is not repeated in what is said of it', async () => {
    const secret = 'zebra@@crossing';
    const { findings } = await check({ addressee: { c: `e-mail: ${secret}`, e: secret } });
    expect(findings.length).toBeGreaterThan(1);
    expect(JSON.stringify(findings)).not.toContain('zebra');
  });
});

describe('an identifier', () => {
  it.each([
    ...[
      'someone@example.org',
      'e-mail: jürgen@bücher.example',
      '+493012345678',
      'phone: +8613912345678',
    ],
    ...[
      '192.0.2.7',
      'ip: 192.0.2.7:443',
      '2001:db8::1',
      'IP: [2001:db8::1]:443',
      'user: harbour_fan',
    ],
    ...[
      'https://example.org/u?id=1',
      'imei: 490154203237518',
      '490154203237518',
      '@handle',
      '12345',
    ],
    ...['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
    ...['someone@example.org; +493012345678, https://example.org/'],
  ])('is taken as %s', (text) => {
    expect([...listFormFaults(text)]).toEqual([]);
  });

  it.each([
    ...['someone@', 'someone@example', 'e-mail: someone', 'a@b@c.example', 'phone: 030 123456'],
    ...['+49 30 12345678', '0049 30 12345678', '+123', 'phone: +0123456789', '192.0.2.256'],
    ...[
      '192.0.2.0/24',
      'ip: 1.2.3',
      '2001:db8:::1',
      'ipv6: 192.0.2.7',
      'www.example.org',
      'url: ftp://x',
    ],
    ...['imei: 490154203237519', '490154203237519', 'imei: 49015420323751'],
    ...['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD'],
    ...['wallet: not-an-address', 'btc: 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3'],
  ])('is refused as %s', (text) => {
    expect([...listFormFaults(text)]).toMatchObject([{ entry: 1 }]);
  });
});

it('a time range is read as days or instants', () => {
  const day = (text: string) => at(`${text}T00:00:00Z`);
  expect(readTimeRange('2026-01-01 to 2026-01-31')).toEqual({
    ...{ from: day('2026-01-01'), to: day('2026-02-01') },
  });
  expect(readTimeRange('on 2026-01-05')).toEqual({
    from: day('2026-01-05'),
    to: day('2026-01-06'),
  });
  const exact = readTimeRange('2026-01-01T10:00+02:00 / 2026-01-01T12:00:30Z');
  expect(exact).toEqual({ from: at('2026-01-01T08:00:00Z'), to: at('2026-01-01T12:00:30Z') });
  for (const text of ['spring', '2026-02-30', '2026-01-01T10:00 to 2026-01-02', '01.02.2026'])
    expect(readTimeRange(text)).toBeUndefined();
});
