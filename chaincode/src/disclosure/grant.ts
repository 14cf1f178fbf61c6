import { assertOwnMember } from '../evidence/ownership.ts';
import type { AcquisitionRecord, HeadRecord } from '../evidence/record.ts';
import { assertRule } from '../kernel/errors.ts';
import type { Decision } from '../kernel/transaction.ts';
import type { Caller } from '../member/caller.ts';
import { grantKey } from './key.ts';
import type { GrantInput, GrantRecord } from './record.ts';

export interface GrantContext {
  readonly exists: boolean;
  readonly acquisition: AcquisitionRecord;
  readonly head: HeadRecord;
  readonly parameters: {
    readonly timeWindowSeconds: number;
    readonly disclosureMaxSeconds: number;
  };
}

/**
 * `disclosure:grant`: which items somebody outside the membership may see, until when, and how many were
 * kept back. Only once the acquisition is closed, or what is added later would be neither. A member that
 * is no state shows what it collected to a court, and to nobody else: whether the defence or the person
 * concerned may see it, is for whoever leads the proceedings, and an exchange that tells its client can
 * defeat them.
 * @throws ContractError `GRANTEE_NOT_ALLOWED`, `ALREADY_EXISTS`, `NOT_OWN_MEMBER`, `ACQUISITION_OPEN`, `SET_EXCEEDS_ITEMS`,
 * `TIME_ORDER`, `DISCLOSURE_TOO_LONG`.
 */
export function grantAccess(
  input: GrantInput,
  { exists, acquisition, head, parameters }: GrantContext,
  { act, member }: Caller,
): Decision {
  const mayReceive = member.kind === 'STATE' || input.to.capacity === 'COURT';
  assertRule(
    mayReceive,
    'GRANTEE_NOT_ALLOWED',
    `a member of kind ${member.kind} grants to a COURT`,
  );
  assertRule(!exists, 'ALREADY_EXISTS', 'there is a grant of that id');
  assertOwnMember(acquisition, act);
  assertRule(head.closed, 'ACQUISITION_OPEN', 'close it first');
  assertRule(input.size <= head.items, 'SET_EXCEEDS_ITEMS', `${head.items} items`);
  assertRule(input.expiresAt > act.at, 'TIME_ORDER', 'expiresAt does not lie ahead');
  assertRule(
    input.expiresAt <= act.at + parameters.disclosureMaxSeconds * 1000,
    'DISCLOSURE_TOO_LONG',
    `at most ${parameters.disclosureMaxSeconds} s`,
  );
  const record: GrantRecord = {
    type: 'tabellion.grant',
    v: 1,
    ...input,
    case: acquisition.case,
    withheld: head.items - input.size,
    timeWindowSeconds: parameters.timeWindowSeconds,
    act,
  };
  return { key: grantKey(input.id), record };
}
