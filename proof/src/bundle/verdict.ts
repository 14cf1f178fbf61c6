/** The closed set of answers that the verifier gives. docs/proof-format.md explains each. */

import type { LabelFacts } from '../label/statement.ts';
import type { ProvenCustody } from './custody-chain.ts';
import type { ProvenSaid } from './label-said.ts';
import type { ProvenOrder } from './prove-order.ts';
import type { ImageContainer } from './record.ts';

export type Outcome = 'INTACT' | 'MISMATCH' | 'UNTRUSTED' | 'UNREADABLE';

/** Every verdict code with its outcome: what does not match is never an error, nor an error a mismatch. */
export const VERDICTS = {
  INTACT: 'INTACT',
  // The evidence or the bundle is not what was anchored.
  FILE_DIGEST_MISMATCH: 'MISMATCH',
  FILE_SIZE_MISMATCH: 'MISMATCH',
  PATH_LENGTH_MISMATCH: 'MISMATCH',
  ROOT_MISMATCH: 'MISMATCH',
  RECORD_MISMATCH: 'MISMATCH',
  CHAIN_MISMATCH: 'MISMATCH',
  ITEM_MISMATCH: 'MISMATCH',
  KEY_MISMATCH: 'MISMATCH',
  PROPOSAL_HASH_MISMATCH: 'MISMATCH',
  RESPONSE_MISMATCH: 'MISMATCH',
  SIGNATURE_INVALID: 'MISMATCH',
  // The evidence may be what was anchored, but not by whom or where the trust file says.
  WRONG_CHANNEL: 'UNTRUSTED',
  WRONG_CHAINCODE: 'UNTRUSTED',
  WRONG_FUNCTION: 'UNTRUSTED',
  WRONG_LEDGER_KIND: 'UNTRUSTED',
  UNEXPECTED_ACCESS: 'UNTRUSTED',
  DEFINITION_NOT_TRUSTED: 'UNTRUSTED',
  UNKNOWN_MEMBER: 'UNTRUSTED',
  CERTIFICATE_UNTRUSTED: 'UNTRUSTED',
  CERTIFICATE_REVOKED: 'UNTRUSTED',
  CERTIFICATE_EXPIRED: 'UNTRUSTED',
  CERTIFICATE_NOT_YET_VALID: 'UNTRUSTED',
  NOT_A_PEER: 'UNTRUSTED',
  TOO_FEW_ENDORSERS: 'UNTRUSTED',
  NO_STATE_ENDORSED: 'UNTRUSTED',
  CHALLENGE_MISMATCH: 'UNTRUSTED',
  // Nothing can be said.
  MALFORMED: 'UNREADABLE',
  NOT_CANONICAL: 'UNREADABLE',
  UNSUPPORTED_VERSION: 'UNREADABLE',
  UNSUPPORTED_KIND: 'UNREADABLE',
  ITEM_MISSING: 'UNREADABLE',
  TRUST_MALFORMED: 'UNREADABLE',
} as const satisfies Record<string, Outcome>;

export type VerdictCode = keyof typeof VERDICTS;

/**
 * What the verifier does, in this order; `record` and `path` for an item or label, `chain` for custody and
 * orders, and what lies between it and `item` for orders.
 */
export const STEPS = [
  'bundle',
  'trust',
  'attestation',
  'endorsers',
  'signatures',
  'ledger',
  'question',
  'answer',
  'reads',
  'record',
  'path',
  'chain',
  'rules',
  'acquisitions',
  'custody',
  'contents',
  'item',
  'file',
] as const;
export type Step = (typeof STEPS)[number];
/** Does the work of a step, and notes whether it held. */
export type RunStep = <T>(name: Step, work: () => T) => T;

export interface Verdict {
  readonly outcome: Outcome;
  readonly code: VerdictCode;
  /** One sentence for a person; never claims more than "unchanged since" (EVD-16). */
  readonly message: string;
  /** The steps done, in order; the last one failed unless the outcome is INTACT. */
  readonly steps: readonly { readonly step: Step; readonly ok: boolean }[];
  /** What the bundle says, present once its signatures held. Times are claims of their clients. */
  readonly claims?: {
    readonly acquisition: string;
    readonly batch: string;
    /** Position in the batch, from 0. */
    readonly index: number;
    /** Bytes of the item. */
    readonly size: number;
    /** The path's exact bytes, base64url. */
    readonly path: string;
    /** What an image states of its content, bound to the image by the commitment; not recomputed. */
    readonly container?: ImageContainer;
    readonly sha256: string;
    readonly anchoredAt: number;
    readonly attestedAt: number;
    readonly block: number;
    readonly position: number;
    readonly endorsers: readonly string[];
    readonly keyCustody: string;
    readonly fileChecked: boolean;
  };
  /** What a chain of custody says, present once its signatures held. */
  readonly custody?: ProvenCustody & {
    readonly attestedAt: number;
    /** Where the last step stands. */
    readonly block: number;
    readonly position: number;
    readonly endorsers: readonly string[];
    /** The content, where the commitment travels with the chain and is one of a file, message or row. */
    readonly content?: { readonly sha256: string; readonly size: number; readonly path: string };
    readonly fileChecked: boolean;
  };
  /** What a label's proof says, present once its signatures held. */
  readonly label?: {
    /** What the member asserted: its own claim, which no proof makes right. */
    readonly statement: LabelFacts;
    /** By this member, in this batch, at the time that its client claims. */
    readonly member: string;
    readonly assertedAt: number;
    readonly keyCustody: string;
    readonly case?: string;
    readonly taxonomy: string;
    readonly batch: string;
    readonly index: number;
    readonly leaf: string;
    /**
     * All that members had said of the label, or of its whole batch, when it was attested; absent where the
     * proof is of the assertion alone.
     */
    readonly said?: readonly ProvenSaid[];
    readonly attestedAt: number;
    /** Where the assertion stands. */
    readonly block: number;
    readonly position: number;
    readonly endorsers: readonly string[];
  };
  /** What an order's proof says, present once its signatures held. */
  readonly order?: ProvenOrder & {
    readonly attestedAt: number;
    /** Where the last step stands. */
    readonly block: number;
    readonly position: number;
    readonly endorsers: readonly string[];
  };
}
