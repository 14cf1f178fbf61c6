/** The states that a collection touches, by all that is known by now. */
import type { ItemLife } from '../custody/life.ts';

export const touchedStates = ({ provenance: { acquisition, locations } }: ItemLife): string[] =>
  [...new Set([acquisition, ...locations].flatMap(({ record }) => [...record.touched]))].sort();

/** Those that have recorded no position; silence is not consent (CNS-5). */
export function silentStates(life: ItemLife): string[] {
  const heard = new Set(life.provenance.answers.map(({ record }) => record.act.jurisdiction));
  return touchedStates(life).filter((state) => !heard.has(state));
}
