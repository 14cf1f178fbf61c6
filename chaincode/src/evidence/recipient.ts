/** How a member's own profile judges an acquisition: shown to a receiver before it uses evidence. */
import type { Profile } from '../member/record.ts';
import type { AcquisitionRecord } from './record.ts';

/** EVD-20: `NOT_STATED` is no acceptance. */
export function judgeAuthorisation(
  { authorisation }: Pick<AcquisitionRecord, 'authorisation'>,
  { acceptedAuthorisations }: Profile,
): 'ACCEPTED' | 'NOT_ACCEPTED' | 'NOT_STATED' {
  if (authorisation === undefined) return 'NOT_STATED';
  return acceptedAuthorisations.includes(authorisation.kind) ? 'ACCEPTED' : 'NOT_ACCEPTED';
}

/** EVD-15: whether a member, collector or receiver, adopted the standard that was followed. */
export function isStandardAdopted(
  { standard }: Pick<AcquisitionRecord, 'standard'>,
  { adoptedStandards }: Profile,
): boolean {
  return adoptedStandards.some(
    ({ id, version }) => id === standard.id && version === standard.version,
  );
}
