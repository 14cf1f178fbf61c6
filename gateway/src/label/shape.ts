/** The forms in which the gateway answers a screening: written by its routes, read by its clients. */
import { digestHex, mspId, timestamp } from '@tabellion/chaincode/kernel/schema';
import { labelStatement, networkId } from '@tabellion/proof';
import { LABEL_STATUSES, SCORE_TERMS } from '@tabellion/screening';
import { z } from 'zod';
import { base64urlText } from '../http/schema.ts';
import { VERDICTS } from './screen.ts';

/** Longest text that is looked at as an address. */
const MAX_ADDRESS = 256;

export const query = z
  .strictObject({
    address: z.string().min(1).max(MAX_ADDRESS),
    network: networkId.optional(),
    /** The caller's own, returned as it is. */
    reference: z.string().min(1).max(128).optional(),
  })
  .meta({ id: 'ScreeningQuery' });

const { type: _type, v: _v, salt: _salt, address: _address, ...said } = labelStatement.shape;
const shownLabel = z.strictObject({
  batch: digestHex,
  index: z.int(),
  leaf: digestHex,
  member: mspId,
  assertedAt: timestamp,
  ...said,
  status: z.enum(LABEL_STATUSES),
  supporters: z.array(mspId),
  openDisputes: z.int(),
  score: z
    .strictObject({
      score: z.int(),
      terms: z.array(z.strictObject({ term: z.enum(SCORE_TERMS), points: z.int() })),
    })
    .nullable(),
});

export const screenAnswer = z
  .strictObject({
    submitted: z.string(),
    reference: z.string().optional(),
    verdict: z.enum(VERDICTS),
    address: z.string().optional(),
    networks: z.array(networkId).optional(),
    burn: z.literal(true).optional(),
    test: z.literal(true).optional(),
    code: z.string().optional(),
    detail: z.string().optional(),
    labels: z.array(shownLabel).optional(),
    omitted: z.int().optional(),
  })
  .meta({ id: 'ScreeningAnswer' });

export const screeningReceipt = z
  .strictObject({
    position: z.int().meta({ description: 'In the journal of the caller’s member' }),
    entry: base64urlText.meta({
      description: 'Exact bytes of the journal entry: commitment, digest of the answers, height',
    }),
    secret: base64urlText.meta({ description: 'Opens the commitment' }),
  })
  .meta({ id: 'ScreeningReceipt' });

export const screening = z.strictObject({
  height: z.int().meta({ description: 'Blocks that the answers rest on' }),
  at: timestamp.meta({ description: 'The ledger’s time at that height' }),
  rule: z.strictObject({ id: z.string(), version: z.int() }).nullable(),
  answers: z.array(screenAnswer),
  receipt: screeningReceipt,
});
