/** How evidence fits what a member has declared, told before it uses the evidence (EVD-15, EVD-20). */
import { isStandardAdopted, judgeAuthorisation } from '@tabellion/chaincode/evidence/recipient';
import type { AcquisitionRecord } from '@tabellion/chaincode/evidence/record';
import { memberKey } from '@tabellion/chaincode/member/key';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import type { Records } from './records.ts';

export const readerFit = z.strictObject({
  /** EVD-20; `NOT_STATED` is no acceptance. */
  authorisation: z.enum(['ACCEPTED', 'NOT_ACCEPTED', 'NOT_STATED']),
  /** EVD-15. */
  standard: z.enum(['ADOPTED', 'NOT_ADOPTED']),
});
export type ReaderFit = z.infer<typeof readerFit>;

/** @param reader MSP ID of the member that looks; one that is not in the register accepts nothing. */
export function fitReader(
  records: Records,
  reader: string,
  evidence: Pick<AcquisitionRecord, 'authorisation' | 'standard'>,
): ReaderFit {
  const profile = records.find<MemberRecord>(memberKey(reader))?.record.profile;
  const isAdopted = profile !== undefined && isStandardAdopted(evidence, profile);
  return {
    authorisation: profile ? judgeAuthorisation(evidence, profile) : 'NOT_ACCEPTED',
    standard: isAdopted ? 'ADOPTED' : 'NOT_ADOPTED',
  };
}
