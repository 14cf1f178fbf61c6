/** Everything that was recorded of an item or an acquisition, as rows in the order of the ledger. */
import type { Act } from '@tabellion/chaincode/kernel/schema';
import type { ItemLife } from '../../custody/life.ts';
import type { AcquisitionFacts, ExportedBatch, Recorded } from '../recorded.ts';
import { describeStep } from '../step-words.ts';
import type { Cell } from './csv.ts';
import { formatCellTime } from './item-rows.ts';

export const TIMELINE_HEADING = [
  'block',
  'record',
  'what',
  'happened_at',
  'recorded_at',
  'member',
  'jurisdiction',
  'role',
  'person',
  'flags',
  'reason',
  'details',
] as const;

interface Event {
  readonly recorded: Recorded<{ readonly act: Act; readonly reason: string }>;
  readonly what: string;
  /** As claimed; the record's own time where nothing else is said. */
  readonly happenedAt?: number;
  readonly flags?: readonly string[];
  readonly details?: readonly string[];
}

export function listLifeRows(life: ItemLife): (readonly Cell[])[] {
  const { opening, steps, provenance } = life;
  const { happenedAt, flags, origin } = opening.record;
  return toRows([
    ...listCollection(provenance),
    ...(provenance.batch === null ? [] : [describeBatch(provenance.batch)]),
    { recorded: opening, what: `OPEN ${origin.kind}`, happenedAt, flags },
    ...steps.map((recorded): Event => {
      const { kind, happenedAt: at, flags: found } = recorded.record;
      const { says, tags } = describeStep(recorded.record);
      return { recorded, what: kind, happenedAt: at, flags: found, details: [...says, ...tags] };
    }),
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
      details: [`method: ${recorded.record.method}`],
    })),
    ...life.weights.map((recorded) => ({
      recorded,
      what: `WEIGHT showsDestination ${recorded.record.showsDestination}`,
    })),
  ]);
}

export function listAcquisitionRows(
  facts: AcquisitionFacts,
  batches: readonly ExportedBatch['batch'][],
): (readonly Cell[])[] {
  return toRows([...listCollection(facts), ...batches.map(describeBatch)]);
}

function listCollection(facts: AcquisitionFacts): Event[] {
  const { acquisition, closing, locations, answers, segregations } = facts;
  const { startedAt, flags, route, crossBorder } = acquisition.record;
  return [
    {
      recorded: acquisition,
      what: 'ACQUISITION',
      happenedAt: startedAt,
      flags,
      details: [`route: ${route}`, `crossBorder: ${crossBorder}`],
    },
    ...(closing === null ? [] : [closing]).map((recorded) => ({
      recorded,
      what: 'CLOSING',
      happenedAt: recorded.record.endedAt,
      details: [`unread: ${recorded.record.unread}`],
    })),
    ...locations.map((recorded) => ({
      recorded,
      what: `LOCATION ${recorded.record.cause}`,
      flags: recorded.record.overdue ? ['OVERDUE'] : [],
    })),
    ...answers.map((recorded) => ({ recorded, what: `POSITION ${recorded.record.position}` })),
    ...segregations.map((recorded) => ({
      recorded,
      what: 'SEGREGATION',
      details: [`relevant: ${recorded.record.relevant}`, `rest: ${recorded.record.rest}`],
    })),
  ];
}

const describeBatch = (recorded: ExportedBatch['batch']): Event => ({
  recorded,
  what: `BATCH ${recorded.record.sequence}`,
  happenedAt: recorded.record.collectedAt,
  flags: recorded.record.flags,
  details: [`items: ${recorded.record.size}`, `root: ${recorded.record.root}`],
});

const toRows = (events: readonly Event[]): (readonly Cell[])[] =>
  events
    .toSorted(
      (a, b) => a.recorded.block - b.recorded.block || a.recorded.position - b.recorded.position,
    )
    .map(({ recorded: { key, block, record }, what, happenedAt, flags = [], details = [] }) => [
      block,
      key,
      what,
      formatCellTime(happenedAt ?? record.act.at),
      formatCellTime(record.act.at),
      record.act.member,
      record.act.jurisdiction,
      record.act.role,
      record.act.person,
      flags.join(' '),
      record.reason,
      details.join('; '),
    ]);
