/** One recorded act as an InvestigativeAction: the same words for acquisitions, custody and reviews. */
import type { Act } from '@tabellion/chaincode/kernel/schema';
import type { Recorded } from '../recorded.ts';
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
  readonly says: readonly string[];
  readonly tags?: readonly string[];
  /** As its author claims; without it, the time of the record. */
  readonly startedAt?: number;
  readonly endedAt?: number | undefined;
  readonly instruments?: readonly string[];
  readonly objects?: readonly string[];
  readonly results?: readonly string[];
  readonly place?: string | undefined;
  readonly informedBy: readonly string[];
}

/** When it happened is a claim; when it was recorded and in which block stands beside it. */
export function makeAction(
  ledger: LedgerName,
  shared: SharedNodes,
  { key, record, block }: Recorded<{ readonly act: Act }>,
  facts: ActionFacts,
): CaseNode {
  const { act } = record;
  return makeNode(facts.id, 'investigation:InvestigativeAction', {
    'core:name': facts.name,
    'core:description': facts.says,
    'core:tag': [
      ...(facts.tags ?? []),
      `role:${act.role}`,
      `jurisdiction:${act.jurisdiction}`,
      `block:${block}`,
    ],
    'core:objectCreatedTime': toDateTime(act.at),
    'core:externalReference': [makeReference(ledger, key)],
    'action:startTime': toDateTime(facts.startedAt ?? act.at),
    'action:endTime': facts.endedAt === undefined ? undefined : toDateTime(facts.endedAt),
    'action:performer': refer(shared.organisation(act.member)),
    'action:participant': [refer(shared.person(act.member, act.person))],
    'action:instrument': (facts.instruments ?? []).map(refer),
    'action:object': (facts.objects ?? []).map(refer),
    'action:result': (facts.results ?? []).map(refer),
    'action:location': facts.place === undefined ? [] : [refer(facts.place)],
    'investigation:wasInformedBy': facts.informedBy.map(refer),
  });
}
