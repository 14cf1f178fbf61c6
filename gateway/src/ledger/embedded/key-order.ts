/**
 * Fabric orders keys by their UTF-8 bytes; JavaScript orders strings by UTF-16 units, which differs
 * for characters outside the basic plane.
 */
function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** Entries of a map in ascending byte order of their keys. */
export function sortedByKey<T>(entries: ReadonlyMap<string, T>): [string, T][] {
  return [...entries].sort(([a], [b]) => compareKeys(a, b));
}
