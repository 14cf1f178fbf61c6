/** What people answer for in the custody of items: gaps, seals, contents, and what is still open. */
import type { Written } from './audited-transaction.ts';
import type { BreakPlace } from './break.ts';
import type { FindingLog } from './finding.ts';
import type { RecordReader } from './stored-record.ts';

/** Flags of one record of custody, each a finding as it stands, where it was recorded. */
export function listCustodyFlags(
  { name, record }: Written,
  place: BreakPlace,
  findings: FindingLog,
): void {
  if (name === 'item' && record.type === 'tabellion.custody-item') {
    for (const flag of record.flags) findings.add(flag, `item ${record.item}`, place);
  }
  if (name === 'custody' && record.type === 'tabellion.custody') {
    const subject = `item ${record.item}, step ${record.sequence}`;
    for (const flag of record.flags) findings.add(flag, subject, place);
    if (record.kind === 'CORRECT') findings.add('CORRECTED', subject, place);
  }
}

/** How items stand at the end. */
export function listOpenCustody(records: RecordReader, findings: FindingLog): void {
  for (const { item, offer, mirror } of records.list('item-head')) {
    if (offer !== null) findings.add('OFFER_OPEN', `item ${item}, to ${offer.to.member}`);
    if (mirror === 'UNCONFIRMED') findings.add('MIRROR_UNCONFIRMED', `item ${item}`);
    if (mirror === 'DENIED') findings.add('MIRROR_DENIED', `item ${item}`);
  }
}
