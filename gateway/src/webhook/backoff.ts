/** When a message that was not taken is tried again. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first attempt, the second, …: the schedule of Standard Webhooks, about three days in all. */
const DELAYS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** So much shorter or longer by chance: receivers that failed together are not tried together. */
const JITTER = 0.2;

/**
 * Milliseconds until the next attempt; undefined once there is none.
 * @param attempts made so far.
 * @param random from 0 to below 1.
 * @param retryAfter what the receiver asked for, seconds.
 */
export function delayAfter(
  attempts: number,
  random: number,
  retryAfter: number | null,
): number | undefined {
  const delay = DELAYS[attempts - 1];
  if (delay === undefined) return undefined;
  const asked = Math.min((retryAfter ?? 0) * SECOND, 24 * HOUR);
  return Math.max(asked, Math.round(delay * (1 - JITTER + 2 * JITTER * random)));
}
