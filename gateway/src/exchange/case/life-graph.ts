/**
 * The life of one item as CASE: where it came from, every step of its custody, each informed by the one
 * before, and what was said of it in review. Digests show change and nothing else; opinions on the
 * content stand as annotations with their author (EVD-16).
 */
import type { CustodyRecord, ItemRecord } from '@tabellion/chaincode/custody/record';
import type { Act } from '@tabellion/chaincode/kernel/schema';
import type { Commitment } from '@tabellion/proof';
import type { ItemLife } from '../../custody/life.ts';
import type { Recorded } from '../recorded.ts';
import { describeStep } from '../step-words.ts';
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
  { opening, steps, provenance }: ItemLife,
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
  const [item, record] = results.map((node) => node['@id']);
  const opened = nameNode(ledger, 'record', opening.key);
  const { origin, reason, flags, happenedAt } = opening.record;
  yield makeAction(ledger, shared, opening, {
    id: opened,
    name: `custody opened: ${origin.kind}`,
    says: [reason],
    tags: flags.map((flag) => `flag:${flag}`),
    startedAt: happenedAt,
    ...(origin.kind === 'DERIVED' && {
      objects: [nameItem(ledger, origin.source)],
      instruments: shared.tools(origin.tools),
    }),
    results: [
      item!,
      record!,
      ...(origin.kind === 'EXHIBIT' ? origin.pictures : []).map((picture) =>
        shared.content(`picture ${picture.kind}`, picture),
      ),
    ],
    informedBy: [collected],
  });
  let before = opened;
  for (const step of steps) {
    const node = makeStep(ledger, shared, step, record!, before);
    yield node;
    before = node['@id'];
  }
}

function makeStep(
  ledger: LedgerName,
  shared: SharedNodes,
  step: Recorded<CustodyRecord>,
  object: string,
  before: string,
): CaseNode {
  const { record } = step;
  const { says, tags, contents, tools } = describeStep(record);
  return makeAction(ledger, shared, step, {
    id: nameNode(ledger, 'record', step.key),
    name: `custody step ${record.sequence}: ${record.kind}`,
    says: [record.reason, ...says],
    tags: [...tags, ...record.flags.map((flag) => `flag:${flag}`)],
    startedAt: record.happenedAt,
    objects: [object],
    instruments: shared.tools(tools),
    results: contents.map(({ name, ...content }) => shared.content(name, content)),
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
  const note = (
    { key, record }: Recorded<{ readonly act: Act }>,
    statement: readonly string[],
  ): CaseNode =>
    makeNode(nameNode(ledger, 'record', key), 'core:Annotation', {
      'core:statement': statement,
      'core:object': [refer(item['@id'])],
      'core:createdBy': refer(shared.organisation(record.act.member)),
      'core:objectCreatedTime': toDateTime(record.act.at),
      'core:externalReference': [makeReference(ledger, key)],
    });
  for (const { objection, replies, overdue } of life.objections) {
    const { by, reason } = objection.record;
    const unanswered = overdue ? 'unanswered past its time' : 'unanswered';
    yield note(objection, [
      `objection by ${by.capacity}: ${reason}`,
      ...(replies.length === 0 ? [unanswered] : []),
    ]);
    for (const reply of replies) {
      yield note(reply, [`reply ${reply.record.outcome}: ${reply.record.reason}`]);
    }
  }
  for (const one of life.regularity) {
    yield note(one, [`regularity ${one.record.outcome}: ${one.record.reason}`]);
  }
  for (const one of life.authenticity) {
    const { method, result, reason } = one.record;
    yield note(one, [`examination of the content by ${method}: ${result}: ${reason}`]);
  }
  for (const one of life.weights) {
    const { showsDestination, reason } = one.record;
    yield note(one, [`probative force: ${reason} (shows destination: ${showsDestination})`]);
  }
}
