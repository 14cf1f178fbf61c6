import type { Decision } from '../kernel/transaction.ts';
import type { Caller } from './caller.ts';
import { writeMemberHistory } from './change.ts';
import { memberKey } from './key.ts';
import type { DeclareInput, FoundingRecord, MemberRecord } from './record.ts';

/** `member:declare`: a member restates what it publishes of itself (CNS-7, CNS-10, EVD-15, EVD-20). */
export function declareProfile(
  input: DeclareInput,
  founding: FoundingRecord,
  { act, member }: Caller,
): Decision {
  const record: MemberRecord = {
    ...member,
    profile: input.profile,
    version: member.version + 1,
    cause: { legalBasis: founding.legalBasis, reason: input.reason, proposal: null },
    act,
  };
  return {
    key: memberKey(member.mspId),
    record,
    also: [writeMemberHistory(record)],
    markers: [{ mspId: member.mspId, record }],
  };
}
