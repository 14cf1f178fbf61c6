/** How long an order lasts where its instrument gives bounds and the order the length (ORD-5, ORD-24). */
import { assertDistinct, assertRule } from '../kernel/errors.ts';
import { type Clocked, runsFor } from './clocks.ts';

/** So many periods at most an order states. */
export const MAX_STATED = 8;

/**
 * Whoever issues says it for each such clock, within the bounds: none has a length by default.
 * @throws ContractError `DUPLICATE_ENTRY`, `CLOCK_UNKNOWN`, `BAD_INPUT`.
 */
export function assertStated(order: Omit<Clocked, 'facts' | 'calendars'>): void {
  const stated = order.stated ?? [];
  assertDistinct(stated.map(({ clock }) => clock));
  const running = order.profile.clocks.filter((clock) => runsFor(clock, order));
  for (const { clock } of stated) {
    const isAsked = running.some(({ id, period }) => id === clock && period?.unit === 'STATED_DAY');
    assertRule(isAsked, 'CLOCK_UNKNOWN', `the order does not say how long ${clock} lasts`);
  }
  for (const { id, period } of running) {
    if (period?.unit !== 'STATED_DAY') continue;
    const days = stated.find(({ clock }) => clock === id)?.days;
    const { least, most } = period;
    const fits = days !== undefined && days >= least && (most === null || days <= most);
    const bounds = most === null ? `at least ${least}` : `${least} to ${most}`;
    assertRule(
      fits,
      'BAD_INPUT',
      `stated: ${id} lasts ${bounds} days; the order has to say how many`,
    );
  }
}
