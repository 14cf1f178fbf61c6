/**
 * Where and when a legal clock runs: the zone's offsets and the days on which nobody works. Governed data,
 * because states change both, and because no two machines can be trusted to hold the same copy of the time
 * zone database. A calendar ends: what lies beyond is reckoned by the week alone, and is provisional.
 */
import { z } from 'zod';
import { assertRule } from '../../kernel/errors.ts';
import { jurisdiction, plainText, timestamp } from '../../kernel/schema.ts';
import { DAY_MS, isoDay, parseDay, weekdayOf } from './day.ts';

const MINUTE_MS = 60_000;

/** Body of an entry in the register `calendar`. */
export const calendarBody = z
  .strictObject({
    title: plainText(160),
    jurisdiction,
    /** Where the offsets and the days of rest were taken from, and their edition. */
    source: plainText(160),
    edition: plainText(40),
    /** First and last day that it speaks of. */
    from: isoDay,
    to: isoDay,
    /** Minutes east of UTC from an instant on. */
    offsets: z
      .array(z.strictObject({ from: timestamp, minutes: z.int().min(-900).max(900) }))
      .min(1)
      .max(256),
    /** Days of each week on which nobody works; 1 is Monday. */
    restDays: z.array(z.int().min(1).max(7)).max(6),
    holidays: z.array(isoDay).max(1024),
    /** Days of rest that are worked, as China's arrangement of holidays makes them. */
    workedDays: z.array(isoDay).max(1024),
  })
  .superRefine(({ from, to, offsets, restDays, holidays, workedDays }, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (from > to) refuse(['to'], 'lies before the first day');
    for (const [field, values] of Object.entries({
      offsets: offsets.map((each) => each.from),
      restDays,
      holidays: holidays.map((day) => parseDay(day) ?? 0),
      workedDays: workedDays.map((day) => parseDay(day) ?? 0),
    })) {
      const at = values.findIndex((value, index) => index > 0 && value <= values[index - 1]!);
      if (at !== -1) refuse([field, at], 'must come after the one before');
    }
    for (const [field, days] of Object.entries({ holidays, workedDays })) {
      const outside = days.findIndex((day) => day < from || day > to);
      if (outside !== -1) refuse([field, outside], 'lies outside of the calendar');
    }
    const both = workedDays.findIndex((day) => holidays.includes(day));
    if (both !== -1) refuse(['workedDays', both], 'is a holiday');
    // Of none the form itself says that there must be one.
    const [first] = offsets;
    if (first && first.from > dayStartUtc(from) - first.minutes * MINUTE_MS) {
      refuse(['offsets', 0], 'begins after the first day');
    }
  });

type CalendarBody = z.infer<typeof calendarBody>;

const dayStartUtc = (day: string): number => (parseDay(day) ?? 0) * DAY_MS;

export class Calendar {
  readonly #offsets: CalendarBody['offsets'];
  readonly #rest: ReadonlySet<number>;
  readonly #holidays: ReadonlySet<number>;
  readonly #worked: ReadonlySet<number>;
  readonly #from: number;
  readonly #to: number;

  constructor({ offsets, restDays, holidays, workedDays, from, to }: CalendarBody) {
    this.#offsets = offsets;
    this.#rest = new Set(restDays);
    this.#holidays = new Set(holidays.map((day) => parseDay(day)!));
    this.#worked = new Set(workedDays.map((day) => parseDay(day)!));
    this.#from = parseDay(from)!;
    this.#to = parseDay(to)!;
  }

  /** Whether it holds the day on which an instant falls. */
  knows(instant: number): boolean {
    const day = this.#dayOf(instant);
    return this.#from <= day && day <= this.#to;
  }

  /** The day that an instant falls on. @throws ContractError `CALENDAR_ENDS` before its first day. */
  dayOf(instant: number): number {
    return this.#begun(this.#dayOf(instant));
  }

  /**
   * The last millisecond of a day. Where clocks are set back over midnight, the later one.
   * @throws ContractError `CALENDAR_ENDS` before its first day.
   */
  endOf(day: number): number {
    const midnight = (this.#begun(day) + 1) * DAY_MS;
    const at = this.#offsets.findLastIndex(
      ({ from, minutes }, index) => index === 0 || from + minutes * MINUTE_MS < midnight,
    );
    const next = this.#offsets[at + 1]?.from ?? Number.POSITIVE_INFINITY;
    // Where clocks are set forward over midnight, the day ends with the leap.
    return Math.min(next, midnight - this.#offsets[at]!.minutes * MINUTE_MS) - 1;
  }

  /** After its last day, by the days of the week. @throws ContractError `CALENDAR_ENDS` before its first. */
  isWorked(day: number): boolean {
    if (this.#worked.has(this.#begun(day))) return true;
    return !this.#rest.has(weekdayOf(day)) && !this.#holidays.has(day);
  }

  /** Milliseconds east of UTC. */
  offsetAt(instant: number): number {
    const found = this.#offsets.findLast(({ from }) => from <= instant) ?? this.#offsets[0]!;
    return found.minutes * MINUTE_MS;
  }

  #dayOf(instant: number): number {
    return Math.floor((instant + this.offsetAt(instant)) / DAY_MS);
  }

  #begun(day: number): number {
    assertRule(day >= this.#from, 'CALENDAR_ENDS', 'the calendar begins later');
    return day;
  }
}
