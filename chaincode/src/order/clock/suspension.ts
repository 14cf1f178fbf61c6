/** What becomes of a period while it does not run. */
import type { Calendar } from './calendar.ts';
import { findDue, type Period } from './period.ts';

/** From one instant to another at which it ended, or still going on. */
export interface Suspension {
  readonly from: number;
  readonly to: number | null;
}

/**
 * `CONTINUES`: what was left when it was suspended is left when it goes on; a day that had begun counts as
 * left. `RESTARTS`: the whole period begins again. Where an instrument does not say which, the profile has
 * to, and says that it does.
 */
export type AfterSuspension = 'CONTINUES' | 'RESTARTS';

/**
 * The due instant; null while it is suspended. Suspensions come in their order and do not overlap; one that
 * began before the event counts from the event on.
 * @throws ContractError `CALENDAR_ENDS` as {@link findDue}.
 */
export function findSuspendedDue(
  period: Period,
  event: number,
  { suspensions, after }: { suspensions: readonly Suspension[]; after: AfterSuspension },
  calendar: Calendar,
): number | null {
  let began = event;
  let left = period;
  let shift = 0;
  for (const { from, to } of suspensions) {
    if (to === null) return null;
    if (to <= began) continue;
    const stopped = Math.max(from, began);
    if (after === 'RESTARTS') {
      began = to;
    } else if (left.unit === 'HOUR') {
      shift += to - stopped;
    } else if (calendar.dayOf(stopped) === calendar.dayOf(to)) {
      // No day was lost, so that none is gained: not even by whoever stops it every day for an hour.
    } else {
      left = { ...left, amount: left.amount - countSpent(left, began, stopped, calendar) };
      began = to;
    }
  }
  return findDue(left, began, calendar) + shift;
}

/** Days of the period that were over before the day on which it stopped. */
function countSpent(
  { unit, amount }: Exclude<Period, { unit: 'HOUR' }>,
  event: number,
  stopped: number,
  calendar: Calendar,
): number {
  let spent = 0;
  const last = calendar.dayOf(stopped);
  for (let day = calendar.dayOf(event) + 1; day < last; day += 1) {
    if (unit === 'DAY' || calendar.isWorked(day)) spent += 1;
  }
  // It had not run out when it was suspended: at least its last day is left.
  return Math.min(spent, amount - 1);
}
