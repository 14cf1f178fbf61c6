/**
 * Before anybody signs, person or gateway: the record that the endorsers answered with says exactly what
 * was asked for, and names this signer, this certificate and this transaction as the one who acts (O-7).
 */
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
  foundingRecord,
  memberRecord,
  proposalRecord,
  voteRecord,
} from '@tabellion/chaincode/member/record';
import { canonicalText, parseCanonical, parseStrict } from '@tabellion/proof';
import type { z } from 'zod';
import type { ActRequest, EndorsedAct, Signer } from './act.ts';
import { LedgerError } from './port.ts';

/** The record that each function answers with, and input that travels without standing in it. */
const RECORDS: Readonly<Record<string, { schema: z.ZodType; unrecorded?: readonly string[] }>> = {
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
    for (const [field, value] of Object.entries(parseStrict(args[0]!) as object)) {
      if (kind.unrecorded?.includes(field)) continue;
      if (!isSame(record[field], value)) throw mismatch(txId, `${field} is not as asked for`);
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
