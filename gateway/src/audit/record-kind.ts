/** What may stand under which key: the forms of records, and which of them are written once. */
import { custodyRecord, itemHeadRecord, itemRecord } from '@tabellion/chaincode/custody/record';
import { CUSTODY_DECISIONS } from '@tabellion/chaincode/custody/rules';
import { grantRecord, revocationRecord } from '@tabellion/chaincode/disclosure/record';
import {
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  headRecord,
  journalHeadRecord,
  journalRecord,
  locationHeadRecord,
  locationRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import {
  corroborationRecord,
  disputeAnswerRecord,
  disputeHeadRecord,
  disputeRecord,
  labelBatchRecord,
  labelManifestRecord,
  labelWithheldRecord,
  missRecord,
  opinionRecord,
  sightingRecord,
  withdrawalRecord,
} from '@tabellion/chaincode/label/record';
import {
  foundingRecord,
  memberRecord,
  parameterRecord,
  proposalRecord,
  referenceRecord,
  voteRecord,
} from '@tabellion/chaincode/member/record';
import { orderHeadRecord, orderRecord, orderStepRecord } from '@tabellion/chaincode/order/record';
import { ORDER_DECISIONS } from '@tabellion/chaincode/order/rules';
import {
  authenticityRecord,
  objectionHeadRecord,
  objectionRecord,
  regularityRecord,
  replyRecord,
  weightRecord,
} from '@tabellion/chaincode/review/record';
import type { z } from 'zod';

interface RecordKind<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  /** Never written a second time and never deleted. */
  readonly once: boolean;
  /** Functions that write it. */
  readonly writers: readonly string[];
}

const once = <Schema extends z.ZodType>(
  schema: Schema,
  ...writers: string[]
): RecordKind<Schema> => ({ schema, once: true, writers });
const mutable = <Schema extends z.ZodType>(
  schema: Schema,
  ...writers: string[]
): RecordKind<Schema> => ({ schema, once: false, writers });

const FOUNDED = ['member:found', 'member:vote'] as const;
const LOCATED = ['evidence:disclose', 'evidence:determine'] as const;
const BEGUN = ['custody:open', 'custody:register', 'custody:derive'] as const;
const CUSTODY = Object.keys(CUSTODY_DECISIONS);
const STEPS = CUSTODY.filter((name) => !(BEGUN as readonly string[]).includes(name));
const ORDERS = Object.keys(ORDER_DECISIONS);

/** By the first part of the key. */
export const RECORD_KINDS = {
  founding: once(foundingRecord, 'member:found'),
  member: mutable(memberRecord, ...FOUNDED, 'member:declare'),
  'member-history': once(memberRecord, ...FOUNDED, 'member:declare'),
  parameter: mutable(parameterRecord, ...FOUNDED),
  'parameter-history': once(parameterRecord, ...FOUNDED),
  reference: once(referenceRecord, ...FOUNDED),
  proposal: mutable(proposalRecord, 'member:propose', 'member:vote'),
  vote: once(voteRecord, 'member:vote'),
  acquisition: once(acquisitionRecord, 'evidence:acquire'),
  head: mutable(headRecord, 'evidence:acquire', 'evidence:anchor', 'evidence:close'),
  'location-head': mutable(locationHeadRecord, 'evidence:acquire', ...LOCATED),
  batch: once(batchRecord, 'evidence:anchor'),
  closing: once(closingRecord, 'evidence:close'),
  answer: once(answerRecord, 'evidence:answer'),
  location: once(locationRecord, ...LOCATED),
  segregation: once(segregationRecord, 'evidence:segregate'),
  journal: once(journalRecord, 'evidence:anchorJournal'),
  'journal-head': mutable(journalHeadRecord, 'evidence:anchorJournal'),
  item: once(itemRecord, ...BEGUN),
  'item-head': mutable(itemHeadRecord, ...CUSTODY),
  custody: once(custodyRecord, ...STEPS),
  objection: once(objectionRecord, 'review:object'),
  'objection-head': mutable(objectionHeadRecord, 'review:object', 'review:reply'),
  reply: once(replyRecord, 'review:reply'),
  regularity: once(regularityRecord, 'review:judge'),
  authenticity: once(authenticityRecord, 'review:examine'),
  weight: once(weightRecord, 'review:weigh'),
  grant: once(grantRecord, 'disclosure:grant'),
  revocation: once(revocationRecord, 'disclosure:revoke'),
  'label-batch': once(labelBatchRecord, 'label:assert'),
  'label-manifest': mutable(labelManifestRecord, 'label:assert'),
  'label-miss': once(missRecord, 'label:miss'),
  'label-withheld': once(labelWithheldRecord, 'label:miss'),
  corroboration: once(corroborationRecord, 'label:corroborate'),
  opinion: once(opinionRecord, 'label:opine'),
  sighting: once(sightingRecord, 'label:sight'),
  dispute: once(disputeRecord, 'label:dispute'),
  'dispute-head': mutable(disputeHeadRecord, 'label:dispute'),
  'dispute-answer': once(disputeAnswerRecord, 'label:answer'),
  withdrawal: once(withdrawalRecord, 'label:withdraw'),
  order: once(orderRecord, 'order:issue'),
  'order-head': mutable(orderHeadRecord, ...ORDERS),
  'order-step': once(orderStepRecord, ...ORDERS.filter((name) => name !== 'order:issue')),
} as const satisfies Record<string, RecordKind>;

export type RecordName = keyof typeof RECORD_KINDS;

export const isRecordName = (name: string): name is RecordName => Object.hasOwn(RECORD_KINDS, name);
