import { expect, it } from 'vitest';
import { createClockGuard } from './clock-guard.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 1_800_000_000_000;

function makeGuard() {
  const machine = { now: START, running: 1000, latest: START - HOUR };
  const told: string[] = [];
  const assertClock = createClockGuard({
    now: () => machine.now,
    uptime: () => machine.running / 1000,
    windowMs: 15 * MINUTE,
    latest: () => machine.latest,
    onWrong: (message) => told.push(message),
  });
  const pass = (milliseconds: number) => {
    machine.now += milliseconds;
    machine.running += milliseconds;
  };
  return { machine, told, assertClock, pass };
}

it('believes a clock that goes on, however long the machine slept', () => {
  const { assertClock, pass, told } = makeGuard();
  for (const step of [0, MINUTE, 40 * HOUR]) {
    pass(step);
    assertClock();
  }
  expect(told).toEqual([]);
});

it('believes corrections as large as honest machines differ', () => {
  const { machine, assertClock } = makeGuard();
  machine.now += 15 * MINUTE;
  assertClock();
  machine.now -= 30 * MINUTE;
  assertClock();
});

it.each([
  [24 * HOUR, 'set 24 h forward'],
  [-24 * HOUR, 'set 24 h back'],
  [16 * MINUTE, 'set 16 min forward'],
])('refuses while it is set by %d ms, tells it once, and believes it again', (jump, text) => {
  const { machine, told, assertClock, pass } = makeGuard();
  machine.now += jump;
  const wrong = expect.objectContaining({ code: 'CLOCK_WRONG' });
  expect(assertClock).toThrow(wrong);
  pass(MINUTE);
  expect(assertClock).toThrow(wrong);
  machine.now -= jump;
  assertClock();
  expect(told).toEqual([expect.stringContaining(text)]);
});

it('refuses what earlier blocks would make late, and not what is within the window', () => {
  const { machine, assertClock, pass } = makeGuard();
  machine.latest = START + 15 * MINUTE;
  assertClock();
  machine.latest += 1;
  expect(assertClock).toThrow('behind the latest transaction on the ledger');
  pass(1);
  assertClock();
});
