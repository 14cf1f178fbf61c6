/**
 * Which ways the law leaves to what is asked for, fastest first, and why the others are closed (ORD-1, ORD-8,
 * ORD-14, ORD-20, ORD-27, CNS-10, CNS-11). What the contract judges is judged by its own rules; the facts
 * that it does not see, by what the profiles say of them. The same input gives the same bytes.
 */
import type { ContractError, ErrorCode } from '@tabellion/chaincode/kernel/errors';
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import type { Role } from '@tabellion/chaincode/member/record';
import type { Calendar } from '@tabellion/chaincode/order/clock/calendar';
import {
  findIssuing,
  type Issuing,
  isNotified,
  listRefusals,
  type Ruled,
  type RuledContext,
  type Side,
} from '@tabellion/chaincode/order/issue-rules';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import { listClosures, type Treaty } from '@tabellion/chaincode/order/route';
import type { OrderKind } from '@tabellion/chaincode/order/vocabulary';
import type { Advice, ClosedRoute, ClosingReason, OpenRoute, Routes } from './advice-shape.ts';
import { describeRoute } from './describe-route.ts';
import type { Facts } from './facts.ts';
import { listIssuerRefusals } from './issuer-refusals.ts';
import { judgeScope } from './judge-scope.ts';
import { findSpeed, rankSpeed } from './route-speed.ts';

export interface Edition {
  readonly governed: Governed;
  readonly profile: OrderProfile;
}

/** What stands on the ledger: members, and of each governed entry the current edition. */
export interface AdviceGround {
  readonly issuer: Side;
  /** Whom the facts name as the addressee. */
  readonly named: Side;
  /** The members that are of the state of the addressee: one has several authorities, or none that takes part. */
  readonly states: readonly Side[];
  readonly profiles: readonly Edition[];
  readonly treaties: ReadonlyMap<string, Treaty>;
  /** By jurisdiction. */
  readonly calendars: ReadonlyMap<string, Governed & { readonly calendar: Calendar }>;
}

export type Asked = Facts & { readonly at: number; readonly role: Role };

export function advise(asked: Asked, ground: AdviceGround): Advice {
  const { at, kind, categories } = asked;
  const isKept = kind === 'PRESERVE' || !asked.volatile;
  return {
    at,
    asked: { kind, categories },
    ...listRoutes(asked, ground),
    preserveFirst: isKept ? null : listRoutes({ ...asked, kind: 'PRESERVE' }, ground),
  };
}

/** Assistance between states may be asked for whatever is sought; what it takes to keep data has its own kind. */
const serves = (kind: OrderKind, asked: OrderKind): boolean =>
  kind === asked || (kind === 'ASSIST' && asked !== 'PRESERVE');

function listRoutes(asked: Asked, ground: AdviceGround): Routes {
  const open: (readonly [OpenRoute, readonly [number, number]])[] = [];
  const closed: ClosedRoute[] = [];
  for (const edition of ground.profiles) {
    if (!serves(edition.profile.kind, asked.kind)) continue;
    const found = judgeProfile(edition, asked, ground);
    if ('reasons' in found) closed.push(found);
    else open.push([found, rankSpeed(found.speed, edition.profile)]);
  }
  const sorted = open
    .sort(([one, first], [other, second]) => {
      const apart = first[0] - second[0] || first[1] - second[1];
      return apart || compareIds(one, other);
    })
    .map(([route]) => route);
  return {
    open: sorted.filter(({ questions }) => questions.length === 0),
    openIf: sorted.filter(({ questions }) => questions.length > 0),
    closed: closed.sort(compareIds),
  };
}

const compareIds = (one: { profile: Governed }, other: { profile: Governed }): number =>
  one.profile.id < other.profile.id ? -1 : 1;

/** One that takes part, where there is one, and is not among the others. */
const chooseState = (states: readonly Side[], others: readonly Side[]): Side | undefined => {
  const left = states.filter(({ mspId }) => others.every((other) => other.mspId !== mspId));
  return left.find(({ status }) => status === 'ACTIVE') ?? left[0];
};

/** Whom it can go to: who is named, or else the state that it is of, whichever of its authorities takes it. */
function listAddressees(
  { addressee: { kinds } }: OrderProfile,
  { issuer, named, states }: AdviceGround,
): readonly [Side, ...Side[]] {
  const others = states.filter(({ mspId }) => mspId !== named.mspId);
  const [first, ...more] = [named, ...others].filter(
    ({ mspId, kind }) => kinds.includes(kind) && mspId !== issuer.mspId,
  );
  return first === undefined ? [named] : [first, ...more];
}

/** To the first that it is open to; of closed ones, what closes it to the first. */
function judgeProfile(
  edition: Edition,
  asked: Asked,
  ground: AdviceGround,
): OpenRoute | ClosedRoute {
  const [first, ...more] = listAddressees(edition.profile, ground).map((addressee) =>
    judgeAddressed(edition, addressee, asked, ground),
  );
  return more.find((route) => 'reasons' in first! && !('reasons' in route)) ?? first!;
}

function judgeAddressed(
  { governed, profile }: Edition,
  addressee: Side,
  asked: Asked,
  ground: AdviceGround,
): OpenRoute | ClosedRoute {
  const { issuer } = ground;
  const { order, context } = draftOrder(governed, { profile, addressee }, asked, ground);
  const { at, role } = asked;
  const act: Issuing = { member: issuer.mspId, jurisdiction: issuer.jurisdiction, role, at };
  const outline = {
    profile: governed,
    title: profile.title,
    instrument: profile.instrument,
    article: profile.article,
    kind: profile.kind,
    urgency: profile.urgency,
    addressee: addressee.mspId,
  };
  const parties = { issuer, addressee, named: ground.named };
  const { closing, ...scope } = judgeScope(profile.scope, asked, parties);
  const refused = [
    ...listIssuerRefusals(issuer, role),
    ...listRefusals(order, context, act),
  ].flatMap((refusal) => explainRefusal(refusal, { order, context, act }));
  // A tie between the two states is the contract's to judge too: its word, with its code, says it once.
  const isSaid = ({ reason, article }: ClosingReason) =>
    refused.some((each) => each.reason === reason && each.article === article);
  const reasons = [...refused, ...closing.filter((each) => !isSaid(each))];
  if (reasons.length > 0) return { ...outline, reasons };
  const row = findIssuing(profile, order, act);
  const clocked = {
    profile,
    categories: order.categories,
    isNotified: isNotified(profile, order),
    validation: row.validation,
    calendars: Object.fromEntries(
      Object.entries(context.calendars).map(([party, { calendar }]) => [party, calendar]),
    ),
  };
  const speed = findSpeed(clocked, at);
  const described = describeRoute({ profile, row, speed, order, addressee, issuerRole: role });
  return { ...outline, ...described, ...scope, risks: [...described.risks, ...scope.risks] };
}

/** Only whether a party has a copy is judged, not which. */
const COPY = '0'.repeat(64);

/** The order as it would be issued, with the authority and the calendars that it needs. */
function draftOrder(
  governed: Governed,
  { profile, addressee }: { readonly profile: OrderProfile; readonly addressee: Side },
  { categories, exempt }: Asked,
  { issuer, states, treaties, calendars: known }: AdviceGround,
): { readonly order: Ruled; readonly context: RuledContext } {
  const enforcing =
    profile.enforcing === null ? undefined : chooseState(states, [issuer, addressee]);
  const isExempt = exempt === true && (profile.enforcing?.exception ?? null) !== null;
  const sides = {
    ISSUER: issuer,
    ADDRESSEE: addressee,
    ...(enforcing && { ENFORCING: enforcing }),
  };
  const found = Object.entries(sides).flatMap(([party, { jurisdiction }]) => {
    const calendar = known.get(jurisdiction);
    return calendar ? [[party, { jurisdiction, ...calendar }] as const] : [];
  });
  const notNotified = isExempt ? { notNotified: 'the exception is claimed' } : {};
  const told = isNotified(profile, { categories, ...notNotified });
  return {
    order: {
      ...{ profile: governed, categories, addressee: addressee.mspId, ...notNotified },
      ...(enforcing && { enforcing: enforcing.mspId }),
      calendars: Object.fromEntries(
        found.map(([party, { id, version }]) => [party, { id, version }]),
      ) as Ruled['calendars'],
      contents: { ADDRESSEE: COPY, ...(told && { ENFORCING: COPY }) },
    },
    context: {
      ...{ profile, addressee, enforcing, calendars: Object.fromEntries(found) },
      treaty: profile.treaty === null ? undefined : treaties.get(profile.treaty),
    },
  };
}

const REASONS: Partial<Record<ErrorCode, ClosingReason['reason']>> = {
  PROFILE_DISABLED: 'NOT_IN_FORCE',
  CATEGORY_NOT_ALLOWED: 'CATEGORY',
  MEMBER_SUSPENDED: 'ROLE',
  NOT_ALLOWED: 'ROLE',
  ISSUER_NOT_ALLOWED: 'ROLE',
  ADDRESSEE_NOT_ALLOWED: 'ADDRESSEE',
  NOT_ACCEPTED_BY_MEMBER: 'NOT_ACCEPTED',
  ENFORCING_MISMATCH: 'ENFORCING',
  CALENDAR_MISMATCH: 'CALENDAR',
  CALENDAR_ENDS: 'CALENDAR',
};

function toReason(
  code: ErrorCode,
  article: string | null,
  text: string,
  mend: string | null = null,
): ClosingReason {
  const reason = REASONS[code];
  if (reason === undefined) throw new Error(`${code} closes no route`);
  return { reason, code, article, text, mend };
}

function explainRefusal(
  refusal: ContractError,
  {
    order,
    context: { profile, addressee, treaty },
    act,
  }: { readonly order: Ruled; readonly context: RuledContext; readonly act: Issuing },
): ClosingReason[] {
  const { code, text } = refusal;
  switch (code) {
    case 'ROUTE_CLOSED': {
      const route = { issuer: act.jurisdiction, addressee: addressee!, treaty, at: act.at };
      return [...listClosures(order.profile.id, profile, route)].map((closure) => ({
        ...{ reason: closure.by, code, article: closure.article ?? null },
        ...{ text: closure.text, mend: null },
      }));
    }
    case 'PROFILE_DISABLED':
      return [toReason(code, profile.article, `${profile.disabled}`)];
    case 'ISSUER_NOT_ALLOWED': {
      const rows = profile.issuing.filter((row) =>
        order.categories.every((each) => row.categories.includes(each)),
      );
      const articles = rows.map(({ article }) => article).join(', ');
      const mend = rows.map(describeIssuing).join('; ');
      return [toReason(code, articles || profile.article, text, mend || null)];
    }
    case 'CATEGORY_NOT_ALLOWED':
    case 'ADDRESSEE_NOT_ALLOWED':
      return [toReason(code, profile.article, text)];
    case 'ENFORCING_MISMATCH':
      return [toReason(code, profile.enforcing?.article ?? null, text)];
    default:
      return [toReason(code, null, text)];
  }
}

const WHEN = { NONE: '', BEFORE: ' before it is served', AFTER: ' after it was issued' } as const;

const describeIssuing = ({
  article,
  roles,
  validators,
  validation,
}: OrderProfile['issuing'][number]): string =>
  validation === 'NONE'
    ? `${roles.join(' or ')} may issue it alone (${article})`
    : `${roles.join(' or ')} may issue it, validated by ${validators.join(' or ')}${WHEN[validation]} (${article})`;
