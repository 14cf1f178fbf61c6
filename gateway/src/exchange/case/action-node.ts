/** One recorded act as an InvestigativeAction: the same words for acquisitions, custody and reviews. */
import { listFacts, type ToldRecord } from '../facts.ts';
import { happenedAtOf, listFlags, type Recorded } from '../recorded.ts';
import {
  type CaseNode,
  type LedgerName,
  makeNode,
  makeReference,
  refer,
  toDateTime,
} from './case-node.ts';
import type { SharedNodes } from './shared-nodes.ts';

export interface ActionFacts {
  readonly id: string;
  readonly name: string;
  /** Beside the record's own facts. */
  readonly says?: readonly string[];
  readonly endedAt?: number | undefined;
  readonly objects?: readonly string[];
  readonly results?: readonly string[];
  readonly place?: string | undefined;
  readonly informedBy: readonly string[];
}

/** Told by the node's own times. */
const TOLD_BY_GRAPH: ReadonlySet<string> = new Set(['startedAt', 'endedAt', 'collectedAt']);

/**
 * When it happened is a claim; when it was recorded and in which block stands beside it. Short facts are
 * tags, texts descriptions, tools instruments, and files that are known by digest results.
 */
export function makeAction(
  ledger: LedgerName,
  shared: SharedNodes,
  recorded: Recorded<ToldRecord>,
  facts: ActionFacts,
): CaseNode {
  const { key, record, block } = recorded;
  const { act } = record;
  const told = listFacts(record).filter(({ name }) => !TOLD_BY_GRAPH.has(name));
  const ofForm = (form: 'tag' | 'text') => told.filter((fact) => fact.form === form);
  return makeNode(facts.id, 'investigation:InvestigativeAction', {
    'core:name': facts.name,
    'core:description': [
      record.reason,
      ...(facts.says ?? []),
      ...ofForm('text').map(({ name, value }) => `${name}: ${value}`),
    ],
    'core:tag': [
      ...ofForm('tag').map(({ name, value }) => `${name}:${value}`),
      ...listFlags(recorded).map((flag) => `flag:${flag}`),
      `role:${act.role}`,
      `jurisdiction:${act.jurisdiction}`,
      `keyCustody:${act.keyCustody}`,
      `transaction:${act.txId}`,
      `block:${block}`,
    ],
    'core:objectCreatedTime': toDateTime(act.at),
    'core:externalReference': [makeReference(ledger, key)],
    'action:startTime': toDateTime(happenedAtOf(record)),
    'action:endTime': facts.endedAt === undefined ? undefined : toDateTime(facts.endedAt),
    'action:performer': refer(shared.organisation(act.member)),
    'action:participant': [refer(shared.person(act.member, act.person))],
    'action:instrument': told
      .flatMap((fact) => (fact.form === 'tool' ? [shared.tool(fact.tool)] : []))
      .map(refer),
    'action:object': (facts.objects ?? []).map(refer),
    'action:result': [
      ...(facts.results ?? []),
      ...told.flatMap((fact) =>
        fact.form === 'content' ? [shared.content(fact.name, fact.content)] : [],
      ),
    ].map(refer),
    'action:location': facts.place === undefined ? [] : [refer(facts.place)],
    'investigation:wasInformedBy': facts.informedBy.map(refer),
  });
}
