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
}

/** Opinions and sightings count once for each member: its latest. */
export function readStanding({ statement, batch, responses }: LabelHistory): Standing {
  const asserter = batch.act.member;
  const supporters = new Set<string>();
  const opinions = new Map<string, number>();
  const sightings = new Map<string, 'SEEN' | 'FALSE_POSITIVE' | 'EXPIRED'>();
  const open = new Set<string>();
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
        if (record.presumption === undefined) open.add(record.id);
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
    withdrawn,
    withheld,
  };
}
