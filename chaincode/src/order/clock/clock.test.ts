import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Calendar, calendarBody } from './calendar.ts';
import { DAY_MS, isoDay, parseDay, weekdayOf } from './day.ts';
import { findDue, type Period } from './period.ts';
import { findSuspendedDue } from './suspension.ts';

const at = (text: string) => new Date(text).getTime();
const iso = (instant: number) => new Date(instant).toISOString();
const MINUTE_MS = 60_000;
const HOLIDAYS = [
  '2026-01-01',
  '2026-04-03',
  '2026-04-06',
  '2026-05-01',
  '2026-12-25',
  '2026-12-26',
];

/** As the operating system's own zone database has it: an oracle that the contract does not use. */
function makeCalendar(zone: string, holidays: readonly string[] = []) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric' },
  });
  const minutesAt = (instant: number) => {
    const parts = format.formatToParts(instant);
    const value = (type: string) => Number(parts.find((part) => part.type === type)!.value);
    const day = Date.UTC(value('year'), value('month') - 1, value('day'));
    const local = day / MINUTE_MS + value('hour') * 60 + value('minute');
    return local - Math.floor(instant / MINUTE_MS);
  };
  const first = at('2023-12-30T00:00:00Z');
  const offsets = [{ from: first, minutes: minutesAt(first) }];
  for (let day = first + DAY_MS; day < at('2029-01-03T00:00:00Z'); day += DAY_MS) {
    const { minutes } = offsets.at(-1)!;
    if (minutesAt(day) === minutes) continue;
    let [before, after] = [day - DAY_MS, day];
    while (after - before > MINUTE_MS) {
      const middle = before + Math.floor((after - before) / (2 * MINUTE_MS)) * MINUTE_MS;
      if (minutesAt(middle) === minutes) before = middle;
      else after = middle;
    }
    offsets.push({ from: after, minutes: minutesAt(day) });
  }
  return calendarBody.parse({
    title: zone,
    jurisdiction: 'DE',
    source: 'zone database of the machine that runs the tests',
    edition: '1',
    ...{
      from: '2024-01-01',
      to: '2028-12-31',
      offsets,
      restDays: [6, 7],
      holidays,
      workedDays: [],
    },
  });
}

const berlin = new Calendar(makeCalendar('Europe/Berlin', HOLIDAYS));
const days = (amount: number, rollsOver = false): Period => ({ unit: 'DAY', amount, rollsOver });
const hours = (amount: number, counting: 'EXACT' | 'WHOLE' = 'EXACT'): Period => ({
  ...{ unit: 'HOUR', amount, counting },
});
const worked = (amount: number): Period => ({ unit: 'WORKING_DAY', amount });
const due = (period: Period, event: string, calendar = berlin) =>
  iso(findDue(period, at(event), calendar));

describe('a day', () => {
  it('is told from what is none', () => {
    expect(parseDay('1970-01-01')).toBe(0);
    expect(parseDay('2024-02-29')).toBe(at('2024-02-29T00:00:00Z') / DAY_MS);
    for (const none of [
      '2026-02-29',
      '2026-13-01',
      '2026-00-10',
      '2026-04-31',
      '2026-1-1',
      '',
      'x',
    ]) {
      expect(isoDay.safeParse(none).success).toBe(false);
    }
  });

  it('has the weekday that others find', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), (day) => {
        expect(weekdayOf(day)).toBe(new Date(day * DAY_MS).getUTCDay() || 7);
      }),
    );
  });
});

describe('a calendar', () => {
  const ZONES = [
    ...['UTC', 'Europe/Berlin', 'Asia/Shanghai', 'America/New_York', 'Asia/Kolkata'],
    ...[
      'Australia/Lord_Howe',
      'America/St_Johns',
      'Pacific/Chatham',
      'Africa/Cairo',
      'Asia/Beirut',
    ],
  ];
  // Beirut and Cairo change their clocks at midnight, Lord Howe by half an hour.
  it.each(ZONES)('of %s ends each day when the next begins', (zone) => {
    const body = makeCalendar(zone);
    const calendar = new Calendar(body);
    const shown = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
    const changes = body.offsets.slice(1).map(({ from }) => from);
    const near = fc.oneof(
      fc.integer({ min: at('2024-01-02T00:00:00Z'), max: at('2028-12-30T00:00:00Z') }),
      ...(changes.length === 0
        ? []
        : [
            fc
              .tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }))
              .map(([change, off]) => change + off),
          ]),
    );
    fc.assert(
      fc.property(near, (instant) => {
        const day = calendar.dayOf(instant);
        expect(parseDay(shown.format(instant))).toBe(day);
        const end = calendar.endOf(day);
        expect(end).toBeGreaterThanOrEqual(instant);
        expect(parseDay(shown.format(end))).toBe(day);
        expect(parseDay(shown.format(end + 1))).toBeGreaterThan(day);
      }),
      { numRuns: 300 },
    );
  });

  it('reckons by the week what lies beyond its end, and says that it does not know it', () => {
    const refusal = expect.objectContaining({ code: 'CALENDAR_ENDS' });
    expect(() => findDue(days(1), at('2023-12-30T12:00:00Z'), berlin)).toThrow(refusal);
    const beyond = findDue(days(10), at('2028-12-30T12:00:00Z'), berlin);
    expect([iso(beyond), berlin.knows(beyond)]).toEqual(['2029-01-09T22:59:59.999Z', false]);
    expect(berlin.knows(at('2028-12-31T22:59:59.999Z'))).toBe(true);
    expect(berlin.knows(at('2028-12-31T23:00:00Z'))).toBe(false);
    expect(berlin.knows(at('2023-12-31T22:59:59.999Z'))).toBe(false);
    const closed = new Calendar({
      ...makeCalendar('UTC'),
      ...{ from: '2026-01-01', to: '2026-01-04', holidays: ['2026-01-01', '2026-01-02'] },
    });
    const monday = findDue(days(1, true), at('2026-01-01T00:00:00Z'), closed);
    expect([iso(monday), closed.knows(monday)]).toEqual(['2026-01-05T23:59:59.999Z', false]);
    expect(iso(findDue(worked(6), at('2026-01-01T00:00:00Z'), closed))).toBe(
      '2026-01-12T23:59:59.999Z',
    );
  });

  it.each([
    ['a day that is none', { holidays: ['2026-02-30'] }, 'holidays.0'],
    ['holidays out of order', { holidays: ['2026-05-01', '2026-01-01'] }, 'holidays.1'],
    ['a holiday twice', { holidays: ['2026-05-01', '2026-05-01'] }, 'holidays.1'],
    ['a holiday outside', { holidays: ['2029-01-01'] }, 'holidays.0'],
    ['an end before its beginning', { to: '2023-01-01' }, 'to'],
    [
      'offsets out of order',
      {
        offsets: [
          { from: 5, minutes: 0 },
          { from: 5, minutes: 60 },
        ],
      },
      'offsets.1',
    ],
    [
      'no offset for its first day',
      { offsets: [{ from: 1_800_000_000_000, minutes: 0 }] },
      'offsets.0',
    ],
    ['no day of work', { restDays: [1, 2, 3, 4, 5, 6, 7] }, 'restDays'],
  ])('with %s is refused, with the place', (_, change, place) => {
    const parsed = calendarBody.safeParse({ ...makeCalendar('UTC'), ...change });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toContain(place);
  });
});

describe('a period', () => {
  it('in days does not count the day of the event, and ends with its last', () => {
    // Ten days from 2 March, 15:30 in Berlin.
    expect(due(days(10), '2026-03-02T14:30:00Z')).toBe('2026-03-12T22:59:59.999Z');
    // Just before and just after midnight there.
    expect(due(days(10), '2026-03-02T22:59:59.999Z')).toBe('2026-03-12T22:59:59.999Z');
    expect(due(days(10), '2026-03-02T23:00:00.000Z')).toBe('2026-03-13T22:59:59.999Z');
  });

  it('in days ends by the clock that is in force then', () => {
    expect(due(days(10), '2026-03-20T12:00:00Z')).toBe('2026-03-30T21:59:59.999Z');
    expect(due(days(10), '2026-10-20T12:00:00Z')).toBe('2026-10-30T22:59:59.999Z');
  });

  it('in days rolls over rest days and holidays where its rule says so', () => {
    // 24 March and ten days is Good Friday; Tuesday after Easter is the next day of work.
    expect(due(days(10), '2026-03-24T12:00:00Z')).toBe('2026-04-03T21:59:59.999Z');
    expect(due(days(10, true), '2026-03-24T12:00:00Z')).toBe('2026-04-07T21:59:59.999Z');
  });

  it('in working days counts those only', () => {
    expect(due(worked(5), '2026-04-01T12:00:00Z')).toBe('2026-04-10T21:59:59.999Z');
    // An event on a day of rest.
    expect(due(worked(1), '2026-04-04T12:00:00Z')).toBe('2026-04-07T21:59:59.999Z');
    expect(due(worked(5), '2026-12-23T12:00:00Z')).toBe('2026-12-31T22:59:59.999Z');
  });

  it('in hours runs through nights, weekends and the setting of clocks', () => {
    expect(due(hours(8), '2026-03-28T20:15:00Z')).toBe('2026-03-29T04:15:00.000Z');
    expect(due(hours(96), '2026-10-23T12:00:00Z')).toBe('2026-10-27T12:00:00.000Z');
    expect(due(hours(8, 'WHOLE'), '2026-03-02T10:15:00Z')).toBe('2026-03-02T18:59:59.999Z');
    expect(due(hours(8, 'WHOLE'), '2026-03-02T10:00:00Z')).toBe('2026-03-02T18:59:59.999Z');
    const kolkata = new Calendar(makeCalendar('Asia/Kolkata'));
    expect(due(hours(1, 'WHOLE'), '2026-03-02T10:15:00Z', kolkata)).toBe(
      '2026-03-02T11:29:59.999Z',
    );
  });

  it('counts a leap day', () => {
    expect(due(days(1), '2028-02-28T12:00:00Z')).toBe('2028-02-29T22:59:59.999Z');
    expect(due(days(1), '2026-02-28T12:00:00Z')).toBe('2026-03-01T22:59:59.999Z');
  });

  it('never ends sooner for a later event, nor for more of it', () => {
    const instant = fc.integer({
      min: at('2025-01-01T00:00:00Z'),
      max: at('2027-01-01T00:00:00Z'),
    });
    const make = fc.constantFrom<(amount: number) => Period>(
      days,
      (amount) => days(amount, true),
      worked,
      hours,
      (amount) => hours(amount, 'WHOLE'),
    );
    fc.assert(
      fc.property(
        instant,
        instant,
        fc.integer({ min: 1, max: 200 }),
        make,
        (one, other, amount, of) => {
          const [early, late] = one < other ? [one, other] : [other, one];
          const first = findDue(of(amount), early, berlin);
          expect(first).toBeGreaterThan(early);
          expect(findDue(of(amount), late, berlin)).toBeGreaterThanOrEqual(first);
          expect(findDue(of(amount + 1), early, berlin)).toBeGreaterThanOrEqual(first);
        },
      ),
    );
  });
});

describe('a suspended period', () => {
  const find = (
    period: Period,
    event: string,
    suspensions: readonly (readonly [string, string | null])[],
    after: 'CONTINUES' | 'RESTARTS' = 'CONTINUES',
  ) => {
    const found = findSuspendedDue(
      period,
      at(event),
      {
        suspensions: suspensions.map(([from, to]) => ({
          ...{ from: at(from), to: to === null ? null : at(to) },
        })),
        after,
      },
      berlin,
    );
    return found === null ? null : iso(found);
  };

  it('is due at no time while it does not run', () => {
    expect(find(days(10), '2026-03-02T12:00:00Z', [['2026-03-05T12:00:00Z', null]])).toBeNull();
  });

  it('goes on with the days that were left, the one that had begun among them', () => {
    // 3 and 4 March are over when it stops on the 5th: eight are left after the 20th.
    const stopped = [['2026-03-05T12:00:00Z', '2026-03-20T09:00:00Z']] as const;
    expect(find(days(10), '2026-03-02T12:00:00Z', stopped)).toBe('2026-03-28T22:59:59.999Z');
    expect(find(worked(5), '2026-03-02T12:00:00Z', stopped)).toBe('2026-03-25T22:59:59.999Z');
    expect(find(days(10), '2026-03-02T12:00:00Z', stopped, 'RESTARTS')).toBe(
      '2026-03-30T21:59:59.999Z',
    );
  });

  it('in hours goes on to the millisecond', () => {
    const stopped = [
      ['2026-03-02T13:00:00Z', '2026-03-02T14:00:00.001Z'],
      ['2026-03-02T15:00:00Z', '2026-03-02T15:30:00Z'],
    ] as const;
    expect(find(hours(8), '2026-03-02T12:00:00Z', stopped)).toBe('2026-03-02T21:30:00.001Z');
  });

  it('counts a suspension that came before the event from the event on', () => {
    const early = [['2026-03-01T12:00:00Z', '2026-03-02T14:00:00Z']] as const;
    expect(find(hours(8), '2026-03-02T12:00:00Z', early)).toBe('2026-03-02T22:00:00.000Z');
    const over = [['2026-02-01T12:00:00Z', '2026-03-02T12:00:00Z']] as const;
    expect(find(hours(8), '2026-03-02T12:00:00Z', over)).toBe('2026-03-02T20:00:00.000Z');
  });

  it('keeps at least its last day', () => {
    const late = [['2026-03-12T12:00:00Z', '2026-04-20T09:00:00Z']] as const;
    expect(find(days(10), '2026-03-02T12:00:00Z', late)).toBe('2026-04-21T21:59:59.999Z');
  });

  it('is never due sooner than one that was not suspended', () => {
    const start = at('2026-03-02T12:00:00Z');
    const off = fc.integer({ min: 0, max: 9 * DAY_MS });
    const after = fc.constantFrom('CONTINUES' as const, 'RESTARTS' as const);
    const of = fc.constantFrom(days(10), worked(8), hours(240));
    fc.assert(
      fc.property(off, off, after, of, (one, length, how, period) => {
        const suspensions = [{ from: start + one, to: start + one + length }];
        const found = findSuspendedDue(period, start, { suspensions, after: how }, berlin)!;
        expect(found).toBeGreaterThanOrEqual(findDue(period, start, berlin));
      }),
    );
  });
});
