/**
 * The life of one item as CASE: where it came from, every step of its custody, each informed by the one
 * before, and what was said of it in review. Digests show change and nothing else; opinions on the
 * content stand as annotations with their author (EVD-16).
 */
import type { ItemRecord } from '@tabellion/chaincode/custody/record';
import type { Commitment } from '@tabellion/proof';
import { describeLeftOut } from '../../custody/left-out.ts';
import type { ItemLife } from '../../custody/life.ts';
import { listFacts, type ToldRecord } from '../facts.ts';
import { listFlags, type Recorded } from '../recorded.ts';
import {
  makeAcquisitionAction,
  makeBatchAction,
  makeFollowing,
  makeInvestigation,
  makeProvenance,
} from './acquisition-graph.ts';
import { makeAction } from './action-node.ts';
import {
  type CaseNode,
  type LedgerName,
  makeNode,
  makeReference,
  nameNode,
  refer,
  toDateTime,
} from './case-node.ts';
import { makeContentNode } from './content-node.ts';
import { SharedNodes } from './shared-nodes.ts';

/** @param commitment what the reader's member holds of the item; the ledger has its hash only. */
export function* buildLifeGraph(
  ledger: LedgerName,
  life: ItemLife,
  commitment: Commitment | undefined,
): Generator<CaseNode, void, undefined> {
  const shared = new SharedNodes(ledger);
  const { provenance, opening } = life;
  const item = makeItemNode(ledger, opening, commitment);
  const sources = provenance.sources.map((source) => makeItemNode(ledger, source, undefined));
  const results = life.derived.map((one) => makeItemNode(ledger, one, undefined));
  const record = makeProvenance(ledger, opening.key, {
    exhibit: exhibitOf(opening.record) ?? commitment?.exhibit,
    root: [opening, ...provenance.sources].map(({ record }) => exhibitOf(record)).findLast(Boolean),
    members: [item['@id']],
  });
  const actions = [...buildActions(ledger, shared, life, [item, record])];
  const annotations = [...annotate(ledger, shared, life, item)];
  const investigation = makeInvestigation(ledger, shared, provenance.acquisition.record, [
    ...actions,
    record,
  ]);
  yield* shared.take();
  yield* [...sources, ...results, item, record, ...actions, ...annotations, investigation];
}

function* buildActions(
  ledger: LedgerName,
  shared: SharedNodes,
  { opening, steps, provenance, derived }: ItemLife,
  results: readonly CaseNode[],
): Generator<CaseNode, void, undefined> {
  const { acquisition, batch } = provenance;
  const acquired = makeAcquisitionAction(ledger, shared, acquisition, []);
  yield acquired;
  const anchored =
    batch === null ? [] : [makeBatchAction(ledger, shared, batch, acquired['@id'], [])];
  yield* anchored;
  const collected = [acquired, ...anchored].at(-1)!['@id'];
  yield* makeFollowing(ledger, shared, provenance, collected);
  const opened = nameNode(ledger, 'record', opening.key);
  let before = collected;
  for (const source of provenance.sources.toReversed()) {
    const made = makeOpening(
      ledger,
      shared,
      source,
      [nameItem(ledger, source.record.item)],
      before,
    );
    yield made;
    before = made['@id'];
  }
  yield makeOpening(
    ledger,
    shared,
    opening,
    results.map((node) => node['@id']),
    before,
  );
  for (const one of derived) {
    yield makeOpening(ledger, shared, one, [nameItem(ledger, one.record.item)], opened);
  }
  before = opened;
  const [, record] = results.map((node) => node['@id']);
  for (const step of steps) {
    const node = makeAction(ledger, shared, step, {
      id: nameNode(ledger, 'record', step.key),
      name: `custody step ${step.record.sequence}: ${step.record.kind}`,
      objects: [record!],
      informedBy: [before],
    });
    yield node;
    before = node['@id'];
  }
}

/** How an item came to be one: opened, registered or made of another. */
function makeOpening(
  ledger: LedgerName,
  shared: SharedNodes,
  opening: Recorded<ItemRecord>,
  results: readonly string[],
  before: string,
): CaseNode {
  const { origin } = opening.record;
  return makeAction(ledger, shared, opening, {
    id: nameNode(ledger, 'record', opening.key),
    name: `custody opened: ${origin.kind}`,
    objects: origin.kind === 'DERIVED' ? [nameItem(ledger, origin.source)] : [],
    results,
    informedBy: [before],
  });
}

const nameItem = (ledger: LedgerName, item: string) => nameNode(ledger, 'item', item);

const exhibitOf = ({ origin }: ItemRecord) =>
  origin.kind === 'EXHIBIT' ? origin.exhibit : undefined;

function makeItemNode(
  ledger: LedgerName,
  { key, record }: Recorded<ItemRecord>,
  commitment: Commitment | undefined,
): CaseNode {
  const { item, origin, mirrorOf } = record;
  const more = {
    'core:externalReference': [makeReference(ledger, key)],
    'investigation:wasDerivedFrom':
      origin.kind === 'DERIVED' ? [refer(nameItem(ledger, origin.source))] : [],
  };
  const says = [
    ...(origin.kind === 'DERIVED' ? [`derived: ${origin.as.form}`] : []),
    ...(mirrorOf === undefined
      ? []
      : [`mirror of an original under ${mirrorOf.jurisdiction}, SHA-256 ${mirrorOf.sha256}`]),
  ];
  if (commitment !== undefined) {
    return makeContentNode(ledger, item, commitment, { ...more, 'core:description': says });
  }
  return makeNode(
    nameItem(ledger, item),
    origin.kind === 'EXHIBIT' ? 'core:Item' : 'observable:ObservableObject',
    {
      'core:name': origin.kind === 'EXHIBIT' ? origin.thing : item,
      'core:description': says,
      ...more,
    },
  );
}

function* annotate(
  ledger: LedgerName,
  shared: SharedNodes,
  life: ItemLife,
  item: CaseNode,
): Generator<CaseNode, void, undefined> {
  const note = (recorded: Recorded<ToldRecord>, headline: string): CaseNode => {
    const { key, record } = recorded;
    return makeNode(nameNode(ledger, 'record', key), 'core:Annotation', {
      'core:statement': [
        headline,
        ...listFacts(record).map(({ name, value }) => `${name}: ${value}`),
      ],
      'core:tag': listFlags(recorded).map((flag) => `flag:${flag}`),
      'core:object': [refer(item['@id'])],
      'core:createdBy': refer(shared.organisation(record.act.member)),
      'core:objectCreatedTime': toDateTime(record.act.at),
      'core:externalReference': [makeReference(ledger, key)],
    });
  };
  for (const { objection, replies, overdue } of life.objections) {
    const { by, reason } = objection.record;
    const unanswered = overdue ? 'unanswered past its time' : 'unanswered';
    const answer = replies.length === 0 ? ` (${unanswered})` : '';
    yield note(objection, `objection by ${by.capacity}: ${reason}${answer}`);
    for (const reply of replies) {
      yield note(reply, `reply ${reply.record.outcome}: ${reply.record.reason}`);
    }
  }
  for (const one of life.regularity) {
    yield note(one, `regularity ${one.record.outcome}: ${one.record.reason}`);
  }
  for (const one of life.authenticity) {
    const { result, reason } = one.record;
    yield note(one, `examination of the content: ${result}: ${reason}`);
  }
  for (const one of life.weights) yield note(one, `probative force: ${one.record.reason}`);
  const leftOut = describeLeftOut(life);
  if (leftOut.length === 0) return;
  yield makeNode(
    nameNode(ledger, 'record', `left-out/${life.opening.record.item}`),
    'core:Annotation',
    {
      'core:statement': leftOut,
      'core:tag': life.leftOut.map((name) => `leftOut:${name}`),
      'core:object': [refer(item['@id'])],
    },
  );
}
