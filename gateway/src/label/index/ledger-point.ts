import { LabelIndexError } from './error.ts';
import { isWithin } from './label-rows.ts';

/** A transaction's place on the ledger. Both numbers fit in 32 bits. */
export interface LedgerPoint {
  /** Its block. */
  readonly height: number;
  /** Its place in the block. */
  readonly position: number;
}

const MOST = 0xffff_ffff;

/** Below zero where `one` lies before `other` on the ledger. */
export function comparePoints(one: LedgerPoint, other: LedgerPoint): number {
  return one.height - other.height || one.position - other.position;
}

/** @throws LabelIndexError `LABEL_ORDER` if `next` lies before `last`, `LABEL_RANGE` if nowhere. */
export function assertFollows(last: LedgerPoint | undefined, next: LedgerPoint): void {
  const { height, position } = next;
  if (!isWithin(height, 0, MOST) || !isWithin(position, 0, MOST)) {
    throw new LabelIndexError('LABEL_RANGE', `no place on a ledger: ${height}.${position}`);
  }
  if (last === undefined || comparePoints(last, next) <= 0) return;
  const names = `${height}.${position} after ${last.height}.${last.position}`;
  throw new LabelIndexError('LABEL_ORDER', `not in the ledger's order: ${names}`);
}
