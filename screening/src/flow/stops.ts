/** Where following ends, and where it goes through, by the category that an address is labelled with. */
export type StopReason = 'EXCHANGE' | 'SERVICE';

/**
 * By category: the nearest one above a label's own decides. What goes into a custodian's pool comes out as
 * anybody's, so that following ends there, and the custodian can be asked (LBL-6); mixers, bridges and what
 * is decentralised have nobody to ask, and are gone through.
 */
const ROLES: Readonly<Record<string, StopReason | 'THROUGH'>> = {
  exchange: 'EXCHANGE',
  service: 'SERVICE',
  mixer: 'THROUGH',
  defi: 'THROUGH',
};

/** A category's parents by id, as a taxonomy has them. */
export type Parents = ReadonlyMap<string, string | undefined>;

/** The category itself, then what stands above it. */
export function* climb(category: string, parents: Parents): Generator<string, void, undefined> {
  const seen = new Set<string>();
  let at: string | undefined = category;
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    yield at;
    at = parents.get(at);
  }
}

export function findStop(category: string, parents: Parents): StopReason | undefined {
  for (const id of climb(category, parents)) {
    const role = ROLES[id];
    if (role !== undefined) return role === 'THROUGH' ? undefined : role;
  }
  return undefined;
}
