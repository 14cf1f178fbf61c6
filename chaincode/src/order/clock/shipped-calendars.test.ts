/** The calendars that are shipped, held against the machine's time zones and against computed feasts. */
import { describe, expect, it } from 'vitest';
import { listShipped } from '../../../test/order-case.ts';
import { Calendar, calendarBody } from './calendar.ts';
import { DAY_MS, parseDay, weekdayOf } from './day.ts';

const HOUR_MS = 3_600_000;
const ZONES: Readonly<Record<string, string>> = {
  ...{ china: 'Asia/Shanghai', germany: 'Europe/Berlin', singapore: 'Asia/Singapore' },
};
const bodies = new Map(
  listShipped('calendars').map(({ id, body }) => [id, calendarBody.parse(body)]),
);
const bodyOf = (id: string) => bodies.get(id)!;
const iso = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Minutes east of UTC by the time zone database. */
function offsetIn(zone: string, instant: number): number {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')!.value;
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])?(\d\d)?:?(\d\d)?/.exec(name)!;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Easter Sunday by the anonymous Gregorian algorithm (Meeus, Jones, Butcher). */
function easter(year: number): number {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const [i, k] = [Math.floor(c / 4), c % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1) / DAY_MS;
}

/** Month and day of the Chinese calendar. */
function lunar(day: number): string {
  const format = new Intl.DateTimeFormat('en-u-ca-chinese', {
    ...{ timeZone: 'UTC', month: 'numeric', day: 'numeric' },
  });
  const parts = format.formatToParts(day * DAY_MS);
  return ['month', 'day'].map((type) => parts.find((part) => part.type === type)!.value).join('-');
}

/** Days on which nobody works, in runs of days on end, that hold each day of the list. */
function listRests(id: string, days: readonly string[]): boolean[] {
  const calendar = new Calendar(bodyOf(id));
  return days.map((day) => !calendar.isWorked(parseDay(day)!));
}

it('are those of the states of the development consortium', () => {
  expect([...bodies.values()].map(({ jurisdiction }) => jurisdiction).toSorted()).toEqual([
    ...['CN', 'DE', 'SG'],
  ]);
});

it.each(Object.entries(ZONES))('%s has the offsets of %s, hour by hour', (id, zone) => {
  const body = bodyOf(id);
  const calendar = new Calendar(body);
  const first = parseDay(body.from)! * DAY_MS - 14 * HOUR_MS;
  const last = (parseDay(body.to)! + 2) * DAY_MS;
  const wrong = [];
  let expected = offsetIn(zone, first);
  // The zone is asked once a day, and within the days on which it changes.
  for (let day = first; day < last; day += DAY_MS) {
    const next = offsetIn(zone, day + DAY_MS);
    for (let at = day; at < day + DAY_MS; at += HOUR_MS) {
      const minutes = next === expected ? expected : offsetIn(zone, at);
      if (calendar.offsetAt(at) !== minutes * 60_000) wrong.push(new Date(at).toISOString());
    }
    expected = next;
  }
  expect(wrong).toEqual([]);
});

describe('Germany', () => {
  it.each([2026, 2027])('rests on the nine days of %i that every Land has', (year) => {
    const sunday = easter(year);
    expect(weekdayOf(sunday)).toBe(7);
    const moving = [-2, 1, 39, 50].map((days) => iso(sunday + days));
    const fixed = ['01-01', '05-01', '10-03', '12-25', '12-26'].map((day) => `${year}-${day}`);
    const { holidays } = bodyOf('germany');
    expect(holidays.filter((day) => day.startsWith(`${year}`))).toEqual(
      [...moving, ...fixed].toSorted(),
    );
  });

  it('has Easter where it is known to have been', () => {
    expect([2000, 2019, 2024, 2025].map((year) => iso(easter(year)))).toEqual([
      ...['2000-04-23', '2019-04-21', '2024-03-31', '2025-04-20'],
    ]);
  });
});

describe('Singapore', () => {
  const { holidays, from, to } = bodyOf('singapore');

  it('rests on the Monday after each holiday that is a Sunday', () => {
    const sundays = holidays.map((day) => parseDay(day)!).filter((day) => weekdayOf(day) === 7);
    expect(sundays.length).toBeGreaterThan(0);
    for (const sunday of sundays) expect(holidays).toContain(iso(sunday + 1));
  });

  it('has the eleven days of the Holidays Act, the computed ones where they fall', () => {
    const days = holidays.map((day) => parseDay(day)!);
    const substitutes = days.filter((day) => days.includes(day - 1) && weekdayOf(day - 1) === 7);
    expect(days.length - substitutes.length).toBe(11);
    expect([from, to]).toEqual(['2026-01-01', '2026-12-31']);
    expect(holidays).toContain(iso(easter(2026) - 2));
    expect(holidays.filter((day) => ['1-1', '1-2'].includes(lunar(parseDay(day)!)))).toHaveLength(
      2,
    );
  });
});

describe('China', () => {
  it('rests on its thirteen days, wherever the moon puts them', () => {
    const year = Array.from({ length: 365 }, (_, day) => parseDay('2026-01-01')! + day);
    const byMoon = year.filter((day) => ['1-1', '1-2', '1-3', '5-5', '8-15'].includes(lunar(day)));
    const eve = byMoon.find((day) => lunar(day) === '1-1')! - 1;
    const fixed = ['01-01', '04-05', '05-01', '05-02', '10-01', '10-02', '10-03'];
    const all = [...byMoon.map(iso), iso(eve), ...fixed.map((day) => `2026-${day}`)];
    expect(all).toHaveLength(13);
    expect(listRests('china', all)).toEqual(all.map(() => true));
  });

  it('works on six days of rest instead, and has 248 working days in the year', () => {
    const calendar = new Calendar(bodyOf('china'));
    const { workedDays } = bodyOf('china');
    expect(workedDays.map((day) => weekdayOf(parseDay(day)!) > 5)).toEqual(
      Array.from({ length: 6 }, () => true),
    );
    const year = Array.from({ length: 365 }, (_, day) => parseDay('2026-01-01')! + day);
    expect(year.filter((day) => calendar.isWorked(day))).toHaveLength(248);
  });
});
