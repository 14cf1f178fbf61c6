/**
 * What the gateway remembers beside the ledger: every refusal (a refused act leaves nothing on the
 * ledger) and every read of evidence (O-3). Entries hold no input, no token and no name; they stay
 * with the member, and the ledger sees only the Merkle root of a batch of them.
 */
import { digestHex, timestamp } from '@tabellion/chaincode/kernel/schema';
import { z } from 'zod';

const shared = {
  type: z.literal('tabellion.journalEntry'),
  v: z.literal(1),
  at: timestamp,
  /** MSP ID whose journal this is: the caller's member. */
  member: z.string().max(64),
  /**
   * Pseudonym of the caller, see {@link pseudonymOf}; `grant/<id>` for who came, or tried to come, with
   * a grant; null when nobody had signed in.
   */
  who: z.string().max(64).nullable(),
  role: z.string().max(32).nullable(),
  /** Operation ID of the route, as in the OpenAPI document. */
  operation: z.string().max(64),
  /** 128 random bits: sibling hashes in a proof reveal nothing about other entries. */
  salt: z.string().length(22),
};

export const journalEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    ...shared,
    kind: z.literal('READ'),
    /** Ledger keys, or names of lists, that the answer showed. */
    objects: z.array(z.string().max(256)).max(1000),
    /** What the caller gave in `Tabellion-Purpose`. */
    purpose: z.string().max(200).optional(),
  }),
  z.strictObject({
    ...shared,
    kind: z.literal('REFUSAL'),
    /** `<word>:<verb>` of the act, where the request got that far. */
    verb: z.string().max(64).optional(),
    /** Problem code. */
    code: z.string().max(64),
    /** Fingerprint of the certificate that was to sign. */
    certificate: z.string().length(64).optional(),
  }),
  z.strictObject({
    ...shared,
    kind: z.literal('SCREENING'),
    purpose: z.string().max(200),
    /** Addresses asked about. */
    queries: z.int().min(1),
    /** Merkle root over the salted queries: what was asked shows only to whoever is given the opening. */
    commitment: digestHex,
    /** HMAC-SHA256 of the answers under the secret that opens the commitment: they hold the addresses. */
    answers: digestHex,
    /** Blocks that the answers rest on. */
    height: z.int().min(0),
  }),
]);
export type JournalEntry = z.infer<typeof journalEntry>;

type Distribute<T> = T extends unknown ? Omit<T, 'type' | 'v' | 'at' | 'salt'> : never;
/** An entry as callers give it; the journal adds time and salt. */
export type JournalFact = Distribute<JournalEntry>;
