import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { assertDistinct, assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import type { MemberRecord } from '../member/record.ts';
import type { Calendar } from './clock/calendar.ts';
import { type Fact, readClocks } from './clocks.ts';
import { isParty } from './entitlement.ts';
import { orderHeadKey, orderKey } from './key.ts';
import type { OrderProfile } from './profile.ts';
import type { IssueInput, OrderHeadRecord, OrderRecord } from './record.ts';
import { assertRoute, type Treaty } from './route.ts';
import type { Party } from './vocabulary.ts';

type Side = Pick<MemberRecord, 'mspId' | 'status' | 'kind' | 'jurisdiction' | 'profile'>;

export interface IssueContext {
  readonly exists: boolean;
  readonly profile: OrderProfile;
  readonly treaty: Treaty | undefined;
  readonly addressee: Side | undefined;
  readonly enforcing: Side | undefined;
  /** The order that this one follows. */
  readonly followed: OrderRecord | undefined;
  /** As the input names them, with the jurisdiction that each is of. */
  readonly calendars: Readonly<
    Partial<Record<Party, { readonly jurisdiction: string; readonly calendar: Calendar }>>
  >;
  readonly timeWindowSeconds: number;
}

/**
 * `order:issue`: an order under a profile, refused unless the profile lets this role ask this addressee for
 * these data (ORD-7, CNS-10, CNS-11). What it says stays private; what each party gets is checked apart.
 * @throws ContractError `ALREADY_EXISTS`, `DUPLICATE_ENTRY`, `PROFILE_DISABLED`, `CATEGORY_NOT_ALLOWED`,
 * `ISSUER_NOT_ALLOWED`, `ADDRESSEE_NOT_ALLOWED`, `ENFORCING_MISMATCH`, `CALENDAR_MISMATCH`,
 * `NOT_ACCEPTED_BY_MEMBER`, `ROUTE_CLOSED`, `NOT_A_PARTY`, `CALENDAR_ENDS`.
 */
export function issueOrder(input: IssueInput, context: IssueContext, act: Act): Decision {
  const { exists, profile, timeWindowSeconds } = context;
  assertRule(!exists, 'ALREADY_EXISTS', 'there is an order of that id');
  assertDistinct(input.categories);
  assertRule(profile.disabled === null, 'PROFILE_DISABLED', input.profile.id);
  const strange = input.categories.find((category) => !profile.categories.includes(category));
  assertRule(strange === undefined, 'CATEGORY_NOT_ALLOWED', `${strange} under this profile`);
  const row = findIssuing(profile, input, act);
  const addressee = assertAddressee(profile, input, context, act);
  const enforcing = assertEnforcing(profile, input, { ...context, addressee }, act);
  const { followed } = context;
  const isOwn = followed === undefined || isParty(followed, act.member);
  assertRule(isOwn, 'NOT_A_PARTY', 'of the order that this one follows');
  assertCalendars(input, context, { ISSUER: act, ADDRESSEE: addressee, ENFORCING: enforcing });
  const route = { issuer: act.jurisdiction, addressee, treaty: context.treaty, at: act.at };
  assertRoute(input.profile.id, profile, route);

  const record: OrderRecord = {
    type: 'tabellion.order',
    v: 1,
    ...input,
    kind: profile.kind,
    notified: isNotified(profile, input),
    validation: row.validation,
    jurisdictions: {
      ADDRESSEE: addressee.jurisdiction,
      ...(enforcing && { ENFORCING: enforcing.jurisdiction }),
    },
    timeWindowSeconds,
    act,
  };
  const head = beginOrder(record, profile, calendarsOf(context.calendars));
  return {
    key: orderKey(input.id),
    record,
    also: [{ key: orderHeadKey(input.id), record: head }],
    markers: [{ mspId: act.member, record }],
  };
}

/** Where an order stands once it is issued, and with it the clocks that its issue starts. */
export function beginOrder(
  record: OrderRecord,
  profile: OrderProfile,
  calendars: Partial<Record<Party, Calendar>>,
): OrderHeadRecord {
  const { act, contents } = record;
  const facts: Fact[] = [{ event: 'ISSUED', by: 'ISSUER', at: act.at }];
  const { categories, notified, validation } = record;
  return {
    type: 'tabellion.order-head',
    v: 1,
    order: record.id,
    sequence: 0,
    last: toHex(sha256(canonicalBytes(record))),
    recordedAt: act.at,
    status: validation === 'BEFORE' ? 'AWAITS_VALIDATION' : 'ISSUED',
    validated: validation === 'NONE',
    reported: null,
    opened: [],
    overdue: [],
    contents,
    facts,
    clocks: readClocks({
      ...{ profile, categories, isNotified: notified, validation, facts, calendars },
    }),
  };
}

export const calendarsOf = (named: IssueContext['calendars']): Partial<Record<Party, Calendar>> =>
  Object.fromEntries(Object.entries(named).map(([party, { calendar }]) => [party, calendar]));

/** Which row of the profile lets that role issue on all of the data; the one that asks least. */
export function findIssuing(
  profile: OrderProfile,
  { categories }: Pick<IssueInput, 'categories'>,
  { role }: Act,
) {
  const ofRole = profile.issuing.filter(({ roles }) => (roles as readonly string[]).includes(role));
  assertRule(ofRole.length > 0, 'ISSUER_NOT_ALLOWED', `${role} may issue nothing under it`);
  const strictness = ['NONE', 'AFTER', 'BEFORE'] as const;
  const fitting = strictness.flatMap((validation) =>
    ofRole.filter(
      (row) =>
        row.validation === validation && categories.every((each) => row.categories.includes(each)),
    ),
  );
  const [row] = fitting;
  assertRule(row !== undefined, 'ISSUER_NOT_ALLOWED', `${role} may not ask for ${categories}`);
  return row;
}

export const isNotified = (
  { enforcing }: OrderProfile,
  { categories, notNotified }: Pick<IssueInput, 'categories' | 'notNotified'>,
): boolean =>
  enforcing !== null &&
  notNotified === undefined &&
  categories.some((category) => enforcing.notifiedOf.includes(category));

function assertAddressee(
  profile: OrderProfile,
  input: IssueInput,
  { addressee }: IssueContext,
  { member }: Act,
) {
  assertRule(input.addressee !== member, 'ADDRESSEE_NOT_ALLOWED', 'it is who issues it');
  assertRule(
    addressee?.status === 'ACTIVE' && profile.addressee.kinds.includes(addressee.kind),
    'ADDRESSEE_NOT_ALLOWED',
    `${input.addressee} is none of ${profile.addressee.kinds}`,
  );
  const accepts = addressee.profile.acceptedOrders.some(({ kind }) => kind === profile.kind);
  assertRule(
    !profile.needsAcceptance || accepts,
    'NOT_ACCEPTED_BY_MEMBER',
    `${input.addressee} takes no orders to ${profile.kind}`,
  );
  return addressee;
}

/**
 * The state where it is carried out, and no other: who issues does not choose who may stop it.
 * @throws ContractError `ENFORCING_MISMATCH` where it is named and has no part, or has one and is not.
 */
function assertEnforcing(
  profile: OrderProfile,
  input: IssueInput,
  { enforcing, addressee }: Pick<IssueContext, 'enforcing'> & { readonly addressee: Side },
  { member }: Act,
) {
  const { notNotified, contents } = input;
  const fits: (condition: boolean, text: string) => asserts condition = (condition, text) =>
    assertRule(condition, 'ENFORCING_MISMATCH', text);
  if (profile.enforcing === null) {
    fits(input.enforcing === undefined, 'the profile knows no enforcing authority');
    fits(notNotified === undefined, 'there is nobody to be notified');
    fits(contents.ENFORCING === undefined, 'there is nobody to read it');
    return undefined;
  }
  const excepted = notNotified === undefined || profile.enforcing.exception !== null;
  fits(excepted, 'the profile knows no exception from the notification');
  const isOwed = isNotified(profile, input);
  fits(!isOwed || input.enforcing !== undefined, 'the data call for a notification');
  const opens = profile.gates.some(({ by, notified }) => by === 'ENFORCING' && !notified);
  fits(!opens || input.enforcing !== undefined, 'a gate is for it to open');
  fits(isOwed === (contents.ENFORCING !== undefined), 'its copy goes with the notification');
  if (input.enforcing === undefined) return undefined;
  fits(
    enforcing?.status === 'ACTIVE' && enforcing.kind === 'STATE',
    `${input.enforcing} is no state that takes part`,
  );
  fits(
    enforcing.jurisdiction === addressee.jurisdiction,
    'it is another state’s than the addressee’s',
  );
  fits(![member, input.addressee].includes(input.enforcing), 'it is a party already');
  return enforcing;
}

/** Days are counted by the calendar of the state whose clock it is. */
function assertCalendars(
  { calendars: named }: IssueInput,
  { calendars }: IssueContext,
  parties: Readonly<Record<Party, { readonly jurisdiction: string } | undefined>>,
): void {
  for (const party of ['ISSUER', 'ADDRESSEE', 'ENFORCING'] as const) {
    const of = parties[party]?.jurisdiction;
    assertRule(
      (named[party] !== undefined) === (of !== undefined) && calendars[party]?.jurisdiction === of,
      'CALENDAR_MISMATCH',
      `${party}: the calendar of ${of ?? 'nobody'} is needed`,
    );
  }
}
