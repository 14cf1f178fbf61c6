/** What a reader is told where a life was not read to its end. */
import { type ItemLife, type LifeListName, MOST_ENTRIES } from './life.ts';

const NAMES: Readonly<Record<LifeListName, string>> = {
  derived: 'derived items',
  objections: 'objections',
  regularity: 'judgments on regularity',
  authenticity: 'examinations of authenticity',
  weights: 'statements on weight',
};

/** One sentence a list; empty where nothing was left out. */
export const describeLeftOut = ({ leftOut, opening }: ItemLife): string[] =>
  leftOut.map(
    (name) =>
      `LEFT OUT: only the first ${MOST_ENTRIES} ${NAMES[name]} are here, and more are on record; they are at /v1/custody/items/${opening.record.item}/${name}`,
  );
