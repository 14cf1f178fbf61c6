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
import { formatGoverned } from '../../text/governed.ts';
import type { AcquisitionFacts, ExportedBatch, Recorded } from '../recorded.ts';
import { makeAction } from './action-node.ts';
import { type CaseNode, type LedgerName, makeNode, nameNode, refer } from './case-node.ts';
import { makeContentNode } from './content-node.ts';
import { SharedNodes } from './shared-nodes.ts';

/** Holds the names of one batch's items at a time. */
export async function* buildAcquisitionGraph(
  ledger: LedgerName,
  facts: AcquisitionFacts,
  batches: AsyncIterable<ExportedBatch> | Iterable<ExportedBatch>,
): AsyncGenerator<CaseNode, void, undefined> {
  const shared = new SharedNodes(ledger);
  const provenance: string[] = [];
  let before = nameAcquisition(ledger, facts.acquisition.record.id);
  for await (const { batch, items, from = 0 } of batches) {
    const exhibits = new Map<string | undefined, string[]>();
    let index = from;
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
    endedAt: record.endedAt,
    place: place === undefined || place === UNKNOWN ? undefined : shared.place(place),
    results,
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
  const { sequence, size, bytes } = batch.record;
  return makeAction(ledger, shared, batch, {
    id: nameNode(ledger, 'record', batch.key),
    name: `anchoring of batch ${sequence}`,
    says: [`${size} items of ${bytes} bytes under one Merkle root: it shows any change since then`],
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
  ): CaseNode => {
    const id = nameNode(ledger, 'record', recorded.key);
    const facts = { id, name, informedBy: [informedBy] };
    informedBy = id;
    return makeAction(ledger, shared, recorded, facts);
  };
  return [
    ...(closing === null ? [] : [follow(closing, 'closing of the acquisition')]),
    ...locations.map((recorded) => follow(recorded, `location ${recorded.record.cause}`)),
    ...answers.map((recorded) =>
      follow(recorded, `position of a touched state: ${recorded.record.position}`),
    ),
    ...segregations.map((recorded) => follow(recorded, 'segregation')),
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
