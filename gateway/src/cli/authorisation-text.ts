import type { AcquisitionRecord } from '@tabellion/chaincode/evidence/record';

/** Whose word it is, and what the reader's own profile makes of it: the ledger has seen no warrant. */
export function describeAuthorisation(
  { authorisation, act }: Pick<AcquisitionRecord, 'authorisation' | 'act'>,
  fit: string,
): string {
  const stated =
    authorisation === undefined
      ? `none stated by ${act.member}`
      : `${authorisation.kind} ${authorisation.reference}, as ${act.member} states it`;
  return `${stated}; ${fit} by you`;
}
