/**
 * What one member says about one address: a line of a label batch's manifest. Only the Merkle root over
 * these lines goes on the ledger, and the salt keeps a known address from being confirmed by trial
 * (LBL-1, LBL-12).
 */
import { z } from 'zod';
import { salt } from '../bundle/record.ts';

/** Most labels under one root: paths stay at 17 hashes. */
export const MAX_LABELS = 131_072;

export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), { error: 'holds a lone surrogate' })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    .refine((value) => !/[\u0000-\u001f\u007f]/.test(value), {
      error: 'holds a control character',
    });
const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** Of a taxonomy's category. */
export const categoryId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
/** Milliseconds since 1970. */
export const time = z.int().min(0).max(253_402_300_799_999);

/** How the asserter came to know, in GraphSense's words; how much it weighs is a governed rule. */
export const PROVENANCES = [
  'override',
  'ownership',
  'ledger_immanent',
  'manual_transaction',
  'service_api',
  'forensic_investigation',
  'authority_data',
  'trusted_provider',
  'service_data',
  'forensic',
  'untrusted_transaction',
  'web_crawl',
  'heuristic',
  'unknown',
] as const;
export const provenance = z.enum(PROVENANCES);
export type Provenance = z.infer<typeof provenance>;

/** CAIP-2. */
export const networkId = z.string().regex(/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/);

/**
 * Traffic Light Protocol 2.0, the strictest last. RED is for named recipients only: what carries it does
 * not belong in a library that every member holds.
 */
export const TLP = ['CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT'] as const;
export const tlp = z.enum(TLP);
/** Permissible Actions Protocol. */
export const pap = z.enum(['CLEAR', 'GREEN', 'AMBER', 'RED']);

/** In the canonical form of its kind, which `screening` checks. */
export const addressText = z.string().regex(/^[!-~]{1,128}$/);

export const labelStatement = z.strictObject({
  type: z.literal('tabellion.label'),
  v: z.literal(1),
  network: networkId,
  address: addressText,
  /** Of the taxonomy that the batch names. */
  category: categoryId,
  /** What the address is called. */
  label: text(160),
  provenance,
  source: text(512),
  /** Whoever is taken to control the address; never a natural person's name (LBL-12). */
  actor: text(80).optional(),
  /** Further entries of the taxonomy. */
  concepts: z.array(categoryId).min(1).max(16).optional(),
  /** What of the ledger it rests on. */
  links: z
    .array(
      z.strictObject({
        kind: z.enum(['ACQUISITION', 'ITEM', 'ORDER']),
        id: z.string().regex(/^[0-9a-f]{32}([0-9a-f]{32})?$/),
      }),
    )
    .min(1)
    .max(8)
    .optional(),
  observedAt: time.optional(),
  validFrom: time.optional(),
  validUntil: time.optional(),
  tlp,
  pap,
  /** The label that this one puts right: its leaf hash. */
  corrects: digest.optional(),
  salt,
});
export type LabelStatement = z.infer<typeof labelStatement>;
/** What a statement says before it is salted. */
export type LabelFacts = Omit<LabelStatement, 'type' | 'v' | 'salt'>;
