/** Clocks of an order that somebody can still miss, or has missed, by when they end. */
import { DAY_MS } from '@tabellion/chaincode/order/clock/day';
import type { Reading } from '@tabellion/chaincode/order/clocks';
import { waitsForIssuer } from '@tabellion/chaincode/order/overdue';
import type { Clock } from '@tabellion/chaincode/order/profile';
import { isEnded } from '@tabellion/chaincode/order/transition';
import type { Party } from '@tabellion/chaincode/order/vocabulary';
import type { Standing } from './awaited.ts';

/**
 * RUNS: somebody is late once it is over. MARKED: that is on record. REPORTED: the addressee waits for the
 * issuer, to whom it reported in time, or whose own authorities have yet to agree to new contents. CLOSES: a right ends with it, and nobody is late.
 * PROVISIONAL: its end hangs on days that the calendar does not hold yet, and nobody is late by it.
 */
export const CLOCK_STANDINGS = ['RUNS', 'MARKED', 'REPORTED', 'CLOSES', 'PROVISIONAL'] as const;
export type ClockStanding = (typeof CLOCK_STANDINGS)[number];

export interface RunningClock {
  readonly clock: string;
  readonly obliges: Party;
  readonly startedBy: Party | null;
  readonly standing: ClockStanding;
  /** From when on it is due soon: a day before its end, or a tenth of it where that is less. */
  readonly warns: number;
  /** With the days of grace. */
  readonly ends: number;
}

export function listRunning(at: Standing): RunningClock[] {
  const { head, profile } = at;
  if (isEnded(head.status)) return [];
  return head.clocks.flatMap((reading) => {
    const { clock: name, state, due, startedAt, startedBy } = reading;
    const clock = profile.clocks.find(({ id }) => id === name);
    if (clock === undefined || state !== 'OPEN' || due === null) return [];
    const standing = standingOf(reading, clock, at);
    const ends = due + graceOf(clock);
    const tenth = Math.max(0, Math.floor((ends - startedAt!) / 10));
    const warns = ends - Math.min(DAY_MS, tenth);
    return [{ clock: name, obliges: clock.obliges, startedBy, standing, warns, ends }];
  });
}

/** In which nobody is late yet; a right ends without. Milliseconds. */
export const graceOf = ({ silence, graceDays }: Clock): number =>
  silence === 'CLOSES' ? 0 : graceDays * DAY_MS;

function standingOf(reading: Reading, clock: Clock, at: Standing): ClockStanding {
  if (at.head.overdue.includes(clock.id)) return 'MARKED';
  if (reading.provisional) return 'PROVISIONAL';
  if (clock.silence === 'CLOSES') return 'CLOSES';
  return waitsForIssuer(reading, clock, at) ? 'REPORTED' : 'RUNS';
}
