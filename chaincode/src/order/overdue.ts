/** Who is late: whether an end passed without what was owed, by somebody for whom nobody else kept waiting. */
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import { type Fact, fulfils, isLate, type Reading, sinceReplaced } from './clocks.ts';
import { stands } from './gate.ts';
import type { Clock } from './profile.ts';
import type { OrderHeadRecord } from './record.ts';
import { clockOf, type StepContext } from './step-context.ts';
import type { Party } from './vocabulary.ts';

type Standing = Pick<StepContext, 'order' | 'head' | 'profile'>;
type Readings = Standing & { readonly readings: readonly Reading[] };

/**
 * Nobody is compelled who may still comply; whoever says that it will not has had its say.
 * @throws ContractError `NOT_OVERDUE`.
 */
export function assertFailed({ head, profile, readings }: Readings, at: number): void {
  if (head.status === 'REPORTED') return;
  const owed = readings.filter((reading) => {
    const { state, due } = reading;
    const hasEnd = state === 'SUSPENDED' || (state === 'OPEN' && due !== null);
    return hasEnd && isDeadline(clockOf(profile, reading));
  });
  const isPast = (reading: Reading) => isLate(reading, clockOf(profile, reading), at);
  const running = owed.find((reading) => !isPast(reading));
  const hasFailed = running === undefined || owed.some(isPast);
  assertRule(hasFailed, 'NOT_OVERDUE', `${running?.clock} is not over`);
}

/** @throws ContractError `CLOCK_UNKNOWN`, `NOT_OVERDUE`, `OWN_CLOCK`, `NO_CHANGE`. */
export function assertOverdue(
  name: string,
  context: Readings & { readonly by: Party },
  act: Act,
): void {
  const { profile, head, by, readings } = context;
  const reading = readings.find(({ clock }) => clock === name);
  assertRule(reading !== undefined, 'CLOCK_UNKNOWN', `${name} does not run for this order`);
  const clock = clockOf(profile, reading);
  assertRule(isOverdue(reading, clock, context, act.at), 'NOT_OVERDUE', `${name} is not over`);
  // Nobody makes another one late by its own word alone.
  const isOwn = reading.startedBy === by && clock.obliges !== by;
  assertRule(!isOwn, 'OWN_CLOCK', `${name} began by the word of the ${by}`);
  assertRule(!head.overdue.includes(name), 'NO_CHANGE', `${name} is marked`);
}

/** Whether it is over without what was owed, so that somebody is late or the order lapsed. */
export const isOverdue = (
  reading: Reading,
  clock: Clock,
  standing: Standing,
  at: number,
): boolean => clock.silence !== 'CLOSES' && isMissed(reading, clock, standing, at);

const isMissed = (reading: Reading, clock: Clock, standing: Standing, at: number): boolean =>
  reading.state === 'OPEN' &&
  isLate(reading, clock, at) &&
  !waitsForIssuer(reading, clock, standing);

/** Clocks by which the step was owed and that were over. */
export const listLate = (
  fact: Pick<Fact, 'event' | 'by'>,
  readings: readonly Reading[],
  standing: Standing,
  at: number,
): string[] =>
  readings
    .filter((reading) => {
      const clock = clockOf(standing.profile, reading);
      return fulfils(clock, fact) && isMissed(reading, clock, standing, at);
    })
    .map(({ clock }) => clock);

/** Whether the addressee waits for the issuer, or did so when its time ended, and not the issuer for it. */
export const waitsForIssuer = (reading: Reading, clock: Clock, standing: Standing): boolean =>
  isDeadline(clock) && (isReported(reading, clock, standing.head) || isHeld(reading, standing));

/** Until its end the issuer's own authorities have not let the new contents pass. */
function isHeld({ due }: Reading, { order, head, profile }: Standing): boolean {
  const own = profile.gates.filter((gate) => gate.by === 'ISSUER' && stands(gate, order));
  const told = sinceReplaced(head.facts.filter(({ at }) => at <= (due ?? 0)));
  return told.filter(({ event, by }) => event === 'CLEARED' && by === 'ISSUER').length < own.length;
}

/** Whether the addressee reported in time what the issuer has not answered. */
export function isReported(reading: Reading, clock: Clock, head: OrderHeadRecord): boolean {
  if (head.status !== 'REPORTED') return false;
  const report = head.facts.findLast(({ event }) => event === head.reported);
  return report !== undefined && !isLate(reading, clock, report.at);
}

/** By which the addressee owes something, and not one that ends a right or the order. */
export const isDeadline = ({ obliges, silence, closes }: Clock): boolean =>
  obliges === 'ADDRESSEE' && silence === 'OVERDUE' && closes.length === 0;
