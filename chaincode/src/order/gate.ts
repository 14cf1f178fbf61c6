/** Whether data may leave: gates that are still shut. */
import { isOver, type Reading } from './clocks.ts';
import type { OrderProfile } from './profile.ts';

export type Gate = OrderProfile['gates'][number];

export interface Gated {
  readonly profile: OrderProfile;
  readonly isNotified: boolean;
  /** Gates that were opened, by their ids. */
  readonly opened: readonly string[];
  readonly readings: readonly Reading[];
}

/** Those that the step waits for at an instant, in the profile's order. */
export const listShut = (
  { profile, isNotified, opened, readings }: Gated,
  step: Gate['blocks'],
  at: number,
): readonly Gate[] =>
  profile.gates.filter((gate) => {
    if (gate.blocks !== step && !(gate.blocks === 'EXECUTED' && step === 'DELIVERED')) return false;
    if (gate.notified && !isNotified) return false;
    if (opened.includes(gate.id)) return false;
    const clock = readings.find((reading) => reading.clock === gate.opensWith);
    // At its last instant nobody can object any more in time.
    return clock === undefined || !isOver(clock, at);
  });
