/** Days of the civil calendar as numbers, so that legal clocks can count them. */
import { z } from 'zod';

export const DAY_MS = 86_400_000;

const ISO_DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Days from 1970-01-01 to an ISO 8601 day such as `2026-11-23`; undefined for what is none. */
export function parseDay(text: string): number | undefined {
  const [, year, month, day] = (ISO_DAY.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (year < 1970 || month < 1 || month > 12 || day < 1) return undefined;
  const first = Date.UTC(year, month - 1, 1);
  const next = Date.UTC(year, month, 1);
  const instant = first + (day - 1) * DAY_MS;
  return instant < next ? instant / DAY_MS : undefined;
}

/** ISO 8601: 1 is Monday, 7 is Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => ((day + 3) % 7) + 1;

export const isoDay = z.string().refine((text) => parseDay(text) !== undefined, {
  error: 'not a day such as 2026-11-23',
});
