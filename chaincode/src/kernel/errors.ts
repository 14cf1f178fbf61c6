/**
 * Why a contract refuses. The set is closed and golden: a code never changes its meaning. Fabric passes
 * only a message string through, so it starts with `CODE: `.
 */
export const ERROR_CODES = [
  // What was sent.
  'BAD_INPUT',
  'UNKNOWN_TRANSACTION',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'STATE_CORRUPT',
  // Who sent it.
  'CERTIFICATE_MALFORMED',
  'ROLE_MISSING',
  'ROLE_UNKNOWN',
  'KEY_CUSTODY_MISSING',
  'UNKNOWN_MEMBER',
  'MEMBER_SUSPENDED',
  'NOT_ALLOWED',
  // member
  'ALREADY_FOUNDED',
  'NOT_A_FOUNDER',
  'DUPLICATE_ENTRY',
  'JURISDICTION_TAKEN',
  'NO_STATE_LEFT',
  'TOO_FEW_MEMBERS',
  'THRESHOLD_TOO_LOW',
  'PARAMETER_OUT_OF_RANGE',
  'VERSION_NOT_NEWER',
  'NO_CHANGE',
  'PROPOSAL_DECIDED',
  'ALREADY_VOTED',
  // References to governed data.
  'REFERENCE_UNKNOWN',
  'REFERENCE_SUPERSEDED',
  // evidence: acquire
  'ROUTE_NOT_ALLOWED',
  'ROUTE_CONTRADICTS_FACTS',
  'GROUND_REQUIRED',
  'BASIS_DOES_NOT_OPEN',
  'RECORDING_REQUIRED',
  'ORDER_REQUIRED',
  'TIME_ORDER',
  'TIME_IN_FUTURE',
  'NOTICE_DELAY_TOO_LONG',
  'LOCATION_MISSING',
  'SEAL_MISMATCH',
  'CONTINUES_OTHER_CASE',
  // evidence: what follows
  'NOT_OWN_MEMBER',
  'NOT_RESPONSIBLE_PERSON',
  'ACQUISITION_CLOSED',
  'ACQUISITION_OPEN',
  'CHAIN_CONFLICT',
  'BATCH_TOO_LARGE',
  'TOTALS_DIFFER',
  'TOTALS_OVERFLOW',
  'NOT_TOUCHED',
  'NOT_SEALED',
  'LOCATION_SEALED',
  'NOTHING_TO_DETERMINE',
  'DETERMINATION_CONTRADICTS',
  'NOT_A_FULL_COPY',
  'RELEVANT_EXCEEDS_ITEMS',
  // custody
  'BATCH_OF_OTHER_ACQUISITION',
  'PATH_MISMATCH',
  'MIRROR_AT_HOME',
  'MIRROR_OF_MIRROR',
  'NOT_A_MIRROR',
  'MIRROR_DIGEST_DIFFERS',
  'MIRROR_GROUND_MISMATCH',
  'NOT_THE_ORIGINALS_STATE',
  'DERIVED_TOO_OFTEN',
  'STEP_OUT_OF_ORDER',
  'NOT_THE_HOLDER',
  'ALREADY_HOLDER',
  'NOT_THE_RECEIVER',
  'RECEIVER_CANNOT_HOLD',
  'NOT_THE_AUTHOR',
  'NOT_A_RECORD_OF_ITEM',
  'ITEM_SEALED',
  'ITEM_NOT_SEALED',
  'ITEM_ON_HOLD',
  'HOLD_UNKNOWN',
  'TOO_MANY_HOLDS',
  'STEPS_USED_UP',
  'CHAIN_FULL',
  'NOT_AN_EXHIBIT',
  // review
  'TOO_MANY_OBJECTIONS',
  'TOO_MANY_REPLIES',
  'POSITIONS_USED_UP',
  'NOT_ANSWERER',
  'SELF_REVIEW',
  // label
  'OWN_LABEL',
  'NOT_THE_ASSERTER',
  'LABEL_WITHDRAWN',
  'LABEL_WITHHELD',
  'FETCH_TIME_RUNNING',
  'WITHDRAWAL_MISSING',
  'LABEL_ACTS_USED_UP',
  'SAID_TOO_MUCH',
  // order
  'PROFILE_DISABLED',
  'CATEGORY_NOT_ALLOWED',
  'ISSUER_NOT_ALLOWED',
  'ADDRESSEE_NOT_ALLOWED',
  'ENFORCING_MISMATCH',
  'NOT_ACCEPTED_BY_MEMBER',
  'ROUTE_CLOSED',
  'CALENDAR_MISMATCH',
  'CALENDAR_ENDS',
  'CONTENT_MISSING',
  'CONTENT_MISMATCH',
  'CONTENT_NOT_ALLOWED',
  'NOT_A_PARTY',
  'TOO_LATE',
  'GATE_UNKNOWN',
  'GATE_SHUT',
  'GROUND_UNKNOWN',
  'CLOCK_UNKNOWN',
  'NOT_OVERDUE',
  'OWN_CLOCK',
  'EXTENSIONS_USED_UP',
  // disclosure
  'GRANTEE_NOT_ALLOWED',
  'SET_EXCEEDS_ITEMS',
  'DISCLOSURE_TOO_LONG',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** A refusal. Its message is `CODE: text`; the text names fields and limits, never contents. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly code: ErrorCode;
  /** The message without its code. */
  readonly text: string;

  constructor(code: ErrorCode, text: string) {
    super(`${code}: ${text}`);
    this.code = code;
    this.text = text;
  }
}

/** @throws ContractError `code` unless `condition` holds. */
export function assertRule(condition: boolean, code: ErrorCode, text: string): asserts condition {
  if (!condition) throw new ContractError(code, text);
}

/** @throws ContractError `DUPLICATE_ENTRY`. */
export function assertDistinct(names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new ContractError('DUPLICATE_ENTRY', repeated);
}
