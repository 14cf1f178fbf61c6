import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { assertRule } from '../kernel/errors.ts';
import type { Act, Governed } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import type { Calendar } from './clock/calendar.ts';
import { clockedOf, type Fact, readClocks } from './clocks.ts';
import { isParty } from './entitlement.ts';
import { findIssuing, isNotified, listRefusals, type RuledContext } from './issue-rules.ts';
import { orderHeadKey, orderKey } from './key.ts';
import type { OrderProfile } from './profile.ts';
import type { IssueInput, OrderHeadRecord, OrderRecord } from './record.ts';
import { assertStated } from './stated.ts';
import type { Party } from './vocabulary.ts';

export interface IssueContext extends RuledContext {
  readonly exists: boolean;
  /** Which edition of the treaty is the current one. */
  readonly treatyEdition: Governed | undefined;
  /** The order that this one follows. */
  readonly followed: OrderRecord | undefined;
  readonly timeWindowSeconds: number;
}

/**
 * `order:issue`: an order under a profile, refused unless the profile lets this role ask this addressee for
 * these data (ORD-7, CNS-10, CNS-11). What it says stays private; what each party gets is checked apart.
 * @throws ContractError `ALREADY_EXISTS`, `DUPLICATE_ENTRY`, `PROFILE_DISABLED`, `CATEGORY_NOT_ALLOWED`,
 * `ISSUER_NOT_ALLOWED`, `ADDRESSEE_NOT_ALLOWED`, `ENFORCING_MISMATCH`, `CALENDAR_MISMATCH`,
 * `NOT_ACCEPTED_BY_MEMBER`, `ROUTE_CLOSED`, `NOT_A_PARTY`, `CLOCK_UNKNOWN`, `BAD_INPUT`, `CALENDAR_ENDS`.
 */
export function issueOrder(input: IssueInput, context: IssueContext, act: Act): Decision {
  const { exists, profile, treatyEdition, followed, timeWindowSeconds } = context;
  assertRule(!exists, 'ALREADY_EXISTS', 'there is an order of that id');
  for (const refusal of listRefusals(input, context, act)) throw refusal;
  const isOwn = followed === undefined || isParty(followed, act.member);
  assertRule(isOwn, 'NOT_A_PARTY', 'of the order that this one follows');
  const row = findIssuing(profile, input, act);
  const enforcing = input.enforcing === undefined ? undefined : context.enforcing;

  const record: OrderRecord = {
    type: 'tabellion.order',
    v: 1,
    ...input,
    kind: profile.kind,
    ...(treatyEdition && { treaty: treatyEdition }),
    notified: isNotified(profile, input),
    validation: row.validation,
    jurisdictions: {
      ADDRESSEE: context.addressee!.jurisdiction,
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

/**
 * Where an order stands once it is issued, and with it the clocks that its issue starts.
 * @throws ContractError `DUPLICATE_ENTRY`, `CLOCK_UNKNOWN`, `BAD_INPUT`, `CALENDAR_ENDS`.
 */
export function beginOrder(
  record: OrderRecord,
  profile: OrderProfile,
  calendars: Partial<Record<Party, Calendar>>,
): OrderHeadRecord {
  const { act, contents } = record;
  const clocked = clockedOf(record, profile);
  assertStated(clocked);
  const facts: Fact[] = [{ event: 'ISSUED', by: 'ISSUER', at: act.at }];
  return {
    type: 'tabellion.order-head',
    v: 1,
    order: record.id,
    sequence: 0,
    last: toHex(sha256(canonicalBytes(record))),
    recordedAt: act.at,
    status: record.validation === 'BEFORE' ? 'AWAITS_VALIDATION' : 'ISSUED',
    validated: record.validation === 'NONE',
    reported: null,
    opened: [],
    overdue: [],
    contents,
    facts,
    clocks: readClocks({ ...clocked, facts, calendars }),
  };
}

export const calendarsOf = (named: IssueContext['calendars']): Partial<Record<Party, Calendar>> =>
  Object.fromEntries(Object.entries(named).map(([party, { calendar }]) => [party, calendar]));
