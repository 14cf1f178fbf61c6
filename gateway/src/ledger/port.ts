/**
 * The small part of Hyperledger Fabric that Tabellion uses, with Fabric's rules. Both ledgers
 * (`embedded/`, `fabric/`) implement it and `test/conformance` holds them to one behaviour.
 *
 * Everything that crosses the port is Fabric's own protobuf encoding, so that the person's key can
 * stay with the person: prepare → sign → endorse → compare → sign → submit → status.
 */

/** What a person asks the contracts to do, or to read. */
export interface ProposalRequest {
  /** Fabric function name, `<word>:<verb>`, for example `evidence:anchor`. */
  readonly transaction: string;
  /** Arguments after the function name; Tabellion's contracts take one JSON document. */
  readonly args: readonly Uint8Array[];
  /** Transient input: reaches the endorsers, never a block. */
  readonly transient?: Readonly<Record<string, Uint8Array>>;
  /** `msp.SerializedIdentity` bytes of the person who will sign. */
  readonly creator: Uint8Array;
}

export interface PreparedProposal {
  /** SHA-256(nonce ‖ creator), hex: Fabric's transaction ID. */
  readonly txId: string;
  /** `protos.Proposal` bytes; the person signs SHA-256 of these. */
  readonly proposal: Uint8Array;
}

/** Bytes with the signature of the person who answers for them (ECDSA P-256, SHA-256, DER, low-S). */
export interface Signed {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

export interface EndorseOptions {
  /** MSP IDs whose peers must endorse; without it the ledger picks a set that meets the policy. */
  readonly endorsers?: readonly string[];
}

export interface EndorsedTransaction {
  readonly txId: string;
  /** `common.Payload` bytes of the transaction envelope; the person compares, then signs, these. */
  readonly payload: Uint8Array;
  /** The contract's response payload as the endorsers signed it. */
  readonly result: Uint8Array;
}

/** Fabric's `TxValidationCode` by name, for example `VALID` or `MVCC_READ_CONFLICT`. */
export type ValidationCode = string;

export interface CommitStatus {
  readonly txId: string;
  readonly code: ValidationCode;
  readonly block: number;
  /** Position of the transaction in its block. */
  readonly position: number;
}

export interface ChaincodeEvent {
  readonly block: number;
  readonly txId: string;
  readonly name: string;
  readonly payload: Uint8Array;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
}

export interface LedgerPort {
  readonly kind: 'embedded' | 'fabric';
  readonly channel: string;
  readonly chaincode: string;

  /** Builds an unsigned proposal with a fresh nonce and the present time. */
  prepare(request: ProposalRequest): Promise<PreparedProposal>;
  /** Executes on the endorsing members' peers. @throws LedgerError `ENDORSEMENT_FAILED`, `CONTRACT`, … */
  endorse(proposal: Signed, options?: EndorseOptions): Promise<EndorsedTransaction>;
  /** Hands a signed envelope payload to ordering. Resolves when accepted, which is not yet committed. */
  submit(payload: Signed): Promise<void>;
  /** Waits for the commit of `txId`. @throws LedgerError `UNKNOWN` if the signal ends the wait. */
  status(txId: string, options?: WaitOptions): Promise<CommitStatus>;
  /** Executes on one peer and returns the response payload; nothing is ordered. */
  evaluate(proposal: Signed): Promise<Uint8Array>;
  /**
   * An endorsed, never submitted read: the bytes of a `common.Envelope` with an empty signature and
   * exactly the endorsements that the attestation policy needs, in ascending order of MSP ID.
   */
  attest(proposal: Signed, options?: EndorseOptions): Promise<Uint8Array>;
  /** `common.Block` bytes from `from` on, following the chain until the signal ends. */
  blocks(from: number, options?: WaitOptions): AsyncIterable<Uint8Array>;
  /** Events of valid transactions, from block `from` on. */
  events(from: number, options?: WaitOptions): AsyncIterable<ChaincodeEvent>;
  /** Number of blocks. */
  height(): Promise<number>;
  close(): Promise<void>;
}

/** Why the ledger did not do what was asked. `CONTRACT` carries the contract's own `CODE: text`. */
export const LEDGER_ERROR_CODES = [
  'BAD_PROPOSAL',
  'BAD_SIGNATURE',
  'UNKNOWN_MEMBER',
  'IDENTITY_REFUSED',
  'CLOCK_SKEW',
  'DUPLICATE_TRANSACTION',
  'CONTRACT',
  'ENDORSEMENT_FAILED',
  'ENDORSEMENT_MISMATCH',
  'NOT_ACCEPTED',
  'OVERTAKEN',
  'HELD_UP',
  'UNKNOWN',
  'UNAVAILABLE',
  'DAMAGED',
  'STOPPED',
] as const;
export type LedgerErrorCode = (typeof LEDGER_ERROR_CODES)[number];

export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode;
  readonly txId: string | undefined;
  /** Contract error code (`NOT_FOUND`, …) when `code` is `CONTRACT`. */
  readonly contractCode: string | undefined;
  /** Members whose peers said so, where it is known. */
  readonly members: readonly string[];

  constructor(
    code: LedgerErrorCode,
    message: string,
    context: {
      txId?: string;
      contractCode?: string;
      members?: readonly string[];
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: context.cause });
    this.code = code;
    this.txId = context.txId;
    this.contractCode = context.contractCode;
    this.members = context.members ?? [];
  }
}
