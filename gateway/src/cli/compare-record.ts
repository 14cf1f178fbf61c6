/**
 * Before a person signs: the record that the endorsers answered with says exactly what was asked for, and
 * names this person, this certificate and this transaction as the one who acts (O-7).
 */
import {
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  locationRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { readCredentials } from '@tabellion/chaincode/kernel/credentials';
import { memberRecord, proposalRecord, voteRecord } from '@tabellion/chaincode/member/record';
import { canonicalText, parseCanonical } from '@tabellion/proof';
import type { z } from 'zod';
import type { Signer } from '../ledger/act.ts';
import { LedgerError } from '../ledger/port.ts';

/** The record that each function answers with, and input that travels without standing in it. */
const RECORDS: Readonly<Record<string, { schema: z.ZodType; unrecorded?: readonly string[] }>> = {
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
};

interface Asked {
  readonly transaction: string;
  readonly input: object;
}

interface SignedBy {
  readonly signer: Signer;
  readonly txId: string;
  /** Time of the proposal, milliseconds since 1970. */
  readonly at: number;
}

/** @throws LedgerError `ENDORSEMENT_MISMATCH`. */
export function compareRecord(
  { transaction, input }: Asked,
  result: Uint8Array,
  by: SignedBy,
): void {
  const kind = Object.hasOwn(RECORDS, transaction) ? RECORDS[transaction] : undefined;
  const parsed = kind?.schema.safeParse(parseCanonical(result));
  if (!parsed?.success) throw mismatch(by.txId, 'it is no record of that kind');
  const record = parsed.data as Record<string, unknown>;
  for (const [field, value] of Object.entries(input)) {
    if (kind?.unrecorded?.includes(field)) continue;
    if (!isSame(record[field], value)) throw mismatch(by.txId, `${field} is not as asked for`);
  }
  const act = record.act as Record<string, unknown>;
  const { signer, txId, at } = by;
  const expected = { txId, at, ...readCredentials(signer.mspId, signer.certificate) };
  for (const [field, value] of Object.entries(expected)) {
    if (act[field] !== value) throw mismatch(txId, `it names another ${field} than the signer's`);
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
