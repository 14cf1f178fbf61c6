/** The forms in which the gateway answers a screening: written by its routes, read by its clients. */
import {
  digestHex,
  governed,
  jurisdiction,
  mspId,
  timestamp,
} from '@tabellion/chaincode/kernel/schema';
import { objector } from '@tabellion/chaincode/member/record';
import { labelStatement, networkId } from '@tabellion/proof';
import { LABEL_STATUSES, PRESUMPTION_STATES, SCORE_TERMS } from '@tabellion/screening';
import { z } from 'zod';
import { base64urlText } from '../http/schema.ts';
import { sealedEntry } from '../journal/shape.ts';
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
/** Beside labels and transfers: what a rule presumes, where it is law, and what was said against it. */
export const shownPresumption = z.strictObject({
  rule: governed,
  presumed: z.literal('PRESUMED_ILLICIT'),
  adoptedBy: z.array(jurisdiction),
  state: z.enum(PRESUMPTION_STATES),
  since: timestamp,
  rebutBy: timestamp,
  rebuttals: z.array(
    z.strictObject({
      dispute: z.string(),
      member: mspId,
      onBehalfOf: objector,
      at: timestamp,
      answer: z.enum(['NONE', 'MAINTAINED', 'REBUTTED']),
    }),
  ),
});

export const shownLabel = z.strictObject({
  batch: digestHex,
  index: z.int(),
  leaf: digestHex,
  member: mspId,
  assertedAt: timestamp,
  ...said,
  status: z.enum(LABEL_STATUSES),
  supporters: z.array(mspId),
  openDisputes: z.int(),
  overdueDisputes: z.int().optional().meta({
    description: 'Of the open disputes, those that were not answered in time',
  }),
  score: z
    .strictObject({
      score: z.int(),
      terms: z.array(z.strictObject({ term: z.enum(SCORE_TERMS), points: z.int() })),
    })
    .nullable(),
  presumptions: z.array(shownPresumption).optional(),
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
    ...sealedEntry.shape,
    secret: z.string().length(43).meta({ description: 'With the queries, opens the commitment' }),
  })
  .meta({ id: 'ScreeningReceipt' });

export const screening = z.strictObject({
  height: z.int().meta({ description: 'Blocks that the answers rest on' }),
  at: timestamp.meta({ description: 'The ledger’s time at that height' }),
  rule: z.strictObject({ id: z.string(), version: z.int() }).nullable(),
  answers: z.array(screenAnswer),
  receipt: screeningReceipt,
});

export const openedScreenings = z.strictObject({
  opened: z.array(
    z.strictObject({
      position: z.int(),
      entry: base64urlText.meta({ description: 'Exact bytes of the screening’s entry' }),
      opening: base64urlText.nullable().meta({
        description:
          'What its commitment is the SHA-256 of: secret and queries; null once that is erased',
      }),
    }),
  ),
  receipt: sealedEntry,
});
