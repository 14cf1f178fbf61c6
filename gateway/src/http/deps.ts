/**
 * What the HTTP surface needs from the rest of the gateway: narrow, so that each part can be tested
 * with a small real implementation. Every failure is an `Error` with a stable `code`; codes that
 * `problem.ts` lists become problems, all others become `INTERNAL`.
 */
import type { GrantRecord } from '@tabellion/chaincode/disclosure/record';
import type { Role } from '@tabellion/chaincode/member/record';
import type { Commitment, Trust } from '@tabellion/proof';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Disclosures } from '../disclosure/disclosures.ts';
import type { Journal } from '../journal/journal.ts';
import type { Labels } from '../label/labels.ts';
import type { PrivateScreening } from '../label/private/private-screening.ts';
import type { Signer } from '../ledger/act.ts';
import type { LedgerPort } from '../ledger/port.ts';
import type { Projection } from '../projection/projection.ts';
import type { ProjectedRecord } from '../projection/records.ts';
import type { Watches } from '../watch/watches.ts';
import type { Webhooks } from '../webhook/webhooks.ts';

/** Who calls, as the token says; `member` and `role` are known to the consortium. */
export interface Principal {
  /** The issuer's `sub`. Never logged and never in an answer to anybody else. */
  readonly subject: string;
  readonly member: string;
  readonly role: Role;
  /** `system`: client credentials; the gateway may hold the key of such a client. */
  readonly clientKind: 'person' | 'system';
}

/** Somebody outside the membership who holds a grant and its secret. */
export interface Guest {
  readonly grant: ProjectedRecord<GrantRecord>;
  /** MSP ID of the member that granted. */
  readonly member: string;
}

export interface TokenVerifier {
  /** @throws Error with code `TOKEN_INVALID` or `TOKEN_EXPIRED`, also for an unknown member or role. */
  verify(token: string): Promise<Principal>;
}

export interface Enrolled {
  /** PEM. */
  readonly certificate: string;
  /** PEM certificates from the issuing CA up to the root. */
  readonly chain: readonly string[];
  readonly mspId: string;
}

export interface Enrolment {
  /** @throws Error `CSR_INVALID`, `ALREADY_ENROLLED`, … Role and member come from the principal. */
  enrol(principal: Principal, csr: string): Promise<Enrolled>;
  renew(principal: Principal, csr: string): Promise<Enrolled>;
  /** By the owner or by the member's `delegate`. @throws Error `NOT_FOUND` | `NOT_ALLOWED`. */
  revoke(principal: Principal, request: { serial: string; reason: string }): Promise<void>;
  /** Whose certificate this is (hex SHA-256 of the DER); undefined if unknown or revoked. */
  ownerOf(
    fingerprint: string,
  ): { readonly subject: string; readonly member: string; readonly role: string } | undefined;
  /** Under which pseudonyms the person ever acted for the member, in one role or in whatever role. */
  pseudonymsOf(person: Pick<Principal, 'member' | 'subject'>, role?: string): readonly string[];
  /** Who of the member has a valid certificate under a pseudonym; undefined if nobody has. */
  findPerson(member: string, pseudonym: string): { readonly subject: string } | undefined;
}

export interface ManifestSummary {
  /** SHA-256 of the manifest's bytes. */
  readonly digest: string;
  readonly acquisition: string;
  /** Merkle root over its lines. */
  readonly root: string;
  readonly size: number;
  /** Sum of the items' sizes. */
  readonly bytes: number;
}

/** An item as a member's own manifest has it. */
export interface ItemEntry {
  readonly acquisition: string;
  /** Digest of the batch record; null while the batch is not on the ledger. */
  readonly batch: string | null;
  readonly manifest: string;
  readonly index: number;
  readonly commitment: Commitment;
}

export interface ItemPage {
  readonly items: readonly ItemEntry[];
  /** Opaque, stable under inserts; null at the end. */
  readonly next: string | null;
}

export interface Manifests {
  /**
   * Streams to disk; resolves once the bytes are durable and escrowed. Repeating is harmless.
   * @throws Error `MANIFEST_INVALID`, `DIGEST_MISMATCH`, `TOO_LARGE`.
   */
  put(
    member: string,
    manifest: { digest: string; acquisition: string },
    body: AsyncIterable<Uint8Array>,
  ): Promise<ManifestSummary>;
  find(member: string, digest: string): Promise<ManifestSummary | undefined>;
  /** The exact bytes. @throws Error `NOT_FOUND`. */
  open(member: string, digest: string): Promise<AsyncIterable<Uint8Array>>;
  /** The exact bytes of the commitment that begins there. @throws Error `NOT_FOUND`. */
  readItem(member: string, digest: string, offset: number): Promise<Uint8Array>;
  listItems(
    member: string,
    filter: { acquisition?: string; sha256?: string },
    page: { cursor?: string | undefined; limit: number },
  ): Promise<ItemPage>;
}

/** One item as a system hands it in; `path` holds the exact bytes. */
export interface ItemInput {
  readonly kind: 'file' | 'message' | 'row';
  readonly sha256: string;
  readonly sha1?: string;
  readonly md5?: string;
  readonly size: number;
  readonly mediaType?: string;
  readonly path: Uint8Array;
  readonly exhibit?: string;
  readonly seal?: string;
  readonly modifiedAt?: number;
  readonly collectedAt?: number;
}

export interface AnchoredItem {
  /** Digest of the batch record. */
  readonly batch: string;
  readonly index: number;
  /** Merkle leaf hash, hex. */
  readonly leaf: string;
  readonly txId: string;
}

export type ReceiptState =
  | { readonly state: 'PENDING'; readonly items: number }
  | { readonly state: 'ANCHORED'; readonly items: readonly AnchoredItem[] }
  | { readonly state: 'FAILED'; readonly code: string; readonly anchored: readonly AnchoredItem[] };

export interface HandIn {
  /**
   * Names the request for good: handed in again under it are the same items, which are anchored once.
   * They are on disk first, so that this holds whatever happens.
   */
  readonly name?: string | undefined;
  /** Ends the wait for the commit, not the anchoring. */
  readonly signal?: AbortSignal;
}

/** Items by systems, signed with the key that the gateway holds for the member. */
export interface Anchoring {
  /**
   * Anchors items as they come and yields the results in the same order, each after its batch has
   * committed. Both come in groups, none of them empty, as they happen to come together. Pulls no more
   * from `items` than a bounded number ahead of the results (backpressure).
   * Ends early by throwing: what was yielded is committed. If `items` throws, everything pulled before
   * is still anchored and yielded, then that error is thrown.
   * @throws Error `ACQUISITION_UNKNOWN`, `ACQUISITION_CLOSED`, `NOT_ALLOWED`, LedgerError; under a name
   * also `IDEMPOTENCY_KEY_REUSED` for other items.
   */
  anchorItems(
    principal: Principal,
    acquisition: string,
    items: AsyncIterable<readonly ItemInput[]>,
    how?: HandIn,
  ): AsyncIterable<readonly AnchoredItem[]>;
  /** Takes items durably (fsynced) and anchors them later; resolves with the receipt's ID. */
  spoolItems(
    principal: Principal,
    acquisition: string,
    items: AsyncIterable<readonly ItemInput[]>,
    how?: HandIn,
  ): Promise<string>;
  findReceipt(member: string, receipt: string): Promise<ReceiptState | undefined>;
}

export interface Proofs {
  /** Bundle bytes. @throws Error `NOT_FOUND`, `ATTESTATION_PENDING`. */
  assemble(member: string, batch: string, index: number): Promise<Uint8Array>;
}

export interface PendingRevocation {
  readonly member: string;
  /** Of the certificate, hexadecimal. */
  readonly serial: string;
}

export interface GatewayDeps {
  readonly ledger: LedgerPort;
  readonly tokens: TokenVerifier;
  readonly enrolment: Enrolment;
  readonly projection: Projection;
  readonly journal: Journal;
  readonly manifests: Manifests;
  readonly anchoring: Anchoring;
  readonly proofs: Proofs;
  readonly disclosures: Disclosures;
  readonly labels: Labels;
  readonly privateScreening: PrivateScreening;
  readonly watches: Watches;
  readonly webhooks: Webhooks;
  /** Keys that the gateway holds, one a member that it serves (`keyCustody=gateway`). */
  readonly serviceSigners: ReadonlyMap<string, Signer>;
  /** The trust file as it stands now. */
  trust(): Promise<Trust>;
  /** Revoked certificates that the other members' peers still accept. */
  pendingRevocations(): readonly PendingRevocation[];
  /** MSP ID of the member that runs this gateway; its journal takes refusals without a principal. */
  readonly operator: string;
  /** Directory for `gateway.sqlite` (idempotency keys). */
  readonly directory: string;
  readonly logger: Logger;
  /** Told of every failure behind an answer: some end the node. */
  readonly onFailure?: (error: unknown) => void;
  /** Mounted under `/oidc` (development issuer). */
  readonly issuerMiddleware?: RequestHandler;
  readonly now: () => number;
}
