/**
 * What travels of a member's journal: one entry with the seal of its gateway, and, once the batch of it
 * is on the ledger, the way to the journal record. All byte strings are base64url, hashes hex.
 */
import { z } from 'zod';
import { MAX_BATCH_ITEMS } from '../bundle/record.ts';
import { canonicalBytes } from '../json/canonical.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const safeInteger = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const size = z.int().min(1).max(MAX_BATCH_ITEMS);
/** Sibling hashes, leaf to root (RFC 6962, 2.1.1). */
const hashes = z.array(digest).max(16);

/**
 * What a gateway signs: the entries of one member that came to its disk together. Whoever signs two
 * groups with one position and different entries in it has rewritten its journal, and both together show
 * it.
 */
export interface EntryGroup {
  /** MSP ID of the member whose journal it is. */
  readonly member: string;
  /** Position of the first entry in that journal, from 1. */
  readonly first: number;
  readonly size: number;
  /** Merkle root over the entries, hex. */
  readonly root: string;
}

/** The bytes under the signature: RFC 8785. */
export const groupBytes = ({ member, first, size, root }: EntryGroup): Uint8Array<ArrayBuffer> =>
  canonicalBytes({ type: 'tabellion.journal-group', v: 1, member, first, size, root });

/** The signature under an entry's group, and the way there. */
export const entrySeal = z.strictObject({
  /** Of the group: position of its first entry. */
  first: z.int().min(1),
  size,
  hashes,
  /** PEM, of a system of the member whose key its gateway holds. */
  certificate: z.string().max(16_384),
  /** ECDSA P-256 with SHA-256 over {@link groupBytes}: DER, low-S. */
  signature: base64url.max(100),
});
export type EntrySeal = z.infer<typeof entrySeal>;

/** That an entry stands under the root of a journal record, and that the members' peers attest that record. */
export const entryAnchor = z.strictObject({
  /** Place in the batch, from 0. */
  index: safeInteger,
  size,
  hashes,
  /** `common.Envelope` bytes of the endorsed, never submitted read of the journal record. */
  attestation: base64url,
});
export type EntryAnchor = z.infer<typeof entryAnchor>;

/** The part of an entry that is judged here; the rest is what it says. */
export const entryHead = z.object({
  type: z.literal('tabellion.journalEntry'),
  v: z.literal(1),
  at: safeInteger,
  member: z.string().max(64),
  /** Genesis of the ledger that the entry speaks of, where it speaks of one. */
  ledger: digest.optional(),
});
export type EntryHead = z.infer<typeof entryHead>;

/** The part of a journal record that the proof needs; the rest was accepted by the contract. */
export const provenJournal = z.object({
  type: z.literal('tabellion.journal'),
  v: z.literal(1),
  root: digest,
  size,
  sequence: z.int().min(1),
  act: z.object({ at: safeInteger, member: z.string() }),
});
