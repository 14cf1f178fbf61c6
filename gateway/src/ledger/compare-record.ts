/**
 * Before anybody signs, person or gateway: the record that the endorsers answered with says exactly what
 * was asked for, and names this signer, this certificate and this transaction as the one who acts (O-7).
 */
import { custodyRecord, itemRecord } from '@tabellion/chaincode/custody/record';
import { CUSTODY_DECISIONS } from '@tabellion/chaincode/custody/rules';
import { grantRecord, revocationRecord } from '@tabellion/chaincode/disclosure/record';
import {
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  journalRecord,
  locationRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { readCredentials } from '@tabellion/chaincode/kernel/credentials';
import {
  corroborationRecord,
  disputeAnswerRecord,
  disputeRecord,
  labelBatchRecord,
  missRecord,
  opinionRecord,
  sightingRecord,
  withdrawalRecord,
} from '@tabellion/chaincode/label/record';
import {
  foundingRecord,
  memberRecord,
  proposalRecord,
  voteRecord,
} from '@tabellion/chaincode/member/record';
import { orderRecord, orderStepRecords } from '@tabellion/chaincode/order/record';
import {
  authenticityRecord,
  objectionRecord,
  regularityRecord,
  replyRecord,
  weightRecord,
} from '@tabellion/chaincode/review/record';
import { canonicalText, parseCanonical, parseStrict } from '@tabellion/proof';
import { z } from 'zod';
import type { ActRequest, EndorsedAct, Signer } from './act.ts';
import { LedgerError } from './port.ts';

interface Answer {
  readonly schema: z.ZodType;
  /** Input that travels without standing in the record. */
  readonly unrecorded?: readonly string[];
  /** What the record may have beyond the input: it follows from what the input names. */
  readonly followed?: readonly string[];
}

const steps = Object.keys(CUSTODY_DECISIONS).map((name) => [name, { schema: custodyRecord }]);
const orderSteps = Object.entries(orderStepRecords).map(([verb, schema]) => [
  `order:${verb}`,
  { schema },
]);

/** The record that each function answers with. */
const RECORDS: Readonly<Record<string, Answer>> = {
  // Members, parameters and entries get records of their own beside the founding's.
  'member:found': { schema: foundingRecord, unrecorded: ['members', 'parameters', 'reference'] },
  'member:propose': { schema: proposalRecord },
  'member:vote': { schema: voteRecord },
  // The reason stands in the record's cause.
  'member:declare': { schema: memberRecord, unrecorded: ['reason'] },
  'evidence:acquire': { schema: acquisitionRecord },
  'evidence:anchor': { schema: batchRecord },
  'evidence:close': { schema: closingRecord },
  'evidence:answer': { schema: answerRecord },
  'evidence:disclose': { schema: locationRecord, unrecorded: ['salt'] },
  'evidence:determine': { schema: locationRecord },
  'evidence:segregate': { schema: segregationRecord },
  'evidence:anchorJournal': { schema: journalRecord },
  ...Object.fromEntries(steps),
  'custody:open': { schema: itemRecord, unrecorded: ['path'] },
  'custody:register': { schema: itemRecord },
  'custody:derive': { schema: itemRecord },
  'review:object': { schema: objectionRecord },
  'review:reply': { schema: replyRecord },
  'review:judge': { schema: regularityRecord },
  'review:examine': { schema: authenticityRecord },
  'review:weigh': { schema: weightRecord },
  'disclosure:grant': { schema: grantRecord },
  'disclosure:revoke': { schema: revocationRecord },
  'label:assert': { schema: labelBatchRecord },
  'label:miss': { schema: missRecord },
  'label:corroborate': { schema: corroborationRecord, unrecorded: ['path'] },
  'label:opine': { schema: opinionRecord, unrecorded: ['path'] },
  'label:sight': { schema: sightingRecord, unrecorded: ['path'] },
  'label:dispute': { schema: disputeRecord, unrecorded: ['path'] },
  // What is disputed stands in the dispute.
  'label:answer': { schema: disputeAnswerRecord, followed: ['label'] },
  'label:withdraw': { schema: withdrawalRecord, unrecorded: ['path', 'replacementPath'] },
  'order:issue': { schema: orderRecord, followed: ['treaty'] },
  ...Object.fromEntries(orderSteps),
};

/**
 * The comparison that `performAct` makes for one of Tabellion's acts. What the contract computes besides
 * (flags, reach, totals of a chain) must have the record's form; its values are the endorsers' word.
 * It throws LedgerError `ENDORSEMENT_MISMATCH`, also for a function whose record is not known.
 */
export function expectRecord(
  { transaction, args }: ActRequest,
  signer: Signer,
): (endorsed: Pick<EndorsedAct, 'txId' | 'at' | 'result'>) => void {
  return ({ txId, at, result }) => {
    const kind = Object.hasOwn(RECORDS, transaction) ? RECORDS[transaction] : undefined;
    const record = kind && readRecord(kind.schema, result);
    if (!kind || !record) throw mismatch(txId, 'it is no record of that kind');
    const asked = parseStrict(args[0]!) as Record<string, unknown>;
    for (const [field, value] of Object.entries(asked)) {
      if (kind.unrecorded?.includes(field)) continue;
      if (!isSame(record[field], value)) throw mismatch(txId, `${field} is not as asked for`);
    }
    for (const field of Object.keys(record)) {
      if (kind.followed?.includes(field)) continue;
      const added = !Object.hasOwn(asked, field) && isOptional(kind.schema, field);
      if (added) throw mismatch(txId, `${field} was not asked for`);
    }
    const act = record.act as Record<string, unknown>;
    const expected = { txId, at, ...readCredentials(signer.mspId, signer.certificate) };
    for (const [field, value] of Object.entries(expected)) {
      if (act[field] !== value) throw mismatch(txId, `it names another ${field} than the signer's`);
    }
  };
}

function readRecord(schema: z.ZodType, bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    return schema.parse(parseCanonical(bytes)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** What a record may lack is what its signer may leave unsaid: the contracts add nothing of that kind. */
function isOptional(schema: z.ZodType, field: string): boolean {
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return schema.options.some((option) => isOptional(option as z.ZodType, field));
  }
  if (!(schema instanceof z.ZodObject)) return false;
  const rule: z.ZodType | undefined = schema.shape[field];
  return rule?.safeParse(undefined).success === true;
}

const isSame = (found: unknown, asked: unknown): boolean =>
  found === undefined || asked === undefined
    ? found === asked
    : canonicalText(found) === canonicalText(asked);

const mismatch = (txId: string, why: string): LedgerError =>
  new LedgerError(
    'ENDORSEMENT_MISMATCH',
    `nothing was signed: the endorsed record differs from what was asked for (${why})`,
    { txId },
  );
