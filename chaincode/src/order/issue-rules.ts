/**
 * What an order has to keep to be issued: rules one by one, so that the contract stops at the first that
 * refuses it, while advice and a check before it is issued name them all.
 */
import { assertDistinct, assertRule, ContractError } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { MemberRecord } from '../member/record.ts';
import type { Calendar } from './clock/calendar.ts';
import { stands } from './gate.ts';
import type { OrderProfile } from './profile.ts';
import type { IssueInput } from './record.ts';
import { assertRoute, type Treaty } from './route.ts';
import { PARTIES, type Party } from './vocabulary.ts';

/** What of a member decides whether it can take part. */
export type Side = Pick<MemberRecord, 'mspId' | 'status' | 'kind' | 'jurisdiction' | 'profile'>;

/** What of an order is judged. */
export type Ruled = Pick<
  IssueInput,
  'profile' | 'categories' | 'addressee' | 'enforcing' | 'notNotified' | 'calendars' | 'contents'
>;
/** Who issues it, and when. */
export type Issuing = Pick<Act, 'member' | 'jurisdiction' | 'role' | 'at'>;

export interface RuledContext {
  readonly profile: OrderProfile;
  readonly treaty: Treaty | undefined;
  readonly addressee: Side | undefined;
  readonly enforcing: Side | undefined;
  /** As the input names them, with the jurisdiction that each is of. */
  readonly calendars: Readonly<
    Partial<Record<Party, { readonly jurisdiction: string; readonly calendar: Calendar }>>
  >;
}

type Rule = (input: Ruled, context: RuledContext, act: Issuing) => void;

const RULES: readonly Rule[] = [
  ({ categories }) => assertDistinct(categories),
  (input, { profile }) =>
    assertRule(profile.disabled === null, 'PROFILE_DISABLED', input.profile.id),
  assertCategories,
  (input, { profile }, act) => void findIssuing(profile, input, act),
  assertAddressee,
  assertAccepted,
  assertEnforcing,
  assertCalendars,
  assertCalendarsBegun,
  (input, { profile, addressee, treaty }, { jurisdiction: issuer, at }) => {
    if (addressee === undefined) return;
    assertRoute(input.profile.id, profile, { issuer, addressee, treaty, at });
  },
];

/** Every rule that refuses it, in the order in which they are judged: `issueOrder` names their codes. */
export function* listRefusals(
  input: Ruled,
  context: RuledContext,
  act: Issuing,
): Generator<ContractError> {
  for (const rule of RULES) {
    try {
      rule(input, context, act);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      yield error;
    }
  }
}

function assertCategories({ categories }: Ruled, { profile }: RuledContext): void {
  const strange = categories.find((category) => !profile.categories.includes(category));
  assertRule(strange === undefined, 'CATEGORY_NOT_ALLOWED', `${strange} under this profile`);
}

/**
 * Which row of the profile lets that role issue on all of the data; the one that asks least.
 * @throws ContractError `ISSUER_NOT_ALLOWED`.
 */
export function findIssuing(
  profile: OrderProfile,
  { categories }: Pick<Ruled, 'categories'>,
  { role }: Pick<Issuing, 'role'>,
): OrderProfile['issuing'][number] {
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
  { categories, notNotified }: Pick<Ruled, 'categories' | 'notNotified'>,
): boolean =>
  enforcing !== null &&
  notNotified === undefined &&
  categories.some((category) => enforcing.notifiedOf.includes(category));

function assertAddressee(
  input: Ruled,
  { profile, addressee }: RuledContext,
  { member }: Issuing,
): void {
  assertRule(input.addressee !== member, 'ADDRESSEE_NOT_ALLOWED', 'it is who issues it');
  assertRule(
    addressee?.status === 'ACTIVE' && profile.addressee.kinds.includes(addressee.kind),
    'ADDRESSEE_NOT_ALLOWED',
    `${input.addressee} is none of ${profile.addressee.kinds}`,
  );
}

function assertAccepted(input: Ruled, { profile, addressee }: RuledContext): void {
  const accepts = addressee?.profile.acceptedOrders.some(({ kind }) => kind === profile.kind);
  assertRule(
    !profile.needsAcceptance || accepts === true,
    'NOT_ACCEPTED_BY_MEMBER',
    `${input.addressee} takes no orders to ${profile.kind}`,
  );
}

/**
 * The state where it is carried out, and no other: who issues does not choose who may stop it.
 * @throws ContractError `ENFORCING_MISMATCH` where it is named and has no part, or has one and is not.
 */
function assertEnforcing(
  input: Ruled,
  { profile, enforcing, addressee }: RuledContext,
  { member, jurisdiction }: Issuing,
): void {
  const { notNotified, contents } = input;
  const fits: (condition: boolean, text: string) => asserts condition = (condition, text) =>
    assertRule(condition, 'ENFORCING_MISMATCH', text);
  if (profile.enforcing === null) {
    fits(input.enforcing === undefined, 'the profile knows no enforcing authority');
    fits(notNotified === undefined, 'there is nobody to be notified');
    fits(contents.ENFORCING === undefined, 'there is nobody to read it');
    return;
  }
  const excepted = notNotified === undefined || profile.enforcing.exception !== null;
  fits(excepted, 'the profile knows no exception from the notification');
  const isOwed = isNotified(profile, input);
  fits(!isOwed || input.enforcing !== undefined, 'the data call for a notification');
  const told = { notified: isOwed, categories: input.categories };
  const opens = profile.gates.some((gate) => gate.by === 'ENFORCING' && stands(gate, told));
  fits(!opens || input.enforcing !== undefined, 'a gate is for it to open');
  fits(isOwed === (contents.ENFORCING !== undefined), 'its copy goes with the notification');
  if (input.enforcing === undefined) return;
  fits(
    enforcing?.status === 'ACTIVE' && enforcing.kind === 'STATE',
    `${input.enforcing} is no state that takes part`,
  );
  fits(
    enforcing.jurisdiction === addressee?.jurisdiction,
    'it is another state’s than the addressee’s',
  );
  fits(![member, input.addressee].includes(input.enforcing), 'it is a party already');
  fits(enforcing.jurisdiction !== jurisdiction, 'it is the issuer’s own state');
}

/** Days are counted by the calendar of the state whose clock it is. */
function assertCalendars(
  { enforcing: named, calendars: asked }: Ruled,
  { addressee, enforcing, calendars }: RuledContext,
  act: Issuing,
): void {
  const of: Readonly<Record<Party, string | undefined>> = {
    ISSUER: act.jurisdiction,
    ADDRESSEE: addressee?.jurisdiction,
    ENFORCING: named === undefined ? undefined : enforcing?.jurisdiction,
  };
  for (const party of PARTIES) {
    const state = of[party];
    assertRule(
      (asked[party] !== undefined) === (state !== undefined) &&
        calendars[party]?.jurisdiction === state,
      'CALENDAR_MISMATCH',
      `${party}: the calendar of ${state ?? 'nobody'} is needed`,
    );
  }
}

/** No day before its first is reckoned. @throws ContractError `CALENDAR_ENDS`. */
function assertCalendarsBegun(_: Ruled, { calendars }: RuledContext, { at }: Issuing): void {
  for (const party of PARTIES) calendars[party]?.calendar.dayOf(at);
}
