/** What a step of an order is judged by. */
import type { Calendar } from './clock/calendar.ts';
import type { Reading } from './clocks.ts';
import type { Clock, OrderProfile } from './profile.ts';
import type { OrderHeadRecord, OrderRecord } from './record.ts';
import type { Party } from './vocabulary.ts';

export interface StepContext {
  readonly order: OrderRecord;
  readonly head: OrderHeadRecord;
  readonly profile: OrderProfile;
  /** The newest editions of those that the order names, so that none runs out under it. */
  readonly calendars: Readonly<Partial<Record<Party, Calendar>>>;
  readonly editions: OrderRecord['calendars'];
  /** The members that collected what an execution names, in its order; undefined where there is none. */
  readonly collectors: readonly (string | undefined)[];
  readonly timeWindowSeconds: number;
}

export const clockOf = ({ clocks }: OrderProfile, { clock }: Reading): Clock =>
  clocks.find(({ id }) => id === clock)!;
