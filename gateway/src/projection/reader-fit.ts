/** How evidence fits what a member has declared, told before it uses the evidence (EVD-15, EVD-20). */
import { isStandardAdopted, judgeAuthorisation } from '@tabellion/chaincode/evidence/recipient';
import type { AcquisitionRecord } from '@tabellion/chaincode/evidence/record';
import { memberKey } from '@tabellion/chaincode/member/key';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import type { Records } from './records.ts';

export interface ReaderFit {
  /** EVD-20. */
  readonly authorisation: 'ACCEPTED' | 'NOT_ACCEPTED' | 'NONE_STATED';
  /** EVD-15. */
  readonly standard: 'ADOPTED' | 'NOT_ADOPTED';
}

/** @param reader MSP ID of the member that looks; one that is not in the register accepts nothing. */
export function fitReader(
  records: Records,
  reader: string,
  evidence: Pick<AcquisitionRecord, 'authorisation' | 'standard'>,
): ReaderFit {
  const profile = records.find<MemberRecord>(memberKey(reader))?.record.profile;
  const judged = profile ? judgeAuthorisation(evidence, profile) : 'NOT_ACCEPTED';
  const isAdopted = profile !== undefined && isStandardAdopted(evidence, profile);
  return {
    authorisation: judged === 'NOT_STATED' ? 'NONE_STATED' : judged,
    standard: isAdopted ? 'ADOPTED' : 'NOT_ADOPTED',
  };
}
