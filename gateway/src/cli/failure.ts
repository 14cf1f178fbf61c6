/** Why a command did not do what was asked: one class, and the one place that turns errors into codes. */
import { EXIT, type ExitCode } from '../explain/exit-code.ts';

/** The program's own codes; those of the gateway, the contracts and the ledger pass through unchanged. */
const EXITS = {
  USAGE: EXIT.usage,
  BAD_INPUT: EXIT.usage,
  GATEWAY_NOT_SET: EXIT.usage,
  GATEWAY_NOT_SECURE: EXIT.usage,
  NOT_INITIALISED: EXIT.signIn,
  SIGN_IN_REQUIRED: EXIT.signIn,
  ALREADY_INITIALISED: EXIT.error,
  FILE_UNREADABLE: EXIT.error,
  FILE_MALFORMED: EXIT.error,
  SOURCE_MISSING: EXIT.usage,
  FILE_EXISTS: EXIT.error,
  FILE_UNWRITABLE: EXIT.error,
  TRANSACTION_INVALID: EXIT.error,
  NOT_ANCHORED: EXIT.error,
  /** The acquisition does not name the tool whose digests are to be anchored. */
  TOOL_NOT_RECORDED: EXIT.error,
  /** An import found no file that a list can name. */
  NOTHING_TO_LIST: EXIT.error,
  NOT_ANCHORED_YET: EXIT.unknown,
  /** Several anchored items have the same content, or several members an item of the same commitment. */
  ITEM_AMBIGUOUS: EXIT.usage,
  /** A commitment of which no member began custody. */
  ITEM_NOT_OPENED: EXIT.error,
  /** No hold of the own member could be lifted; the contracts refuse it under the same code. */
  HOLD_UNKNOWN: EXIT.error,
  /** Another step came between, and what was asked for no longer says the same. */
  ITEM_CHANGED: EXIT.error,
  /** A proof of custody was given where the item's commitment is needed, and goes without it. */
  COMMITMENT_MISSING: EXIT.error,
  COMMITMENT_OF_OTHER_ITEM: EXIT.mismatch,
  CONTENT_DIFFERS: EXIT.mismatch,
  /** A receipt of a screening does not commit to what was asked or answered. */
  RECEIPT_MISMATCH: EXIT.mismatch,
  UNREACHABLE: EXIT.error,
  TIMED_OUT: EXIT.error,
  BAD_ANSWER: EXIT.error,
  TRUST_CHANGED: EXIT.untrusted,
  /** The gateway shows another key for asking privately than before, and does not say that it took over. */
  OPRF_KEY_CHANGED: EXIT.untrusted,
  INTERRUPTED: EXIT.unknown,
} as const satisfies Record<string, ExitCode>;

/** Codes of other parts that end in an exit code of their own; all others are 1. */
const FOREIGN_EXITS: Readonly<Record<string, ExitCode>> = {
  // The same mistake as where the program itself finds it.
  BAD_INPUT: EXIT.usage,
  UNAUTHENTICATED: EXIT.signIn,
  TOKEN_INVALID: EXIT.signIn,
  TOKEN_EXPIRED: EXIT.signIn,
  SIGN_IN_REFUSED: EXIT.signIn,
  SIGN_IN_EXPIRED: EXIT.signIn,
  CERTIFICATE_EXPIRED: EXIT.signIn,
  CERTIFICATE_REVOKED: EXIT.signIn,
  ENDORSEMENT_MISMATCH: EXIT.mismatch,
  RECORD_MISMATCH: EXIT.mismatch,
  EVALUATION_INVALID: EXIT.untrusted,
  ANNOUNCEMENT_INVALID: EXIT.untrusted,
  TABLE_STALE: EXIT.unknown,
  LIST_MISMATCH: EXIT.mismatch,
  BUNDLE_OF_ANOTHER_ITEM: EXIT.mismatch,
  BAG_MISMATCH: EXIT.mismatch,
  BAG_PROOF_INVALID: EXIT.mismatch,
  UNKNOWN: EXIT.unknown,
  ATTESTATION_PENDING: EXIT.unknown,
  ENTRY_WAITING: EXIT.unknown,
  HEIGHT_NOT_REACHED: EXIT.unknown,
  IDEMPOTENCY_IN_FLIGHT: EXIT.unknown,
  IDEMPOTENCY_OUTCOME_UNKNOWN: EXIT.unknown,
};

export type FailureCode = keyof typeof EXITS;
export const FAILURE_CODES = Object.keys(EXITS) as readonly FailureCode[];

/** The exit code for a code of the program itself; undefined if it has no such code. */
export const ownExit = (code: string): ExitCode | undefined =>
  (EXITS as Readonly<Record<string, ExitCode>>)[code];

/** The exit code for a code of the gateway, the contracts, the ledger or the system. */
export const foreignExit = (code: string): ExitCode => FOREIGN_EXITS[code] ?? EXIT.error;

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A problem document of the gateway (RFC 9457) or, where there was none, its HTTP status. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** The gateway's stable code, for example `CHAIN_CONFLICT`. */
  readonly code: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(
    status: number,
    code: string,
    detail: string,
    errors: readonly { path: string; message: string }[] = [],
  ) {
    // The detail may be what is wrong with the only field.
    const fields = errors.map(({ path, message }) => `${path}: ${message}`);
    const more = fields.filter((field) => !detail.includes(field)).map((field) => `  ${field}`);
    super([detail, ...more].join('\n'));
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exit: ExitCode;
}

const isCoded = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** What to tell the caller. Errors without a code are our own mistakes and read `INTERNAL`. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CliError) {
    return { code: error.code, message: error.message, exit: EXITS[error.code] };
  }
  if (!isCoded(error)) return { code: 'INTERNAL', message: String(error), exit: EXIT.error };
  const contract = 'contractCode' in error ? error.contractCode : undefined;
  const code = typeof contract === 'string' ? contract : error.code;
  return { code, message: error.message, exit: foreignExit(code) };
}
