/** How fast a route is, by the contract's own clocks: as if all that starts one happened at once. */
import {
  type Clocked,
  type Fact,
  type Reading,
  readClocks,
} from '@tabellion/chaincode/order/clocks';
import { type Gate, listShut } from '@tabellion/chaincode/order/gate';
import type { Clock, OrderProfile } from '@tabellion/chaincode/order/profile';
import type { OrderEvent, Party } from '@tabellion/chaincode/order/vocabulary';

export interface Speed {
  /** The last instant at which the addressee is in time; null where the law gives no number. */
  readonly due: number | null;
  readonly clock: Clock | null;
  /** From when on what is there is kept; null where nothing is, or something is shut. */
  readonly keptFrom: number | null;
  readonly readings: readonly Reading[];
  /** What is shut until somebody opens it, or silence does. */
  readonly shut: readonly Gate[];
}

const PATH: readonly (readonly [OrderEvent, Party])[] = [
  ['ISSUED', 'ISSUER'],
  ['VALIDATED', 'ISSUER'],
  ['SERVED', 'ISSUER'],
  ['RECEIVED', 'ADDRESSEE'],
  ['NOTICE_RECEIVED', 'ENFORCING'],
];

/** The issuer’s own gates before the service are passed at once, as a validation is. */
export function findSpeed(order: Omit<Clocked, 'facts'>, at: number): Speed {
  const { profile, isNotified, validation } = order;
  const facts: Fact[] = PATH.filter(
    ([event]) =>
      (event !== 'VALIDATED' || validation !== 'NONE') &&
      (event !== 'NOTICE_RECEIVED' || isNotified),
  ).map(([event, by]) => ({ event, by, at }));
  const readings = readClocks({ ...order, facts });
  const gated = {
    ...{ profile, readings, opened: [] },
    order: { notified: isNotified, categories: order.categories },
  };
  const shut = listShut(gated, 'DELIVERED', at);
  const dueOf = (id: string | undefined) => readings.find(({ clock }) => clock === id)?.due ?? null;
  const timed = readings.flatMap(({ clock: id, due }) => {
    const clock = profile.clocks.find((each) => each.id === id)!;
    const isGate = shut.some(({ opensWith }) => opensWith === id);
    return due !== null && (isOwed(clock) || isGate) ? [{ clock, due }] : [];
  });
  const last = timed.reduce<(typeof timed)[number] | null>(
    (latest, each) => (latest === null || each.due > latest.due ? each : latest),
    null,
  );
  const isEndless = shut.some(({ opensWith }) => dueOf(opensWith) === null);
  const kept = readings.find(({ clock: id }) =>
    isKeeping(profile.clocks.find((clock) => clock.id === id)!),
  );
  const keptFrom = shut.length > 0 ? null : (kept?.startedAt ?? null);
  return isEndless || last === null
    ? { due: null, clock: null, keptFrom, readings, shut }
    : { ...last, keptFrom, readings, shut };
}

/** As long as it runs the addressee keeps what there is; then it lapses. */
export const isKeeping = ({ obliges, silence }: Clock): boolean =>
  obliges === 'ADDRESSEE' && silence === 'LAPSES';

/** By which the addressee has to have done what is asked. */
const isOwed = ({ obliges, silence, stops }: Clock): boolean =>
  obliges === 'ADDRESSEE' &&
  silence === 'OVERDUE' &&
  (stops.includes('EXECUTED') || stops.includes('DELIVERED'));

/**
 * First those with a number, and those that bind at once; then those of an emergency, then those of which is
 * known how long they take, then the rest.
 */
export function rankSpeed(
  { due, keptFrom }: Pick<Speed, 'due' | 'keptFrom'>,
  { urgency, scope: { usual } }: Pick<OrderProfile, 'urgency' | 'scope'>,
): readonly [rank: number, within: number] {
  const binding = due ?? keptFrom;
  if (binding !== null) return [0, binding];
  if (urgency === 'EMERGENCY') return [1, 0];
  return usual === null ? [3, 0] : [2, usual.days];
}
