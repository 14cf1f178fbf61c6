/**
 * What the gateway remembers beside the ledger: every refusal (a refused act leaves nothing on the
 * ledger) and every read of evidence (O-3). Entries hold no input, no token and no name; they stay
 * with the member, and the ledger sees only the Merkle root of a batch of them.
 */
import { digestHex, governed, timestamp } from '@tabellion/chaincode/kernel/schema';
import { z } from 'zod';

/** Screenings that one act of audit opens. */
export const MAX_OPENED = 100;

const shared = {
  type: z.literal('tabellion.journalEntry'),
  v: z.literal(1),
  at: timestamp,
  /** MSP ID whose journal this is: the caller's member, or that whose gateway another's gateway asked. */
  member: z.string().max(64),
  /**
   * Pseudonym of the caller, see {@link pseudonymOf}; `grant/<id>` for who came, or tried to come, with
   * a grant; `member/<mspId>` for that member's gateway; null when nobody had signed in.
   */
  who: z.string().max(80).nullable(),
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
    /** SHA-256 of the opening, which has a secret: what was asked shows only to whoever is given it. */
    commitment: digestHex,
    /** SHA-256 of the answers with the secret that opens the commitment: they hold the addresses. */
    answers: digestHex,
    /** Genesis of the ledger whose height that is. */
    ledger: digestHex,
    /** Blocks that the answers rest on. */
    height: z.int().min(0),
  }),
  z.strictObject({
    ...shared,
    kind: z.literal('PRIVATE_SCREENING'),
    purpose: z.string().max(200),
    /** Points evaluated, or buckets handed out. */
    queries: z.int().min(1),
    /** SHA-256 of what was sent, with a secret that only the caller was given. */
    commitment: digestHex,
    /** SHA-256 of points and proof, or of the table's document, with that secret. */
    answers: digestHex,
    /** Genesis of the ledger that the table speaks of. */
    ledger: digestHex,
    /** Of the points: under which key. */
    keyId: z.string().length(32).optional(),
    /** Of a bucket: of which table. */
    table: z.string().length(32).optional(),
  }),
  z.strictObject({
    ...shared,
    kind: z.literal('OPENING'),
    purpose: z.string().max(200),
    /** What allows to look at what others asked. */
    legalBasis: governed,
    /** Positions in this journal: the screenings whose queries were shown. */
    opened: z.array(z.int().min(1)).min(1).max(MAX_OPENED),
  }),
]);
export type JournalEntry = z.infer<typeof journalEntry>;

type Distribute<T> = T extends unknown ? Omit<T, 'type' | 'v' | 'at' | 'salt'> : never;
/** An entry as callers give it; the journal adds time and salt. */
export type JournalFact = Distribute<JournalEntry>;
