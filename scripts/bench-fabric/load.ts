/** Two ways to apply load: as many at once as stated, or as many a second as stated. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadResult<T> {
  readonly results: readonly T[];
  /** What steps threw: they were not done. */
  readonly failures: readonly unknown[];
  /** From the first start to the last end: what is under way when time is up counts, and its wait too. */
  readonly seconds: number;
}

/** Keeps `inFlight` steps going for so long; each begins when another ends. */
export async function keepInFlight<T>(
  inFlight: number,
  milliseconds: number,
  step: () => Promise<T>,
): Promise<LoadResult<T>> {
  const results: T[] = [];
  const failures: unknown[] = [];
  const began = performance.now();
  const work = async () => {
    while (performance.now() - began < milliseconds) {
      await step().then(
        (result) => results.push(result),
        (error) => failures.push(error),
      );
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return { results, failures, seconds: (performance.now() - began) / 1000 };
}

/**
 * Starts steps at the arrivals of a Poisson process, whether earlier ones have ended or not, and counts
 * each latency from when the step was due: a step that the loop itself started late has waited too.
 * The results are the latencies of what was done, milliseconds.
 */
export async function arriveAtRate(
  perSecond: number,
  milliseconds: number,
  step: () => Promise<unknown>,
  random: () => number = Math.random,
): Promise<LoadResult<number>> {
  const results: number[] = [];
  const failures: unknown[] = [];
  const underWay: Promise<void>[] = [];
  const began = performance.now();
  for (const due of arrivals(perSecond, milliseconds, random)) {
    const wait = began + due - performance.now();
    if (wait > 0) await sleep(wait);
    const end = () => void results.push(performance.now() - began - due);
    underWay.push(step().then(end, (error) => void failures.push(error)));
  }
  await Promise.all(underWay);
  return { results, failures, seconds: (performance.now() - began) / 1000 };
}

/** Times of a Poisson process's arrivals, milliseconds from its beginning. */
export function* arrivals(
  perSecond: number,
  milliseconds: number,
  random: () => number,
): Generator<number> {
  const gap = () => (-Math.log(1 - random()) * 1000) / perSecond;
  for (let at = gap(); at < milliseconds; at += gap()) yield at;
}
