/**
 * Receipts of questions, openings of others' questions, and proofs of both: one canonical JSON a line.
 * Every receipt holds the entry with the gateway's signature, and the question and answer that it commits to.
 */
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { canonicalBytes } from '@tabellion/proof';
import {
  evaluationAnswer,
  evaluationRequest,
  MAX_BUCKETS,
  oprfKeyDocument,
  privateLabel,
  tableDocument,
} from '@tabellion/screening';
import { z } from 'zod';
import { flowAnswer } from '../../flow/shape.ts';
import { base64urlText } from '../../http/schema.ts';
import { entryProof } from '../../journal/shape.ts';
import { tableId } from '../../label/private/shape.ts';
import { query, screenAnswer, screeningReceipt } from '../../label/shape.ts';

const keptScreening = z.strictObject({
  type: z.literal('tabellion.screening-receipt'),
  v: z.literal(1),
  ...screeningReceipt.shape,
  queries: z.array(query).min(1),
  answers: z.array(screenAnswer),
});
export type KeptScreening = z.infer<typeof keptScreening>;

const keptFlow = z.strictObject({
  type: z.literal('tabellion.flow-receipt'),
  v: z.literal(1),
  ...screeningReceipt.shape,
  /** With the question in it. */
  answer: flowAnswer.omit({ receipt: true }),
});
export type KeptFlow = z.infer<typeof keptFlow>;

/** Of blinded points: what was asked shows by the blinds. */
const keptEvaluation = z.strictObject({
  type: z.literal('tabellion.evaluation-receipt'),
  v: z.literal(1),
  ...screeningReceipt.shape,
  question: evaluationRequest,
  answer: evaluationAnswer,
  key: oprfKeyDocument,
  blinded: z.array(z.strictObject({ input: base64urlText, blind: base64urlText })).min(1),
});
export type KeptEvaluation = z.infer<typeof keptEvaluation>;

const keptBuckets = z.strictObject({
  type: z.literal('tabellion.bucket-receipt'),
  v: z.literal(1),
  ...screeningReceipt.shape,
  question: z.strictObject({
    table: tableId,
    buckets: z.array(z.int().min(0)).min(1).max(MAX_BUCKETS),
  }),
  /** The buckets, one after the other. */
  answer: base64urlText,
  table: tableDocument,
  /** What the buckets were asked for, and what they say of it; none where the rest failed. */
  queries: z.array(query),
  answers: z.array(screenAnswer.extend({ labels: z.array(privateLabel).optional() })),
});
export type KeptBuckets = z.infer<typeof keptBuckets>;

const keptOpening = z.strictObject({
  type: z.literal('tabellion.screening-opening'),
  v: z.literal(1),
  position: z.int().min(1),
  entry: base64urlText,
  opening: base64urlText,
});
export type KeptOpening = z.infer<typeof keptOpening>;

export const keptQuestion = z.discriminatedUnion('type', [
  keptScreening,
  keptFlow,
  keptEvaluation,
  keptBuckets,
  keptOpening,
]);
export type KeptQuestion = z.infer<typeof keptQuestion>;

export const keptProof = z.strictObject({
  type: z.literal('tabellion.entry-proof'),
  v: z.literal(1),
  position: z.int().min(1),
  ...entryProof.shape,
  batch: digestHex,
});
export type KeptProof = z.infer<typeof keptProof>;

type Written<T> = T extends { v: 1 } ? Omit<T, 'v'> : never;

/** One line of a file. */
export const encodeKept = (kept: Written<KeptQuestion | KeptProof>): Uint8Array =>
  Buffer.concat([canonicalBytes({ v: 1, ...kept }), Uint8Array.of(0x0a)]);
