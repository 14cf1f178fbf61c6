/**
 * How long a legal period lasts. A due instant is the last millisecond at which the act is still in time:
 * at exactly that instant it is, one millisecond later it is not (O-2).
 */
import { z } from 'zod';
import type { Calendar } from './calendar.ts';

export const HOUR_MS = 3_600_000;
/** No period is longer, and none that is set anew. */
export const MAX_DAYS = 36_500;

export const period = z.discriminatedUnion('unit', [
  z.strictObject({
    unit: z.literal('HOUR'),
    amount: z.int().min(1).max(87_600),
    /**
     * `EXACT`: from the instant of the event. `WHOLE`: the hour of the event does not count, as Regulation
     * (EEC, Euratom) 1182/71 art. 3(1) is read to say.
     */
    counting: z.enum(['EXACT', 'WHOLE']),
  }),
  z.strictObject({
    unit: z.literal('DAY'),
    amount: z.int().min(1).max(MAX_DAYS),
    /** Whether a last day on which nobody works is followed by the next worked one (1182/71 art. 3(4)). */
    rollsOver: z.boolean(),
  }),
  z.strictObject({ unit: z.literal('WORKING_DAY'), amount: z.int().min(1).max(3650) }),
]);
export type Period = z.infer<typeof period>;

/**
 * The due instant of a period whose event happened at an instant. The day of the event does not count.
 * Hours run through nights, days of rest and the setting of clocks.
 * @throws ContractError `CALENDAR_ENDS` where the event lies before the first day of the calendar.
 */
export function findDue(period: Period, event: number, calendar: Calendar): number {
  if (period.unit === 'HOUR') {
    if (period.counting === 'EXACT') return event + period.amount * HOUR_MS;
    return nextHour(event, calendar) + period.amount * HOUR_MS - 1;
  }
  const first = calendar.dayOf(event);
  const last =
    period.unit === 'DAY'
      ? rollOver(first + period.amount, period.rollsOver, calendar)
      : countWorked(first, period.amount, calendar);
  return calendar.endOf(last);
}

function nextHour(event: number, calendar: Calendar): number {
  const offset = calendar.offsetAt(event);
  return (Math.floor((event + offset) / HOUR_MS) + 1) * HOUR_MS - offset;
}

function rollOver(day: number, rollsOver: boolean, calendar: Calendar): number {
  let last = day;
  while (rollsOver && !calendar.isWorked(last)) last += 1;
  return last;
}

function countWorked(event: number, amount: number, calendar: Calendar): number {
  let day = event;
  for (let left = amount; left > 0; ) {
    day += 1;
    if (calendar.isWorked(day)) left -= 1;
  }
  return day;
}
