/** Cross-border is computed from the facts, never claimed (EVD-7, EVD-8, CNS-5). */
import { UNKNOWN } from '../kernel/schema.ts';
import type { CrossBorder, Location } from './record.ts';

export interface Reach {
  readonly crossBorder: CrossBorder;
  /** Foreign jurisdictions known, ascending. */
  readonly touched: string[];
}

/**
 * One foreign place makes the collection cross-border; otherwise one unknown place leaves it unknown,
 * which the rules treat as possibly foreign.
 */
export function computeReach(location: Location, collector: string): Reach {
  const places = listPlaces(location);
  const foreign = places.filter((place) => place !== collector && place !== UNKNOWN);
  const touched = [...new Set(foreign)].sort();
  if (touched.length > 0) return { crossBorder: 'YES', touched };
  return { crossBorder: places.includes(UNKNOWN) ? 'UNKNOWN' : 'NO', touched };
}

/** System, medium, then the nodes in the order given. */
export function listPlaces({ systemJurisdiction, mediumLocation, source }: Location): string[] {
  const nodes = source.class === 'NETWORK' ? source.nodes.map((node) => node.jurisdiction) : [];
  return [systemJurisdiction, mediumLocation, ...nodes];
}
