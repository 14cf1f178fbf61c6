/**
 * An acquisition as CASE: the case, what allowed it, the act of collection, the batches that were
 * anchored one after the other, and their items by exhibit number.
 */
import type {
  AcquisitionRecord,
  AnswerRecord,
  BatchRecord,
  ClosingRecord,
  LocationRecord,
  SegregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { UNKNOWN } from '@tabellion/chaincode/kernel/schema';
import type { AcquisitionFacts, ExportedBatch, Recorded } from '../recorded.ts';
import { makeAction } from './action-node.ts';
import { type CaseNode, type LedgerName, makeNode, nameNode, refer } from './case-node.ts';
import { makeContentNode } from './content-node.ts';
import { formatGoverned, SharedNodes } from './shared-nodes.ts';

/** Holds the names of one batch's items at a time. */
export async function* buildAcquisitionGraph(
  ledger: LedgerName,
  facts: AcquisitionFacts,
  batches: AsyncIterable<ExportedBatch> | Iterable<ExportedBatch>,
): AsyncGenerator<CaseNode, void, undefined> {
  const shared = new SharedNodes(ledger);
  const provenance: string[] = [];
  let before = nameAcquisition(ledger, facts.acquisition.record.id);
  for await (const { batch, items } of batches) {
    const exhibits = new Map<string | undefined, string[]>();
    let index = 0;
    for await (const item of items) {
      const node = makeContentNode(ledger, `${batch.key}/${index}`, item);
      const held = exhibits.get(item.exhibit);
      if (held === undefined) exhibits.set(item.exhibit, [node['@id']]);
      else held.push(node['@id']);
      index += 1;
      yield node;
    }
    const records = [...exhibits].map(([exhibit, members]) =>
      makeProvenance(ledger, `${batch.key}/${exhibit ?? ''}`, { exhibit, members }),
    );
    yield* records;
    provenance.push(...records.map((record) => record['@id']));
    const node = makeBatchAction(ledger, shared, batch, before, records);
    yield* shared.take();
    yield node;
    before = node['@id'];
  }
  const nodes = [
    makeAcquisitionAction(ledger, shared, facts.acquisition, provenance),
    ...makeFollowing(ledger, shared, facts, before),
  ];
  nodes.push(makeInvestigation(ledger, shared, facts.acquisition.record, nodes));
  yield* shared.take();
  yield* nodes;
}

export const nameAcquisition = (ledger: LedgerName, id: string): string =>
  nameNode(ledger, 'acquisition', id);

export interface ProvenanceFacts {
  /** Without a number the record says which items belong together, and no more. */
  readonly exhibit: string | undefined;
  readonly root?: string | undefined;
  readonly members: readonly string[];
}

export function makeProvenance(
  ledger: LedgerName,
  key: string,
  { exhibit, root, members }: ProvenanceFacts,
): CaseNode {
  return makeNode(nameNode(ledger, 'provenance', key), 'investigation:ProvenanceRecord', {
    'core:name': exhibit === undefined ? 'without an exhibit number' : undefined,
    'investigation:exhibitNumber': exhibit,
    'investigation:rootExhibitNumber': root,
    'core:object': members.map(refer),
  });
}

export function makeAcquisitionAction(
  ledger: LedgerName,
  shared: SharedNodes,
  acquisition: Recorded<AcquisitionRecord>,
  results: readonly string[],
): CaseNode {
  const { record } = acquisition;
  const place = record.location?.systemJurisdiction;
  return makeAction(ledger, shared, acquisition, {
    id: nameAcquisition(ledger, record.id),
    name: `acquisition by ${formatGoverned(record.method)}`,
    says: [
      record.reason,
      `route ${record.route}, standard ${formatGoverned(record.standard)}, extent ${record.extent.kind}`,
    ],
    tags: [
      `crossBorder:${record.crossBorder}`,
      ...record.flags.map((flag) => `flag:${flag}`),
      ...(place === UNKNOWN ? ['location:UNKNOWN'] : []),
    ],
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    instruments: shared.tools(record.tools),
    place: place === undefined || place === UNKNOWN ? undefined : shared.place(place),
    results: [
      ...results,
      ...record.recordings.map((film) => shared.content(`recording ${film.kind}`, film)),
    ],
    informedBy: record.continues === undefined ? [] : [nameAcquisition(ledger, record.continues)],
  });
}

export function makeBatchAction(
  ledger: LedgerName,
  shared: SharedNodes,
  batch: Recorded<BatchRecord>,
  before: string,
  provenance: readonly CaseNode[],
): CaseNode {
  const { sequence, size, bytes, root, manifest, flags } = batch.record;
  return makeAction(ledger, shared, batch, {
    id: nameNode(ledger, 'record', batch.key),
    name: `anchoring of batch ${sequence}`,
    says: [`${size} items of ${bytes} bytes under one Merkle root: it shows any change since then`],
    tags: [`root:${root}`, `manifest:${manifest}`, ...flags.map((flag) => `flag:${flag}`)],
    objects: provenance.map((node) => node['@id']),
    informedBy: [before],
  });
}

/** What was recorded on the acquisition later, each informed by what came before. */
export function makeFollowing(
  ledger: LedgerName,
  shared: SharedNodes,
  { closing, locations, answers, segregations }: Omit<AcquisitionFacts, 'acquisition'>,
  before: string,
): CaseNode[] {
  let informedBy = before;
  const follow = (
    recorded: Recorded<ClosingRecord | LocationRecord | AnswerRecord | SegregationRecord>,
    name: string,
    says: string,
    tags: readonly string[] = [],
  ): CaseNode => {
    const id = nameNode(ledger, 'record', recorded.key);
    const facts = { id, name, says: [says], tags, informedBy: [informedBy] };
    informedBy = id;
    return makeAction(ledger, shared, recorded, facts);
  };
  return [
    ...(closing === null ? [] : [closing]).map((recorded) => {
      const { reason, batches, items, bytes, unread } = recorded.record;
      const totals = `${batches} batches, ${items} items, ${bytes} bytes, ${unread} sources unread`;
      return follow(recorded, 'closing of the acquisition', `${reason} (${totals})`);
    }),
    ...locations.map((recorded) => {
      const { cause, location, overdue, reason } = recorded.record;
      return follow(recorded, `location ${cause}`, reason, [
        `location:${location.systemJurisdiction}`,
        ...(overdue ? ['flag:OVERDUE'] : []),
      ]);
    }),
    ...answers.map((recorded) => {
      const { position, legalBasis, reason } = recorded.record;
      return follow(recorded, `position of a touched state: ${position}`, reason, [
        `legalBasis:${formatGoverned(legalBasis)}`,
      ]);
    }),
    ...segregations.map((recorded) => {
      const { relevant, relevantRoot, rest, reason } = recorded.record;
      const says = `${reason} (${relevant} relevant items; the rest ${rest})`;
      return follow(recorded, 'segregation', says, [`root:${relevantRoot}`]);
    }),
  ];
}

/** The case, with everything that was stated to allow what was done in it. */
export function makeInvestigation(
  ledger: LedgerName,
  shared: SharedNodes,
  { case: reference, legalBases, grounds, authorisation }: AcquisitionRecord,
  members: readonly CaseNode[],
): CaseNode {
  const stated = [
    ...shared.legalBases(legalBases),
    ...[...grounds, ...(authorisation === undefined ? [] : [authorisation])].map((one) =>
      shared.authorisation(one.kind, one.reference),
    ),
  ];
  return makeNode(nameNode(ledger, 'case', reference), 'investigation:Investigation', {
    'core:name': reference,
    'investigation:relevantAuthorization': stated.map(refer),
    'core:object': members.map((node) => refer(node['@id'])),
  });
}
