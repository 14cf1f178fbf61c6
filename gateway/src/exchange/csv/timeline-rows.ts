/** Everything that was recorded of an item or an acquisition, as rows in the order of the ledger. */
import type { ItemRecord } from '@tabellion/chaincode/custody/record';
import { describeLeftOut } from '../../custody/left-out.ts';
import type { ItemLife } from '../../custody/life.ts';
import { FACT_COLUMNS, type Fact, type FactColumn } from '../fact.ts';
import { listFacts, type ToldRecord } from '../facts.ts';
import { formatTime } from '../format-time.ts';
import {
  type AcquisitionFacts,
  type ExportedBatch,
  happenedAtOf,
  listFlags,
  type Recorded,
} from '../recorded.ts';
import type { Cell } from './csv.ts';

export const TIMELINE_HEADING = [
  'block',
  'block_position',
  'record',
  'transaction',
  'what',
  'happened_at',
  'recorded_at',
  'member',
  'jurisdiction',
  'role',
  'person',
  'key_custody',
  'flags',
  'reason',
  ...FACT_COLUMNS,
] as const;

interface Event {
  readonly recorded: Recorded<ToldRecord>;
  readonly what: string;
  /** Beside the flags that the record itself carries. */
  readonly flags?: readonly string[];
}

/** What was left out stands in rows of its own at the end. */
export function listLifeRows(life: ItemLife): (readonly Cell[])[] {
  const { opening, steps, provenance, derived } = life;
  const rows = toRows([
    ...listCollection(provenance),
    ...(provenance.batch === null ? [] : [describeBatch(provenance.batch)]),
    ...provenance.sources.map((recorded) => describeItem('SOURCE', recorded)),
    describeItem('OPEN', opening),
    ...steps.map((recorded) => ({ recorded, what: recorded.record.kind })),
    ...derived.map((recorded) => describeItem('DERIVED ITEM', recorded)),
    ...life.objections.flatMap(({ objection, replies, overdue }): Event[] => [
      {
        recorded: objection,
        what: `OBJECTION ${objection.record.by.capacity}`,
        flags: overdue ? ['OVERDUE'] : [],
      },
      ...replies.map((recorded) => ({ recorded, what: `REPLY ${recorded.record.outcome}` })),
    ]),
    ...life.regularity.map((recorded) => ({
      recorded,
      what: `REGULARITY ${recorded.record.outcome}`,
    })),
    ...life.authenticity.map((recorded) => ({
      recorded,
      what: `EXAMINATION OF CONTENT ${recorded.record.result}`,
    })),
    ...life.weights.map((recorded) => ({
      recorded,
      what: `WEIGHT showsDestination ${recorded.record.showsDestination}`,
    })),
  ]);
  const told = describeLeftOut(life).map((text) =>
    TIMELINE_HEADING.map((name): Cell => (name === 'what' ? text : '')),
  );
  return [...rows, ...told];
}

export function listAcquisitionRows(
  facts: AcquisitionFacts,
  batches: readonly ExportedBatch['batch'][],
): (readonly Cell[])[] {
  return toRows([...listCollection(facts), ...batches.map(describeBatch)]);
}

function listCollection(facts: AcquisitionFacts): Event[] {
  const { acquisition, closing, locations, answers, segregations } = facts;
  return [
    { recorded: acquisition, what: 'ACQUISITION' },
    ...(closing === null ? [] : [{ recorded: closing, what: 'CLOSING' }]),
    ...locations.map((recorded) => ({ recorded, what: `LOCATION ${recorded.record.cause}` })),
    ...answers.map((recorded) => ({ recorded, what: `POSITION ${recorded.record.position}` })),
    ...segregations.map((recorded) => ({ recorded, what: 'SEGREGATION' })),
  ];
}

const describeBatch = (recorded: ExportedBatch['batch']): Event => ({
  recorded,
  what: `BATCH ${recorded.record.sequence}`,
});
const describeItem = (what: string, recorded: Recorded<ItemRecord>): Event => {
  const { origin } = recorded.record;
  return {
    recorded,
    what: `${what} ${origin.kind === 'DERIVED' ? origin.as.form : origin.kind}`,
  };
};

const toRows = (events: readonly Event[]): (readonly Cell[])[] =>
  events
    .toSorted(
      (a, b) => a.recorded.block - b.recorded.block || a.recorded.position - b.recorded.position,
    )
    .map(({ recorded, what, flags = [] }) => {
      const { key, block, position, record } = recorded;
      const { act, reason } = record;
      return [
        block,
        position,
        key,
        act.txId,
        what,
        formatTime(happenedAtOf(record)),
        formatTime(act.at),
        act.member,
        act.jurisdiction,
        act.role,
        act.person,
        act.keyCustody,
        [...listFlags(recorded), ...flags].join(' '),
        reason,
        ...listFactCells(listFacts(record)),
      ];
    });

function listFactCells(facts: readonly Fact[]): Cell[] {
  const told = (wanted: FactColumn) =>
    facts
      .filter(({ column }) => column === wanted)
      .map(({ name, value }) => (wanted === 'details' ? `${name}: ${value}` : value));
  return FACT_COLUMNS.map((column) => told(column).join('; '));
}
