/** Where the clocks of an order stand, from its profile and from what happened to it. */
import type { Calendar } from './clock/calendar.ts';
import { DAY_MS } from './clock/day.ts';
import { findDue, type Period } from './clock/period.ts';
import { findSuspendedDue, type Suspension } from './clock/suspension.ts';
import type { Clock, OrderProfile } from './profile.ts';
import type { OrderRecord } from './record.ts';
import type { DataCategory, OrderEvent, Party, Validation } from './vocabulary.ts';

/** One thing that happened, in the order of the chain. */
export interface Fact {
  readonly event: OrderEvent;
  /** Whose word it is. */
  readonly by: Party;
  /** The instant that counts, milliseconds since 1970. */
  readonly at: number;
  /** A deadline that the issuer set anew, by the clock's id. */
  readonly sets?: { readonly clock: string; readonly due: number } | undefined;
  /** The contents were replaced. */
  readonly anew?: true | undefined;
}

/** What of an order decides which clocks it has. */
export interface Clocked {
  readonly profile: OrderProfile;
  readonly categories: readonly DataCategory[];
  /** Whether the enforcing authority is notified. */
  readonly isNotified: boolean;
  readonly validation: Validation;
  /** Days that the order states of its clocks. */
  readonly stated?: readonly { readonly clock: string; readonly days: number }[] | undefined;
  readonly facts: readonly Fact[];
  readonly calendars: Readonly<Partial<Record<Party, Calendar>>>;
}

/** What an order's record and its profile say of that. */
export const clockedOf = (
  { categories, notified, validation, stated }: OrderRecord,
  profile: OrderProfile,
) => ({ profile, categories, isNotified: notified, validation, stated });

/** `OPEN`: it has begun, and nothing that was owed has been done; whether it is over, the time tells. */
export type ClockState = 'WAITING' | 'OPEN' | 'SUSPENDED' | 'STOPPED';

export interface Reading {
  readonly clock: string;
  readonly state: ClockState;
  readonly startedAt: number | null;
  /** Whose word the beginning is. */
  readonly startedBy: Party | null;
  /** The last instant in time; null before it began, while suspended, and where there is no number. */
  readonly due: number | null;
  /** The calendar ends before it: reckoned by the week alone, and nobody is late by it. */
  readonly provisional?: true | undefined;
}

/** The clocks that the order has, in the profile's order. @throws ContractError `CALENDAR_ENDS` as {@link findDue}. */
export const readClocks = (order: Clocked): Reading[] =>
  order.profile.clocks.filter((clock) => runsFor(clock, order)).map((clock) => read(clock, order));

export const runsFor = (
  { categories, notified, validation }: Clock,
  order: Pick<Clocked, 'categories' | 'isNotified' | 'validation'>,
): boolean =>
  (validation === undefined || validation === order.validation) &&
  (categories === undefined || order.categories.some((each) => categories.includes(each))) &&
  (notified === undefined || notified === order.isNotified);

function read(clock: Clock, order: Clocked): Reading {
  const start = findStart(clock, order);
  if (start === undefined)
    return { clock: clock.id, state: 'WAITING', startedAt: null, startedBy: null, due: null };
  const later = order.facts.slice(start.index + 1);
  const suspensions = listSuspensions(clock, later);
  const { due, provisional } = dueOf(clock, start.at, { later, suspensions }, order);
  // Whoever has reviewed what it was told of owes nothing once the notice itself is recorded.
  const done = clock.starts === 'NOTICE_RECEIVED' ? sinceReplaced(order.facts) : later;
  const isStopped = done.some((fact) => fulfils(clock, fact));
  // What had run out before is over, whatever is raised afterwards.
  const isSuspended = suspensions.at(-1)?.to === null && due === null;
  return {
    clock: clock.id,
    state: isStopped ? 'STOPPED' : isSuspended ? 'SUSPENDED' : 'OPEN',
    startedAt: start.at,
    startedBy: start.by,
    due,
    ...(provisional && { provisional }),
  };
}

/** Whether what was owed by the clock is done; what one side lets pass, no other one has. */
export const fulfils = (
  { stops, obliges }: Pick<Clock, 'stops' | 'obliges'>,
  { event, by }: Pick<Fact, 'event' | 'by'>,
): boolean => stops.includes(event) && (event !== 'CLEARED' || by === obliges);

/** What happened since the contents were last replaced, all of it where they never were. */
export const sinceReplaced = <F extends Fact>(facts: readonly F[]): readonly F[] =>
  facts.slice(facts.findLastIndex(({ anew }) => anew) + 1);

/** Whether new contents begin the clock anew: before a gate opens by silence, they too are looked at. */
export const beginsAnew = ({ id }: Pick<Clock, 'id'>, { gates }: OrderProfile): boolean =>
  gates.some(({ opensWith }) => opensWith === id);

function findStart(clock: Clock, { facts, profile }: Clocked) {
  const index = facts.findLastIndex(({ event }) => event === clock.starts);
  const start = facts[index];
  const replaced = facts.findLastIndex(({ anew }) => anew);
  if (start === undefined || replaced <= index) return start && { index, ...start };
  // Who was told of other contents was not told of these.
  if (clock.starts === 'NOTICE_RECEIVED') return undefined;
  return beginsAnew(clock, profile)
    ? { index: replaced, at: facts[replaced]!.at, by: start.by }
    : { index, ...start };
}

function dueOf(
  { id, period: given, suspended, calendarOf }: Clock,
  startedAt: number,
  past: { readonly later: readonly Fact[]; readonly suspensions: readonly Suspension[] },
  { profile, calendars, stated }: Clocked,
): Pick<Reading, 'due' | 'provisional'> {
  const anew = past.later.findLastIndex(({ sets }) => sets?.clock === id);
  const set = past.later[anew]?.sets;
  if (set !== undefined)
    return { due: putOff(set.due, listSuspensions({ suspended }, past.later.slice(anew + 1))) };
  if (given === null) return { due: null };
  const period = settle(given, stated?.find(({ clock }) => clock === id)?.days);
  const calendar = calendars[calendarOf]!;
  const { extension } = profile;
  const times =
    extension?.clock === id ? past.later.filter(({ event }) => event === 'EXTENDED').length : 0;
  const whole = extension === null ? period : lengthen(period, extension.period ?? period, times);
  const after = suspended?.after ?? 'CONTINUES';
  const counted: Suspension[] = [];
  let due = findDue(whole, startedAt, calendar);
  for (const suspension of past.suspensions) {
    // What had run out before is not brought back.
    if (suspension.from > due) break;
    counted.push(suspension);
    const next = findSuspendedDue(whole, startedAt, { suspensions: counted, after }, calendar);
    if (next === null) return { due: null };
    due = next;
  }
  return whole.unit === 'HOUR' || calendar.knows(due) ? { due } : { due, provisional: true };
}

/** A deadline that was set as an instant, moved by as long as nothing was owed. */
function putOff(deadline: number, suspensions: readonly Suspension[]): number | null {
  let due = deadline;
  for (const { from, to } of suspensions) {
    if (from > due) break;
    if (to === null) return null;
    due += to - from;
  }
  return due;
}

/** Where the order says how long, by what it says; that it does is seen to when it is issued. */
const settle = (period: NonNullable<Clock['period']>, days: number | undefined): Period =>
  period.unit === 'STATED_DAY'
    ? { unit: 'DAY', amount: days ?? period.least, rollsOver: period.rollsOver }
    : period;

const lengthen = <P extends Period>(period: P, by: Period, times: number): P => ({
  ...period,
  amount: period.amount + times * by.amount,
});

/** From what happened after the start; one goes on until all that caused it has ended. */
function listSuspensions(
  { suspended }: Pick<Clock, 'suspended'>,
  later: readonly Fact[],
): Suspension[] {
  const found: Suspension[] = [];
  const causes = new Set<object>();
  for (const { event, at } of later) {
    for (const rule of suspended?.by ?? []) {
      if (rule.until.includes(event)) causes.delete(rule);
      if (rule.from === event) causes.add(rule);
    }
    const last = found.at(-1);
    if (last?.to !== null) {
      if (causes.size > 0) found.push({ from: at, to: null });
    } else if (causes.size === 0) {
      // Two members' clocks may differ by the window that the ledger allows.
      found[found.length - 1] = { from: last.from, to: Math.max(last.from, at) };
    }
  }
  return found;
}

/**
 * Whether the last instant in time is past; never while it is suspended or has no number, nor while it hangs
 * on days that the calendar does not hold yet: its next edition tells, and then it counts.
 */
export const isOver = ({ due, provisional }: Reading, at: number): boolean =>
  due !== null && !provisional && at > due;

/** Whether whoever had to act is late: the days of grace are over too. */
export const isLate = (reading: Reading, { graceDays }: Clock, at: number): boolean =>
  isOver(reading, at - graceDays * DAY_MS);
