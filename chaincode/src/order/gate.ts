/** Which step may be taken: gates that are still shut. */
import { isOver, type Reading } from './clocks.ts';
import type { OrderProfile } from './profile.ts';
import type { StepVerb } from './record.ts';
import type { DataCategory } from './vocabulary.ts';

export type Gate = OrderProfile['gates'][number];

/** What of an order decides which gates it has. */
interface Order {
  readonly notified: boolean;
  readonly categories: readonly DataCategory[];
}

export interface Gated {
  readonly profile: OrderProfile;
  readonly order: Order;
  /** Gates that were opened, by their ids. */
  readonly opened: readonly string[];
  readonly readings: readonly Reading[];
}

export const stands = ({ notified, categories }: Gate, order: Order): boolean =>
  (notified === undefined || order.notified) &&
  (categories === undefined || order.categories.some((each) => categories.includes(each)));

/** What else the step waits for: new contents were served to nobody before the issuer's own agree. */
const ALSO: Readonly<Partial<Record<Gate['blocks'], Gate['blocks']>>> = {
  EXECUTED: 'SERVED',
  DELIVERED: 'EXECUTED',
};

/** Steps that may have to wait for a gate. */
export const GATED: Readonly<Partial<Record<StepVerb, Gate['blocks']>>> = {
  serve: 'SERVED',
  execute: 'EXECUTED',
  deliver: 'DELIVERED',
  forfeit: 'FORFEITED',
  close: 'CLOSED',
};

export const holdsBack = ({ blocks }: Gate, step: Gate['blocks']): boolean =>
  blocks === step || blocks === ALSO[step];

/** Those that the step waits for at an instant, in the profile's order. */
export const listShut = (
  { profile, order, opened, readings }: Gated,
  step: Gate['blocks'],
  at: number,
): readonly Gate[] =>
  profile.gates.filter((gate) => {
    if (!holdsBack(gate, step) || !stands(gate, order)) return false;
    if (opened.includes(gate.id)) return false;
    const clock = readings.find((reading) => reading.clock === gate.opensWith);
    // At its last instant nobody can object any more in time.
    return clock === undefined || !isOver(clock, at);
  });
