/** An order under a shipped profile, between states that the profile lets take part. */
import { Calendar } from '../src/order/clock/calendar.ts';
import type { IssueContext } from '../src/order/issue.ts';
import { type OrderProfile, orderProfileBody } from '../src/order/profile.ts';
import type { IssueInput } from '../src/order/record.ts';
import type { Treaty } from '../src/order/route.ts';
import {
  actOf,
  at,
  listShipped,
  OrderCase,
  PARTIES,
  plainCalendar,
  sampleIssue,
  sampleIssueContext,
} from './order-case.ts';
import { digest, sampleMember } from './samples.ts';

export interface ShippedOrder {
  readonly order: OrderCase;
  readonly profile: OrderProfile;
  readonly context: IssueContext;
}

interface Changes {
  /** Jurisdictions of the two, where they are not those that the profile asks for. */
  readonly issuer?: string;
  readonly addressee?: string;
  readonly role?: string;
  readonly categories?: IssueInput['categories'];
  readonly stated?: IssueInput['stated'];
  /** Of the addressee's state, to the treaty. */
  readonly reservations?: Treaty['parties'][number]['reservations'];
}

const calendarOf = (jurisdiction: string) => ({
  ...{ jurisdiction, calendar: new Calendar(plainCalendar(jurisdiction)) },
});

/** Issued on 1 September 2026, by whom the profile's first row names. */
export function beginShipped(id: string, changes: Changes = {}): ShippedOrder {
  const profile = orderProfileBody.parse(listShipped().find((entry) => entry.id === id)?.body);
  const isAtHome = profile.scope.connection.some(({ anyOf }) => anyOf.includes('SAME_STATE'));
  const { issuer = profile.issuedIn?.[0] ?? 'DE' } = changes;
  const { addressee = profile.addressedIn?.[0] ?? (isAtHome ? issuer : 'FR') } = changes;
  const { role = profile.issuing[0]!.roles[0]!, categories = profile.categories.slice(0, 1) } =
    changes;
  const { enforcing } = profile;
  const isNotified = categories.some((each) => enforcing?.notifiedOf.includes(each));
  const first = (name: string) => ({ id: name, version: 1 });
  const { enforcing: told, ...sample } = sampleIssue();
  const input: IssueInput = {
    ...{ ...sample, profile: first(id), categories },
    ...(enforcing && { enforcing: told }),
    ...(changes.stated && { stated: changes.stated }),
    calendars: {
      ...{ ISSUER: first('one'), ADDRESSEE: first('other') },
      ...(enforcing && { ENFORCING: first('other') }),
    },
    contents: { ADDRESSEE: digest('a'), ...(isNotified && { ENFORCING: digest('b') }) },
  };
  const side = (mspId: string, kind: 'STATE' | 'PLATFORM' | 'EXCHANGE' | 'AUDITOR') => ({
    ...sampleMember({ mspId, jurisdiction: addressee, kind }),
    profile: {
      ...sampleMember({}).profile,
      acceptedOrders: (['PRESERVE', 'PRODUCE', 'FREEZE', 'ASSIST'] as const).map((kind) => ({
        kind,
      })),
    },
  });
  const parties = [...new Set([issuer, addressee])].map((jurisdiction) => ({
    ...{ jurisdiction, from: 0, until: null },
    reservations: jurisdiction === addressee ? (changes.reservations ?? []) : [],
  }));
  const context = sampleIssueContext(profile, {
    treaty: { title: 'A treaty', instrument: 'A treaty', edition: '1', parties },
    addressee: side(PARTIES.ADDRESSEE.member, profile.addressee.kinds[0]!),
    enforcing: enforcing === null ? undefined : side(PARTIES.ENFORCING.member, 'STATE'),
    calendars: {
      ...{ ISSUER: calendarOf(issuer), ADDRESSEE: calendarOf(addressee) },
      ...(enforcing && { ENFORCING: calendarOf(addressee) }),
    },
  });
  const act = actOf('ISSUER', role, at('2026-09-01T08:00:00Z'), { jurisdiction: issuer });
  return { order: new OrderCase(input, context, act), profile, context };
}
