/**
 * The word `disclosure`: what people outside the membership may see, for how long, and what was kept
 * back. Design, sections 6 and 7; O-1, O-3, O-7, EVD-10.
 */
import { z } from 'zod';
import { acquisitionId } from '../evidence/record.ts';
import {
  act,
  count,
  digestHex,
  governed,
  plainText,
  reference,
  timestamp,
} from '../kernel/schema.ts';

/** 32 hexadecimal digits, random, chosen by the client. */
export const grantId = z.string().regex(/^[0-9a-f]{32}$/);
const reason = plainText(280);

/**
 * `disclosure:grant`. The set is a list of items with one root: the Merkle root (RFC 6962) over the leaf
 * hashes of the items shown, in ascending order and each once, so that membership and absence can both be
 * proved.
 */
export const grantInput = z.strictObject({
  id: grantId,
  acquisition: acquisitionId,
  root: digestHex,
  /** Items shown. */
  size: count.min(1),
  to: z.strictObject({
    capacity: z.enum(['DEFENCE', 'COURT', 'DATA_SUBJECT']),
    /** Salted digest of the person's or court's name; the name stays with the member. */
    person: digestHex,
  }),
  /** SHA-256 of the secret that opens the view: 256 random bits that only the receiver gets. */
  access: digestHex,
  expiresAt: timestamp,
  legalBasis: governed,
  reason,
});
export type GrantInput = z.infer<typeof grantInput>;
/** Key `grant/<id>`, written once. */
export const grantRecord = z.strictObject({
  type: z.literal('tabellion.grant'),
  v: z.literal(1),
  ...grantInput.shape,
  case: reference,
  /** Items of the acquisition that are not in the set, as the ledger counts them. */
  withheld: count,
  timeWindowSeconds: z.int(),
  act,
});
export type GrantRecord = z.infer<typeof grantRecord>;

/** `disclosure:revoke`: ends a grant before its time. */
export const revokeInput = z.strictObject({ grant: grantId, reason });
export type RevokeInput = z.infer<typeof revokeInput>;
/** Key `revocation/<grant>`, written once. */
export const revocationRecord = z.strictObject({
  type: z.literal('tabellion.revocation'),
  v: z.literal(1),
  ...revokeInput.shape,
  case: reference,
  legalBasis: governed,
  act,
});
export type RevocationRecord = z.infer<typeof revocationRecord>;

/** `disclosure:read`: the exact bytes under one key. */
export const readArgument = z.string().regex(/^(grant|revocation)\/[0-9a-f]{32}$/);
