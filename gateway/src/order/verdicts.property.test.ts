/**
 * Advice and checks say what the contract will: over random members, treaties, calendars and cases, under every
 * profile that is shipped, each verdict is held to the contract's own decision.
 */
import { ContractError } from '@tabellion/chaincode/kernel/errors';
import { identifyMember } from '@tabellion/chaincode/member/caller';
import { memberKey, parameterKey, referenceKey } from '@tabellion/chaincode/member/key';
import { type MemberRecord, role } from '@tabellion/chaincode/member/record';
import { sealContents } from '@tabellion/chaincode/order/content';
import { ORDER_DECISIONS } from '@tabellion/chaincode/order/decide';
import { type OrderProfile, orderProfileBody } from '@tabellion/chaincode/order/profile';
import { type IssueInput, issueInput } from '@tabellion/chaincode/order/record';
import { dataCategory, orderKind } from '@tabellion/chaincode/order/vocabulary';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { at, listShipped, plainCalendar } from '../../../chaincode/test/order-case.ts';
import { digest, sampleMember, sampleProfile } from '../../../chaincode/test/samples.ts';
import type { Records } from '../projection/records.ts';
import { projectedState } from '../projection/state.ts';
import { readAdviceGround } from './advice-ground.ts';
import { advice } from './advice-shape.ts';
import { advise } from './advise.ts';
import { checkOrder } from './check-order.ts';
import { type Facts, facts as factsOf } from './facts.ts';

const NOW = at('2026-09-01T10:00:00Z');
const RUNS = 150;
const STATES = ['DE', 'FR', 'US', 'SG', 'CN'];
const PROFILES = listShipped().map(({ id, version, body }) => ({
  ...{ id, version, body: orderProfileBody.parse(body) },
}));
const SALTS = { ADDRESSEE: 'A'.repeat(43), ENFORCING: `${'B'.repeat(42)}A` };

const MEMBERS: readonly (readonly [string, string, MemberRecord['kind']])[] = [
  ...STATES.map((state) => [`${state}StateMSP`, state, 'STATE'] as const),
  // A state may take part with two authorities, and companies with any.
  ['SgOtherMSP', 'SG', 'STATE'],
  ['FrOtherMSP', 'FR', 'STATE'],
  ['PlatformMSP', 'FR', 'PLATFORM'],
  ['ExchangeMSP', 'SG', 'EXCHANGE'],
  ['UsPlatformMSP', 'US', 'PLATFORM'],
  ['AuditorMSP', 'DE', 'AUDITOR'],
];

const names = MEMBERS.map(([mspId]) => mspId);
const seldom = fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0);
const often = seldom.map((drawn) => !drawn);

const worlds = fc.record({
  suspended: fc.array(fc.constantFrom(...names), { maxLength: 2 }),
  accepting: fc.array(fc.constantFrom(...names), { maxLength: names.length }),
  enabled: fc.boolean(),
  bound: fc.subarray(STATES, { minLength: 3 }),
  ended: fc.option(fc.constantFrom(...STATES), { freq: 4 }),
  reserving: fc.option(fc.constantFrom(...PROFILES.map(({ id }) => id)), { freq: 4 }),
  calendars: fc.subarray(STATES, { minLength: 4 }),
  short: fc.option(fc.constantFrom(...STATES), { freq: 4 }),
  late: fc.option(fc.constantFrom(...STATES), { freq: 8 }),
});
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

function build(world: World): Records {
  const of = new Map<string, unknown>();
  const put = (register: string, id: string, version: number, body: unknown) =>
    of.set(referenceKey(register as 'treaty', id, version), {
      entry: { register, id, version, body },
    });
  for (const [mspId, jurisdiction, kind] of MEMBERS) {
    const acceptedOrders = world.accepting.includes(mspId)
      ? orderKind.options.map((each) => ({ kind: each }))
      : [];
    of.set(
      memberKey(mspId),
      sampleMember({
        ...{ mspId, jurisdiction, kind, profile: { ...sampleProfile, acceptedOrders } },
        status: world.suspended.includes(mspId) ? 'SUSPENDED' : 'ACTIVE',
      }),
    );
  }
  const parties = world.bound.map((jurisdiction) => ({
    ...{ jurisdiction, from: 0, until: world.ended === jurisdiction ? NOW - 1 : null },
    reservations:
      world.reserving === null
        ? []
        : [{ article: '9', text: 'not towards it', closes: [world.reserving] }],
  }));
  for (const { id, version, body } of PROFILES) {
    put('orderProfile', id, version, { ...body, ...(world.enabled && { disabled: null }) });
    if (body.treaty !== null)
      put('treaty', body.treaty, 1, { title: 'T', instrument: 'T', edition: '1', parties });
  }
  for (const state of world.calendars)
    put('calendar', state.toLowerCase(), 1, {
      ...plainCalendar(state),
      ...(world.short === state && { to: '2026-09-03' }),
      ...(world.late === state && { from: '2026-09-02' }),
    });
  put('legalBasis', 'law', 1, {});
  of.set(parameterKey('timeWindowSeconds'), { value: 900 });
  return {
    find: (key: string) => of.has(key) && { key, record: of.get(key) },
    list: (prefix: string) =>
      [...of]
        .filter(([key]) => key.startsWith(`${prefix}/`))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, record]) => ({ key, record })),
  } as unknown as Records;
}

type Texts = Partial<Record<'ADDRESSEE' | 'ENFORCING', Record<string, string>>>;

/** What `order:issue` comes to, from the caller's certificate to what is sealed: the code of its refusal. */
async function contract(
  records: Records,
  caller: { readonly member: string; readonly role: string },
  draft: object,
  texts: Texts,
): Promise<string | undefined> {
  const state = projectedState(records);
  const id = 'b'.repeat(32);
  const copies = Object.fromEntries(
    Object.entries(texts).map(([party, fields]) => [
      party,
      canonicalBytes({
        ...{ type: 'tabellion.order-content', v: 1, order: id, for: party },
        salt: SALTS[party as keyof typeof SALTS],
        fields: Object.entries(fields).map(([field, text]) => ({ id: field, text })),
      }),
    ]),
  );
  const contents = Object.fromEntries(
    Object.entries(copies).map(([party, bytes]) => [party, toHex(sha256(bytes))]),
  );
  const parsed = issueInput.safeParse({ ...draft, id, contents });
  if (!parsed.success) return 'BAD_INPUT';
  const input = parsed.data;
  const credentials = {
    ...{ ...caller, person: 'p-0123456789abcdef' },
    ...{ certificate: digest('2'), keyCustody: 'person' as const },
  };
  try {
    const called = await identifyMember('order:issue')(
      credentials,
      { txId: digest('1'), at: NOW },
      state,
    );
    await ORDER_DECISIONS['order:issue'].decide({ input, caller: called, state } as never);
    const found = await state.list({} as never, `reference/orderProfile/${input.profile.id}/`);
    const profile = (found[0] as { entry: { body: OrderProfile } }).entry.body;
    const sealed = { order: input, issuer: caller.member, profile, digests: input.contents };
    sealContents(sealed, (party) => copies[party]);
    return undefined;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return error.code;
  }
}

const textsFor = (profile: OrderProfile, party: 'ADDRESSEE' | 'ENFORCING') =>
  Object.fromEntries(
    profile.content
      .filter(({ seenBy, mandatory }) => mandatory && seenBy.includes(party))
      .map(({ id }) => [id, 'as the law has it']),
  );

const jurisdictionOf = (mspId: string | undefined) =>
  MEMBERS.find(([name]) => name === mspId)?.[1] ?? 'XX';

interface Shape {
  readonly profile: { readonly id: string; readonly version: number };
  readonly categories: IssueInput['categories'];
  readonly issuer: string;
  readonly addressee: string;
  readonly enforcing?: string | undefined;
  readonly exempt: boolean;
}

/** An order of that shape, otherwise as whoever follows the advice would draft it. */
function draftOf({ profile: { id, version }, ...shape }: Shape): [draft: object, texts: Texts] {
  const { categories, issuer, addressee, enforcing, exempt } = shape;
  const { body } = PROFILES.find((each) => each.id === id)!;
  const calendar = (mspId: string) => ({ id: jurisdictionOf(mspId).toLowerCase(), version: 1 });
  const claims = exempt && (body.enforcing?.exception ?? null) !== null;
  const isTold =
    !claims && categories.some((each) => body.enforcing?.notifiedOf.includes(each) ?? false);
  const stated = body.clocks.flatMap(({ id: clock, period, categories: of }) =>
    period?.unit === 'STATED_DAY' &&
    (of === undefined || of.some((one) => categories.includes(one)))
      ? [{ clock, days: period.least }]
      : [],
  );
  return [
    {
      ...{ profile: { id, version }, case: 'DE-2026-1', categories, addressee },
      ...(enforcing !== undefined && { enforcing }),
      ...(claims && { notNotified: 'the exception is claimed' }),
      calendars: {
        ...{ ISSUER: calendar(issuer), ADDRESSEE: calendar(addressee) },
        ...(enforcing !== undefined && { ENFORCING: calendar(enforcing) }),
      },
      ...(stated.length > 0 && { stated }),
      ...{ legalBasis: { id: 'law', version: 1 }, reason: 'fraud' },
    },
    {
      ADDRESSEE: textsFor(body, 'ADDRESSEE'),
      ...(isTold && { ENFORCING: textsFor(body, 'ENFORCING') }),
    },
  ];
}

const callers = fc.record({
  member: fc.constantFrom('DEStateMSP', 'DEStateMSP', 'DEStateMSP', ...names),
  role: fc.constantFrom('judicialReviewer' as const, 'prosecutor' as const, ...role.options),
});
const asking = fc.record({
  kind: fc.constantFrom(...orderKind.options),
  categories: fc.uniqueArray(fc.constantFrom(...dataCategory.options), {
    ...{ minLength: 1, maxLength: 2 },
  }),
  addressee: fc.constantFrom(...names),
  exempt: seldom,
  volatile: fc.boolean(),
}) as fc.Arbitrary<Facts>;

it('advice opens what the contract takes, and closes with a code what it refuses', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, callers, asking, async (world, caller, facts) => {
      const records = build(world);
      const asked = { ...facts, at: NOW, role: caller.role };
      const given = advise(asked, readAdviceGround(records, caller.member, facts.addressee));
      const verdictsOn = async (route: { profile: Shape['profile'] }, whom: readonly string[]) => {
        const verdicts = [];
        for (const addressee of whom)
          for (const enforcing of [undefined, ...names]) {
            const { categories, exempt = false } = facts;
            const shape = { ...route, categories, issuer: caller.member, exempt };
            verdicts.push(
              await contract(records, caller, ...draftOf({ ...shape, addressee, enforcing })),
            );
          }
        return verdicts;
      };
      for (const route of [...given.open, ...given.openIf])
        expect(await verdictsOn(route, [route.addressee]), route.profile.id).toContain(undefined);
      const there = jurisdictionOf(facts.addressee);
      const whom = [
        ...new Set([
          facts.addressee,
          ...MEMBERS.flatMap(([name, state, kind]) =>
            kind === 'STATE' && state === there ? [name] : [],
          ),
        ]),
      ];
      for (const route of given.closed)
        if (route.reasons.some(({ code }) => code !== null))
          expect(await verdictsOn(route, whom), route.profile.id).not.toContain(undefined);
    }),
    { numRuns: RUNS },
  );
}, 600_000);

/** Who would issue under a profile, and to whom, where its own words are followed. */
function fittingFor({ issuing, issuedIn, addressedIn, addressee, enforcing, scope }: OrderProfile) {
  const state = issuedIn?.find((each) => STATES.includes(each)) ?? 'DE';
  const isAtHome = scope.connection.some(({ anyOf }) => anyOf.includes('SAME_STATE'));
  const [whom, there] = MEMBERS.find(
    ([name, jurisdiction, kind]) =>
      name !== `${state}StateMSP` &&
      addressee.kinds.includes(kind) &&
      (jurisdiction === state) === isAtHome &&
      (addressedIn?.includes(jurisdiction) ?? true),
  ) ?? ['FRStateMSP', 'FR'];
  const other = MEMBERS.find(
    ([name, jurisdiction, kind]) => kind === 'STATE' && jurisdiction === there && name !== whom,
  );
  return {
    caller: { member: `${state}StateMSP`, role: issuing[0]!.roles[0]! },
    shape: {
      ...{ categories: issuing[0]!.categories.slice(0, 1), addressee: whom },
      enforcing: enforcing === null ? undefined : other?.[0],
    },
  };
}

it('advice has an answer at any time', () => {
  const last = factsOf.shape.at.unwrap().maxValue!;
  const anytime = fc.oneof(fc.integer({ min: 0, max: last }), fc.constant(last));
  fc.assert(
    fc.property(worlds, callers, asking, anytime, (world, { member, role: asks }, facts, when) => {
      const ground = readAdviceGround(build(world), member, facts.addressee);
      advice.parse(advise({ ...facts, at: when, role: asks }, ground));
    }),
    { numRuns: RUNS },
  );
});

const drafts = fc.record({
  profile: fc.constantFrom(...PROFILES.map(({ id, version }) => ({ id, version }))),
  fits: often,
  categories: fc.uniqueArray(fc.constantFrom(...dataCategory.options), {
    ...{ minLength: 1, maxLength: 2 },
  }),
  addressee: fc.constantFrom(...names),
  enforcing: fc.option(fc.constantFrom(...names), { nil: undefined }),
  exempt: seldom,
  change: fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    {
      weight: 4,
      arbitrary: fc.constantFrom<object>(
        { stated: [{ clock: 'none', days: 3 }] },
        { stated: undefined },
        { follows: 'c'.repeat(32) },
        { reason: 'write to a@b.example' },
        { notNotified: 'nobody needs to know' },
        { calendars: { ISSUER: { id: 'de', version: 1 }, ADDRESSEE: { id: 'de', version: 1 } } },
        { categories: ['TRAFFIC', 'TRAFFIC'] },
        { more: 1 },
      ),
    },
  ),
  texts: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Texts>({}) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Texts>(
        { ADDRESSEE: {} },
        { ENFORCING: { a: 'x' } },
        { ADDRESSEE: { zz: 'x' } },
      ),
    },
  ),
});

it('a check refuses what the contract refuses, and nothing else', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(worlds, callers, drafts, async (world, stranger, drawn) => {
      const records = build(world);
      const { profile, fits, change, texts: others, ...any } = drawn;
      const { body } = PROFILES.find(({ id }) => id === profile.id)!;
      const fitting = fits ? fittingFor(body) : { caller: stranger, shape: any };
      const { caller, shape } = fitting;
      const { exempt } = any;
      const [draft, texts] = draftOf({ ...shape, exempt, profile, issuer: caller.member });
      // As it comes over the wire.
      const input = JSON.parse(JSON.stringify({ ...draft, ...change }));
      const contents = { ...texts, ...others };
      const findMember = (mspId: string) => records.find<MemberRecord>(memberKey(mspId))?.record;
      const issuer = findMember(caller.member)!;
      const act = { ...caller, jurisdiction: issuer.jurisdiction, at: NOW };
      const found = await checkOrder(
        { input, contents },
        { state: projectedState(records), issuer, findMember, act },
      );
      const refusal = await contract(records, caller, input, contents);
      taken += Number(refusal === undefined);
      const codes = found.findings.flatMap(({ severity, code }) =>
        severity === 'REFUSED' ? [code] : [],
      );
      if (refusal === undefined) expect(codes).toEqual([]);
      else expect(codes).not.toEqual([]);
    }),
    { numRuns: RUNS },
  );
  expect(taken).toBeGreaterThan(RUNS / 75);
}, 600_000);
