/** What one valid transaction of the contracts wrote, held to everything that stood before it. */
import type { Envelope, MemberIdentity } from '@tabellion/proof';
import { ACQUISITION_CHECKS } from './acquisition-check.ts';
import { checkActs } from './act-check.ts';
import type { AuditedTransaction, TransactionPlace, Written } from './audited-transaction.ts';
import { assertHolds } from './break.ts';
import { CUSTODY_CHECKS } from './custody-check.ts';
import { GOVERNANCE_CHECKS } from './governance-check.ts';
import { LABEL_CHECKS } from './label-check.ts';
import { checkHashed } from './marker-check.ts';
import { ORDER_CHECKS } from './order-check.ts';
import { REVIEW_CHECKS } from './review-check.ts';
import type { RecordReader } from './stored-record.ts';
import type { WorldState } from './world-state.ts';
import { checkAnnouncement, readInput, readWritten } from './written-record.ts';

type Check = (tx: AuditedTransaction, records: RecordReader) => void | Promise<void>;

const CHECKS: Readonly<Record<string, Check>> = {
  ...ACQUISITION_CHECKS,
  ...CUSTODY_CHECKS,
  ...GOVERNANCE_CHECKS,
  ...LABEL_CHECKS,
  ...ORDER_CHECKS,
  ...REVIEW_CHECKS,
};

interface Valid {
  readonly place: TransactionPlace;
  readonly envelope: Envelope;
  readonly signatory: MemberIdentity;
}

/** @throws AuditBreak. Returns the records, in the order of their keys. */
export async function checkRecords(
  { place, envelope, signatory }: Valid,
  chaincode: string,
  state: WorldState,
  records: RecordReader,
): Promise<readonly Written[]> {
  const transaction = Buffer.from(envelope.args[0] ?? []).toString('latin1');
  const check = Object.hasOwn(CHECKS, transaction) ? CHECKS[transaction] : undefined;
  assertHolds(place, check !== undefined, 'RECORD_UNEXPECTED', `the function ${transaction}`);
  const input = readInput(place, envelope);
  const written = readWritten({ place, envelope, transaction }, chaincode, state);
  const tx: AuditedTransaction = { place, envelope, signatory, transaction, input, written };
  checkAnnouncement(tx);
  checkActs(tx, state, chaincode);
  checkHashed(tx, chaincode, records);
  await check(tx, records);
  return written;
}
