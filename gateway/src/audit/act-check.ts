/** Records name who acted (O-7); the audit compares that with the certificate that signed. */
import type { Act } from '@tabellion/chaincode/kernel/schema';
import { mayAct, type TransactionName } from '@tabellion/chaincode/member/permission';
import {
  type MemberKind,
  type MemberRecord,
  memberRecord,
  role,
} from '@tabellion/chaincode/member/record';
import { parseCanonical } from '@tabellion/proof';
import { type AuditedTransaction, listWritten } from './audited-transaction.ts';
import { assertHolds } from './break.ts';
import type { WorldState } from './world-state.ts';

/** Records that keep the act of an earlier transaction when they are written again. */
const KEEPS_ACT = new Set(['proposal']);

export function checkActs(tx: AuditedTransaction, state: WorldState, chaincode: string): void {
  const member = memberOf(tx, state, chaincode);
  assertAllowed(tx, member.kind);
  const expected = expectAct(tx, member.jurisdiction);
  for (const { name, key, record } of tx.written) {
    if (!('act' in record)) continue;
    if (KEEPS_ACT.has(name) && state.get(chaincode, key) !== undefined) continue;
    for (const field of Object.keys(expected) as (keyof Act)[]) {
      assertHolds(
        tx.place,
        record.act[field] === expected[field],
        'ACT_MISMATCH',
        `${key}: ${field}`,
      );
    }
  }
}

function expectAct({ envelope, signatory }: AuditedTransaction, jurisdiction: string) {
  const { mspId, commonName, fingerprint, attributes } = signatory;
  return {
    txId: envelope.txId,
    at: envelope.timestampMs,
    member: mspId,
    jurisdiction,
    role: attributes.role,
    person: commonName,
    certificate: fingerprint,
    keyCustody: attributes.keyCustody,
  };
}

/** The role that the certificate names may submit this function at all. */
function assertAllowed({ place, signatory, transaction }: AuditedTransaction, kind: MemberKind) {
  const named = role.safeParse(signatory.attributes.role);
  const may = named.success && mayAct(named.data, kind, transaction as TransactionName);
  assertHolds(
    place,
    may,
    'ACT_MISMATCH',
    `${signatory.attributes.role} of ${kind}: ${transaction}`,
  );
}

/** From the register as it stood; at the founding, from what is founded. */
function memberOf(tx: AuditedTransaction, state: WorldState, chaincode: string): MemberRecord {
  const { mspId } = tx.signatory;
  const stored = state.get(chaincode, `member/${mspId}`);
  const member =
    stored === undefined
      ? listWritten(tx, 'member').find(({ record }) => record.mspId === mspId)?.record
      : memberRecord.parse(parseCanonical(stored.value));
  assertHolds(tx.place, member !== undefined, 'ACT_MISMATCH', `${mspId} is in no register`);
  assertHolds(tx.place, member.status === 'ACTIVE', 'ACT_MISMATCH', `${mspId} was suspended`);
  return member;
}
