/** Which members are asked to endorse. */
import { readTransaction } from '@tabellion/proof';

export interface PolicyMember {
  readonly mspId: string;
  /** Only a state can complete the policy. */
  readonly state: boolean;
}

/** Whom to ask for endorsements, as the chaincode's definition in force counts them. */
export interface EndorsementRule {
  readonly members: readonly PolicyMember[];
  /** Distinct members, one of them a state. */
  readonly threshold: number;
}

export interface Choice {
  /** Distinct members that the policy asks for. */
  readonly threshold: number;
  /** Member that comes first, where it can: the act is its own. */
  readonly own: string;
  /** Members whose peers do not answer. */
  readonly away?: ReadonlySet<string>;
  /** Rotates the others, so that each gets its share of the work. */
  readonly turn?: number;
}

/** `undefined` when too few members are left, or no state. */
export function chooseMembers(
  members: readonly PolicyMember[],
  { threshold, own, away = new Set(), turn = 0 }: Choice,
): string[] | undefined {
  const present = members.filter(({ mspId }) => !away.has(mspId));
  const others = present.filter(({ mspId }) => mspId !== own);
  const start = others.length === 0 ? 0 : turn % others.length;
  const ordered = [
    ...present.filter(({ mspId }) => mspId === own),
    ...others.slice(start),
    ...others.slice(0, start),
  ];
  const chosen = ordered.slice(0, threshold);
  if (!chosen.some(({ state }) => state)) {
    const state = ordered.find((member) => member.state);
    if (!state) return undefined;
    chosen.splice(threshold - 1, 1, state);
  }
  return chosen.length < threshold ? undefined : chosen.map(({ mspId }) => mspId);
}

const IMPLICIT = '_implicit_org_';

/** Members in whose implicit collections an endorsed transaction writes: their peers must endorse. */
export function listCollectionOwners(payload: Uint8Array): string[] {
  return readTransaction(payload).rwset.flatMap(({ collections }) =>
    collections
      .filter(({ writes, metadataWrites }) => writes.length + metadataWrites.length > 0)
      .filter(({ collection }) => collection.startsWith(IMPLICIT))
      .map(({ collection }) => collection.slice(IMPLICIT.length)),
  );
}
