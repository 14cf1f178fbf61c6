/**
 * One transfer as one member observed it: a line of a batch of transfers. Like a label's, only the root
 * over these lines goes on the ledger, and the salt keeps a known transfer from being confirmed by trial
 * (LBL-5, LBL-7, LBL-10).
 */
import { z } from 'zod';
import { salt } from '../bundle/record.ts';
import {
  addressText,
  categoryId,
  networkId,
  pap,
  provenance,
  text,
  time,
  tlp,
} from '../label/statement.ts';

/** Most addresses that one transfer is paid from together, as the inputs of one transaction are. */
export const MAX_SENDERS = 64;
/** Most evidence that one batch of transfers rests on. */
export const MAX_EVIDENCE = 16;

const MOST = (2n ** 256n - 1n).toString();
/** In the asset's smallest unit, decimal, with no sign and no leading zero; below 2^256, at least 1. */
export const amount = z
  .string()
  .regex(/^[1-9][0-9]{0,77}$/)
  // Of as many digits the larger number is the larger text; runs on what is no number as well.
  .refine((digits) => digits.length < MOST.length || digits <= MOST, { error: 'too large' });

/** `native`, or CAIP-19 for a token; which namespaces are known, `screening` says. */
export const assetId = z.string().regex(/^(native|[-a-zA-Z0-9:_./%]{7,200})$/);

/** What stands on the ledger and shows where the observation comes from. */
export const evidenceLink = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ACQUISITION'),
    id: z.string().regex(/^[0-9a-f]{32}$/),
  }),
  z.strictObject({ kind: z.literal('ITEM'), id: z.string().regex(/^[0-9a-f]{64}$/) }),
]);
export type EvidenceLink = z.infer<typeof evidenceLink>;
/** As a text, for comparing and for tables. */
export const nameEvidence = ({ kind, id }: EvidenceLink): string => `${kind}:${id}`;

export const evidenceLinks = z
  .array(evidenceLink)
  .min(1)
  .max(MAX_EVIDENCE)
  .refine((links) => new Set(links.map(nameEvidence)).size === links.length, {
    error: 'one stands twice',
  });

export const transferStatement = z.strictObject({
  type: z.literal('tabellion.transfer'),
  v: z.literal(1),
  network: networkId,
  /** Hash of the transaction, as its network writes it. */
  transaction: z.string().regex(/^[0-9A-Za-z]{1,128}$/),
  /** Which output of it, or which entry of the block's log. */
  index: z.int().min(0).max(4_294_967_295),
  /** Paid from, in ascending order: one, or the inputs of a transaction together. */
  from: z
    .array(addressText)
    .min(1)
    .max(MAX_SENDERS)
    .refine((all) => all.every((one, at) => at === 0 || all[at - 1]! < one), {
      error: 'not in ascending order, or one stands twice',
    }),
  to: addressText,
  asset: assetId,
  amount,
  /** What came out where it changed chain or asset, at a bridge or an exchange of tokens (LBL-5). */
  arrival: z.strictObject({ network: networkId, asset: assetId, amount }).optional(),
  /** Time of its block, milliseconds since 1970: what hops are put in order by. */
  at: time,
  /** Height of its block. */
  block: z.int().min(0).optional(),
  /** By which channel, a category of the taxonomy that the batch names (LBL-9). */
  channel: categoryId.optional(),
  provenance,
  source: text(512),
  links: evidenceLinks,
  tlp,
  pap,
  salt,
});
export type TransferStatement = z.infer<typeof transferStatement>;
/** What a statement says before it is salted. */
export type TransferFacts = Omit<TransferStatement, 'type' | 'v' | 'salt'>;
