/**
 * What travels: the item commitment, the compact proof bundle and the trust file. The formats are
 * described for readers in docs/proof-format.md.
 */
import { z } from 'zod';

/** Past this no bundle of any kind is read at all. */
export const MAX_BUNDLE_BYTES = 32 << 20;
export const BUNDLE_MEDIA_TYPE = 'application/vnd.tabellion.proof+json';
/** Most items under one root: paths stay at 16 hashes. */
export const MAX_BATCH_ITEMS = 65_536;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);
/** 128 random bits. */
export const salt = base64url.length(22);
const safeInteger = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/**
 * What the container of an image states of the content inside it, as it was read when the image was
 * hashed. The commitment binds the statement to the image file's own digest; whether the content has
 * these digests only the tool that reads the image can tell (EVD-11, EVD-16).
 */
export const imageContainer = z.strictObject({
  /** `EWF`: E01 and its kin. */
  format: z.enum(['EWF', 'AFF4']),
  /** Bytes of the content, not of the file. */
  size: safeInteger,
  sha256: hex(32).optional(),
  sha1: hex(20).optional(),
  md5: hex(16).optional(),
  /**
   * AFF4 Standard 1.0, `blockMapHashSHA512`: SHA-512 over the digests of all blocks and the map that says
   * where they lie. What tools write for a whole disk, in place of a digest of its bytes in a row.
   */
  blockMapSha512: hex(64).optional(),
});
export type ImageContainer = z.infer<typeof imageContainer>;

/**
 * One item of evidence. Its RFC 8785 bytes are the Merkle leaf's input and stay with the member; only
 * the root goes on the ledger. The salt keeps guessable contents from being confirmed by trial (O-1).
 */
export const commitment = z.strictObject({
  type: z.literal('tabellion.item'),
  v: z.literal(1),
  /** What the item is; a `link`'s digest is that of its target's bytes. */
  kind: z.enum(['file', 'link', 'message', 'row']),
  digest: z.strictObject({ sha256: hex(32), sha1: hex(20).optional(), md5: hex(16).optional() }),
  /** Bytes. */
  size: safeInteger,
  container: imageContainer.optional(),
  mediaType: z.string().max(127).optional(),
  /** The path's or identifier's exact bytes. */
  path: base64url.max(21_848),
  exhibit: z.string().max(64).optional(),
  seal: z.string().max(64).optional(),
  /** File modification time, milliseconds since 1970. */
  modifiedAt: safeInteger.optional(),
  salt,
});
export type Commitment = z.infer<typeof commitment>;

/** The normal bundle: a few KB, one item, one commit attestation. All byte strings are base64url. */
export const compactBundle = z.strictObject({
  type: z.literal('tabellion.proof'),
  v: z.literal(1),
  kind: z.literal('compact'),
  /** Exact RFC 8785 bytes of the commitment. */
  commitment: base64url,
  path: z.strictObject({
    index: safeInteger,
    size: z.int().min(1).max(MAX_BATCH_ITEMS),
    /** Sibling hashes, leaf to root (RFC 6962, 2.1.1). */
    hashes: z.array(hex(32)).max(16),
  }),
  /** Exact RFC 8785 bytes of the batch record. */
  record: base64url,
  /** `common.Envelope` bytes of the endorsed, never submitted read of the batch. */
  attestation: base64url,
});
export type CompactBundle = z.infer<typeof compactBundle>;

/**
 * The chain of custody of one item: its records, each naming the digest of the one before, and an
 * attestation of the head, which names the last one. It shows how custody stood at the attested height.
 */
export const custodyBundle = z.strictObject({
  type: z.literal('tabellion.proof'),
  v: z.literal(1),
  kind: z.literal('custody'),
  /** Exact RFC 8785 bytes of the item's commitment, where it travels with the chain. */
  commitment: base64url.optional(),
  /** Exact bytes of the item's own record. */
  opening: base64url,
  /** Exact bytes of each step's record, in order. */
  steps: z.array(base64url).max(10_000),
  /** Exact bytes of the item's head. */
  head: base64url,
  /** `common.Envelope` bytes of the endorsed, never submitted read of the head. */
  attestation: base64url,
});
export type CustodyBundle = z.infer<typeof custodyBundle>;

const pem = z.string().max(16_384);

/** Everything that the verifier believes. A bundle never brings any of it. */
export const trust = z.strictObject({
  type: z.literal('tabellion.trust'),
  v: z.literal(1),
  consortium: z.string().max(120),
  ledger: z.enum(['embedded', 'fabric']),
  channel: z.string().max(249),
  /** SHA-256 of the genesis block's header. */
  genesis: hex(32),
  chaincode: z.string().max(64),
  members: z
    .array(
      z.strictObject({
        mspId: z.string().max(64),
        name: z.string().max(120),
        jurisdiction: z.string().max(8),
        /** Whether its endorsement counts as a state's. */
        state: z.boolean(),
        roots: z.array(pem).min(1).max(8),
        intermediates: z.array(pem).max(8),
        /** Certificate revocation lists; they grow, so they get more room. */
        revocations: z.array(z.string().max(1 << 20)).max(8),
      }),
    )
    .min(1)
    .max(64),
  /** Distinct members whose peers must have signed the attestation; at least one of them a state. */
  endorsementThreshold: z.int().min(1).max(64),
  /** Chaincode definitions accepted: Fabric's sequence and the version of its `_lifecycle` key. */
  definitions: z
    .array(
      z.strictObject({
        sequence: z.int().min(1),
        block: safeInteger,
        transaction: safeInteger,
        /** Members whose endorsements count under this definition; absent: all of them. */
        members: z.array(z.string().max(64)).min(1).max(64).optional(),
        /** How many must have signed under this definition; absent: as many as above. */
        endorsementThreshold: z.int().min(1).max(64).optional(),
      }),
    )
    .min(1)
    .max(64),
});
export type Trust = z.infer<typeof trust>;
