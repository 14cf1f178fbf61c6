import { isPolicyMet, type PolicyBytes } from './policy.ts';

/**
 * A smallest-by-removal set of members whose peers meet all policies, the first candidates preferred;
 * null when even all of them do not.
 */
export function chooseEndorsers(
  policies: readonly PolicyBytes[],
  candidates: readonly string[],
): ReadonlySet<string> | null {
  const chosen = new Set<string>();
  for (const mspId of candidates) {
    if (isMet(policies, chosen)) break;
    chosen.add(mspId);
  }
  if (!isMet(policies, chosen)) return null;
  // The latest were added in search of somebody: those who turned out not to be needed go.
  for (const mspId of [...chosen].reverse()) {
    chosen.delete(mspId);
    if (!isMet(policies, chosen)) chosen.add(mspId);
  }
  return chosen;
}

function isMet(policies: readonly PolicyBytes[], peers: ReadonlySet<string>): boolean {
  const identities = [...peers].map((mspId) => ({ mspId, role: 'PEER' as const }));
  return policies.every((policy) => isPolicyMet(policy, identities));
}
