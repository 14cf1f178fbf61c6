/** What the ledger says of one label, put together for its score and status. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import type { LabelStatement } from '@tabellion/proof';
import type { LabelStanding } from '@tabellion/screening';
import type { LabelResponse } from './view.ts';

export interface LabelHistory {
  readonly statement: LabelStatement;
  readonly batch: LabelBatchRecord;
  /** Of the label itself and of its whole batch, in the ledger's order. */
  readonly responses: readonly LabelResponse[];
}

export interface Standing extends LabelStanding {
  /** MSP IDs, sorted, of those that came to the same or met the address again. */
  readonly supporters: readonly string[];
  /** By when each open dispute was to be answered, milliseconds since 1970. */
  readonly answersDue: readonly number[];
}

/** Open disputes that were not answered in time, at the ledger's time `at`; they weigh no more for it. */
export const countOverdue = ({ answersDue }: Standing, at: number): number =>
  answersDue.filter((due) => at > due).length;

/** Opinions and sightings count once for each member: its latest. */
export function readStanding({ statement, batch, responses }: LabelHistory): Standing {
  const asserter = batch.act.member;
  const supporters = new Set<string>();
  const opinions = new Map<string, number>();
  const sightings = new Map<string, 'SEEN' | 'FALSE_POSITIVE' | 'EXPIRED'>();
  /** With the time by which it was to be answered. */
  const open = new Map<string, number>();
  let observedAt = statement.observedAt ?? batch.act.at;
  let { validUntil } = statement;
  let withdrawn = false;
  let withheld = false;
  for (const { record } of responses) {
    const { member } = record.act;
    switch (record.type) {
      case 'tabellion.corroboration':
        supporters.add(member);
        break;
      case 'tabellion.opinion':
        opinions.set(member, record.opinion);
        break;
      case 'tabellion.sighting':
        sightings.set(member, record.sighting);
        if (record.sighting === 'SEEN') observedAt = Math.max(observedAt, record.happenedAt);
        // The asserter itself says that it is over.
        if (record.sighting === 'EXPIRED' && member === asserter)
          validUntil = Math.min(validUntil ?? record.happenedAt, record.happenedAt);
        break;
      case 'tabellion.dispute':
        // What rebuts a presumption says nothing against the label.
        if (record.presumption === undefined) open.set(record.id, record.answerBy);
        break;
      case 'tabellion.dispute-answer':
        open.delete(record.dispute);
        break;
      case 'tabellion.withdrawal':
        withdrawn = true;
        break;
      case 'tabellion.label-miss':
        withheld ||= record.outcome === 'WITHHELD';
    }
  }
  const sawAs = (what: string) =>
    [...sightings].filter(([member, how]) => member !== asserter && how === what);
  for (const [member] of sawAs('SEEN')) supporters.add(member);
  return {
    provenance: statement.provenance,
    observedAt,
    validFrom: statement.validFrom,
    validUntil,
    corroborations: supporters.size,
    supporters: [...supporters].sort(),
    falsePositives: sawAs('FALSE_POSITIVE').length,
    opinions: [...opinions.values()],
    openDisputes: open.size,
    answersDue: [...open.values()],
    withdrawn,
    withheld,
  };
}
