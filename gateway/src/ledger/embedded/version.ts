import type { Version } from '@tabellion/proof';

export type { Version };

export function isSameVersion(a: Version | null, b: Version | null): boolean {
  if (a === null || b === null) return a === b;
  return a.block === b.block && a.transaction === b.transaction;
}
