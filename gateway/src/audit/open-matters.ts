/** What people still answer for once the ledger has been read: listed, not judged. */
import type { AcquisitionRecord } from '@tabellion/chaincode/evidence/record';
import { isParty } from '@tabellion/chaincode/order/entitlement';
import { listOpenCustody } from './custody-findings.ts';
import type { FindingCode, FindingLog } from './finding.ts';
import { listLabelMatters } from './label-findings.ts';
import { listOpenOrders } from './order-findings.ts';
import { listReviewMatters } from './review-findings.ts';
import type { RecordReader } from './stored-record.ts';

/** Flags of records that are findings as they stand. */
const AS_FLAGGED = [
  'ACCESS_LIMITS_UNSTATED',
  'ACCESS_LIMITS_NOT_RESPECTED',
  'STANDARD_NOT_ADOPTED',
  'GATEWAY_HELD_KEY',
] as const satisfies readonly FindingCode[];

/** @param now milliseconds since 1970. */
export function listOpenMatters(records: RecordReader, now: number, findings: FindingLog): void {
  const states = new Set<string>();
  for (const { kind, jurisdiction } of records.list('member')) {
    if (kind === 'STATE') states.add(jurisdiction);
  }
  for (const acquisition of records.list('acquisition')) {
    listFlags(acquisition, findings);
    listPlace(acquisition, records, now, findings);
    listPositions(acquisition, records, states, findings);
    listTotals(acquisition, records, findings);
    listOrders(acquisition, records, findings);
  }
  for (const batch of records.list('batch')) {
    if (batch.flags.includes('VOLATILE_LATE')) {
      findings.add('VOLATILE_LATE', `acquisition ${batch.acquisition}, batch ${batch.sequence}`);
    }
  }
  listOpenCustody(records, findings);
  listReviewMatters(records, now, findings);
  listLabelMatters(records, now, findings);
  listOpenOrders(records, now, findings);
}

function listFlags({ id, flags }: AcquisitionRecord, findings: FindingLog): void {
  for (const code of AS_FLAGGED) if (flags.includes(code)) findings.add(code, `acquisition ${id}`);
}

function listPlace(
  acquisition: AcquisitionRecord,
  records: RecordReader,
  now: number,
  findings: FindingLog,
): void {
  const { id, delayedNotice, flags } = acquisition;
  const subject = `acquisition ${id}`;
  const crossBorder = records.find('location-head', id)?.crossBorder ?? acquisition.crossBorder;
  if (crossBorder === 'SEALED' && delayedNotice !== undefined) {
    findings.add(now > delayedNotice.latest ? 'NOTICE_OVERDUE' : 'NOTICE_PENDING', subject);
  }
  for (const { overdue } of records.list('location', `${id}/`)) {
    if (overdue) findings.add('NOTICE_OVERDUE', subject);
  }
  if (crossBorder === 'UNKNOWN') findings.add('JURISDICTION_UNKNOWN', subject);
  if (flags.includes('UNILATERAL') && crossBorder !== 'NO') {
    findings.add('UNILATERAL_CROSS_BORDER', `${subject}, ${crossBorder}`);
  }
}

/** @param states jurisdictions that have a member to answer. */
function listPositions(
  { id }: AcquisitionRecord,
  records: RecordReader,
  states: ReadonlySet<string>,
  findings: FindingLog,
): void {
  const answered = new Set<string>();
  for (const { act, position, reason } of records.list('answer', `${id}/`)) {
    answered.add(act.jurisdiction);
    if (position === 'OBJECTION') {
      findings.add('OBJECTION', `acquisition ${id}, ${act.jurisdiction}: ${reason}`);
    }
  }
  for (const jurisdiction of records.find('location-head', id)?.touched ?? []) {
    if (states.has(jurisdiction) && !answered.has(jurisdiction)) {
      findings.add('UNANSWERED', `acquisition ${id}, ${jurisdiction}`);
    }
  }
}

/** Grounds are free text: only what is the id of an order on this ledger says anything of one. */
function listOrders(
  { id, grounds, act }: AcquisitionRecord,
  records: RecordReader,
  findings: FindingLog,
): void {
  for (const { kind, reference } of grounds) {
    const order = kind === 'ORDER' ? records.find('order', reference) : undefined;
    if (order !== undefined && !isParty(order, act.member))
      findings.add('ORDER_OF_OTHERS', `acquisition ${id}, order ${reference}`);
  }
}

function listTotals(
  { id, extent }: AcquisitionRecord,
  records: RecordReader,
  findings: FindingLog,
): void {
  const closing = records.find('closing', id);
  if (closing === undefined) findings.add('NOT_CLOSED', `acquisition ${id}`);
  else if (closing.unread > 0) {
    findings.add('UNREAD_SOURCES', `acquisition ${id}: ${closing.unread}`);
  }
  const [segregation] = records.list('segregation', `${id}/`);
  if (extent.kind === 'FULL_COPY' && segregation === undefined) {
    findings.add('FULL_COPY_UNSEGREGATED', `acquisition ${id}`);
  }
}
