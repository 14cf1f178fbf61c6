/**
 * Every way in which the gateway says no: RFC 9457 problems with a closed list of codes. The status
 * of a code is decided here and nowhere else; a code that is not listed is `INTERNAL`.
 */
import type { ErrorCode } from '@tabellion/chaincode/kernel/errors';
import type { JsonErrorCode } from '@tabellion/proof';
import { z } from 'zod';
import { LedgerError, type LedgerErrorCode } from '../ledger/port.ts';
import { isDiskFull } from './disk-full.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

type Entry = readonly [status: number, title: string];

/** [status, title] of what the HTTP surface itself refuses. */
const HTTP = {
  BAD_REQUEST: [400, 'The request is malformed'],
  UNAUTHENTICATED: [401, 'A bearer token is needed'],
  TOKEN_INVALID: [401, 'The bearer token is not accepted'],
  TOKEN_EXPIRED: [401, 'The bearer token has expired'],
  ROLE_NOT_ALLOWED: [403, 'The role does not allow this'],
  CERTIFICATE_NOT_YOURS: [403, 'The certificate is not an enrolled one of the caller'],
  KEY_NOT_HELD: [403, 'The gateway holds no key for the caller: give a certificate'],
  ROUTE_UNKNOWN: [404, 'There is no such route'],
  METHOD_NOT_ALLOWED: [405, 'The route does not know this method'],
  NOT_ACCEPTABLE: [406, 'The answer has another media type'],
  REQUEST_TIMEOUT: [408, 'The body did not arrive in time'],
  IDEMPOTENCY_IN_FLIGHT: [409, 'The same request is still being worked on'],
  ALREADY_ENROLLED: [409, 'The caller is enrolled already'],
  ATTESTATION_PENDING: [409, 'The commit attestation has not been collected yet'],
  ENTRY_WAITING: [409, 'The journal entry is not on the ledger yet'],
  TRANSACTION_INVALID: [409, 'The transaction was ordered but is invalid'],
  TOO_LARGE: [413, 'The body is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body has another media type'],
  IDEMPOTENCY_KEY_REUSED: [422, 'The key was used with another request'],
  IDEMPOTENCY_OUTCOME_UNKNOWN: [409, 'The first request was cut off: ask for what it was to do'],
  IDEMPOTENCY_NOT_SUPPORTED: [400, 'This body cannot be replayed: ask for respond-async'],
  CSR_INVALID: [422, 'The certificate request is not acceptable'],
  GRANT_REFUSED: [401, 'The grant or its secret is not accepted'],
  GATEWAY_REFUSED: [401, 'The signed request of a gateway is not accepted'],
  GRANT_ENDED: [403, 'The grant has expired or was revoked'],
  GRANT_LOCKED: [429, 'Too many wrong secrets for this grant'],
  SET_MISSING: [422, 'The gateway does not hold the disclosure set'],
  SET_INVALID: [422, 'The disclosure set does not have the required form'],
  SET_MISMATCH: [422, 'The disclosure set does not have the stated root'],
  SET_ITEM_UNKNOWN: [422, 'An item of the set is not in the acquisition'],
  MANIFEST_MISSING: [422, 'The gateway does not hold the manifest'],
  MANIFEST_INVALID: [422, 'The manifest does not have the required form'],
  DIGEST_MISMATCH: [422, 'The bytes do not have the stated digest'],
  ROOT_MISMATCH: [422, 'The manifest does not have the stated root, size or bytes'],
  ITEM_INVALID: [422, 'An item does not have the required form'],
  PURPOSE_MISSING: [422, 'Nobody screens without saying why'],
  LABEL_INVALID: [422, 'A label does not have the required form'],
  CATEGORY_UNKNOWN: [422, 'A category stands in no taxonomy that the batch names'],
  MARKING_MISMATCH: [422, 'The batch is not marked as its strictest label is'],
  EVIDENCE_MISMATCH: [422, 'The batch does not name what its transfers rest on'],
  MANIFESTS_WAITING: [409, 'Too many manifests of the member wait to be asserted'],
  WEBHOOK_URL_REFUSED: [422, 'Nothing is sent to this address'],
  LIMIT_REACHED: [422, 'There is no room for more of these'],
  ESCROW_FAILED: [503, 'The second copy of the manifest could not be written'],
  RECORD_MISMATCH: [409, 'The endorsed record is not the one that was asked for'],
  PROOF_INVALID: [503, 'The assembled proof does not verify, so it is not handed out'],
  ACQUISITION_UNKNOWN: [422, 'There is no such acquisition'],
  POINT_LENGTH: [422, 'A blinded point has another length'],
  POINT_ENCODING: [422, 'A blinded point is not in its one form'],
  POINT_IDENTITY: [422, 'A blinded point is the identity'],
  POINT_NOT_ON_CURVE: [422, 'A blinded point is none of the curve'],
  KEY_UNKNOWN: [422, 'The private look-up has no such key'],
  KEY_NOT_VALID: [422, 'The key of the private look-up is of another time'],
  KEYS_OVERLAP: [409, 'As many keys of the private look-up are good as may be at once'],
  TABLE_UNKNOWN: [404, 'There is no such table for asking privately, or no longer'],
  QUOTA_USED_UP: [429, 'As much was asked privately as may be'],
  RATE_LIMITED: [429, 'Too many requests'],
  INTERNAL: [500, 'The gateway failed'],
  DISK_FULL: [503, 'The disk of the gateway is full: nothing was taken'],
  CLOCK_WRONG: [503, 'The clock of the gateway is not to be believed: nothing is signed'],
  OVERLOADED: [503, 'Too many requests are in flight'],
  HEIGHT_NOT_REACHED: [503, 'The ledger has not reached the height asked for'],
  NOT_READY: [503, 'The gateway is not ready'],
} as const satisfies Readonly<Record<string, Entry>>;

const JSON_CODES = {
  JSON_NOT_UTF8: [400, 'The body is not UTF-8'],
  JSON_SYNTAX: [400, 'The body is not JSON'],
  JSON_DUPLICATE_KEY: [400, 'The body repeats a key'],
  JSON_TOO_DEEP: [400, 'The body is nested too deeply'],
  JSON_TOO_LARGE: [413, 'The body is too large'],
  JSON_LONE_SURROGATE: [400, 'The body holds a lone surrogate'],
  JSON_NUMBER: [400, 'The body holds a number that is not a safe integer'],
  JSON_NOT_CANONICAL: [400, 'The body is not canonical'],
} as const satisfies Record<JsonErrorCode, Entry>;

const LEDGER = {
  BAD_PROPOSAL: [400, 'The proposal or payload is malformed or altered'],
  BAD_SIGNATURE: [403, 'The signature does not hold'],
  IDENTITY_REFUSED: [403, 'The identity is not accepted'],
  CLOCK_SKEW: [422, 'The time of the proposal is outside the window'],
  DUPLICATE_TRANSACTION: [409, 'The transaction is on the ledger already'],
  CONTRACT: [422, 'The contract refused'],
  ENDORSEMENT_FAILED: [503, 'The members needed did not endorse'],
  ENDORSEMENT_MISMATCH: [409, 'The endorsed result is not what was asked, or endorsers differ'],
  NOT_ACCEPTED: [409, 'Ordering did not accept the transaction'],
  OVERTAKEN: [409, 'Another act on the same record was submitted first'],
  HELD_UP: [503, 'Another act on the same record is still under way'],
  UNKNOWN: [503, 'Whether it was committed is not known yet'],
  UNAVAILABLE: [503, 'The ledger cannot be reached'],
  DAMAGED: [503, 'A file of the ledger is not as it was written'],
  STOPPED: [503, 'The ledger is stopping'],
} as const satisfies Record<Exclude<LedgerErrorCode, 'UNKNOWN_MEMBER'>, Entry>;

/** What a transaction's contract refuses; the status says whose move it is, the code says why. */
const CONTRACT = {
  BAD_INPUT: [400, 'The input does not have the required form'],
  UNKNOWN_TRANSACTION: [400, 'The contract has no such transaction'],
  NOT_FOUND: [404, 'There is no such thing, or it is not yours to see'],
  ALREADY_EXISTS: [409, 'It is on the ledger already'],
  STATE_CORRUPT: [500, 'The ledger holds a record that cannot be read'],
  CERTIFICATE_MALFORMED: [403, 'The certificate cannot be read'],
  ROLE_MISSING: [403, 'The certificate names no role'],
  ROLE_UNKNOWN: [403, 'The certificate names an unknown role'],
  KEY_CUSTODY_MISSING: [403, 'The certificate does not say who holds the key'],
  UNKNOWN_MEMBER: [403, 'The member is unknown'],
  MEMBER_SUSPENDED: [403, 'The member is suspended'],
  NOT_ALLOWED: [403, 'This is not allowed'],
  ALREADY_FOUNDED: [409, 'The consortium is founded already'],
  NOT_A_FOUNDER: [403, 'The caller is not of a founding member'],
  DUPLICATE_ENTRY: [422, 'An entry stands twice'],
  JURISDICTION_TAKEN: [409, 'Another state has this jurisdiction'],
  NO_STATE_LEFT: [422, 'No state would be left'],
  TOO_FEW_MEMBERS: [422, 'Too few members would be left'],
  THRESHOLD_TOO_LOW: [422, 'The threshold is too low'],
  PARAMETER_OUT_OF_RANGE: [422, 'The parameter is out of range'],
  VERSION_NOT_NEWER: [409, 'The version is not the next one'],
  NO_CHANGE: [409, 'Nothing would change'],
  PROPOSAL_DECIDED: [409, 'The proposal is decided'],
  ALREADY_VOTED: [409, 'The member has voted'],
  REFERENCE_UNKNOWN: [422, 'The governed entry is unknown'],
  REFERENCE_SUPERSEDED: [422, 'The governed entry has a newer version'],
  ROUTE_NOT_ALLOWED: [422, 'The route is not allowed here'],
  ROUTE_CONTRADICTS_FACTS: [422, 'The route contradicts the facts given'],
  GROUND_REQUIRED: [422, 'An order, treaty or consent is needed'],
  BASIS_DOES_NOT_OPEN: [422, 'The legal basis does not open this route'],
  RECORDING_REQUIRED: [422, 'The method needs a recording'],
  ORDER_REQUIRED: [422, 'The method needs an order'],
  TIME_ORDER: [422, 'The times are out of order'],
  TIME_IN_FUTURE: [422, 'A time lies in the future'],
  NOTICE_DELAY_TOO_LONG: [422, 'The notice would be delayed too long'],
  LOCATION_MISSING: [422, 'The sealed location is missing'],
  SEAL_MISMATCH: [422, 'The location does not match its seal'],
  CONTINUES_OTHER_CASE: [422, 'It continues an acquisition of another case'],
  NOT_OWN_MEMBER: [403, 'The acquisition is another member’s'],
  NOT_RESPONSIBLE_PERSON: [403, 'Another person is responsible'],
  ACQUISITION_CLOSED: [409, 'The acquisition is closed'],
  ACQUISITION_OPEN: [409, 'The acquisition is still open'],
  CHAIN_CONFLICT: [409, 'The chain is elsewhere: read the head again'],
  BATCH_TOO_LARGE: [422, 'The batch is too large'],
  TOTALS_DIFFER: [422, 'The totals are not those of the ledger'],
  TOTALS_OVERFLOW: [422, 'The totals are too large'],
  NOT_TOUCHED: [403, 'The acquisition does not touch the jurisdiction'],
  NOT_SEALED: [409, 'The location is not sealed'],
  LOCATION_SEALED: [409, 'The location is sealed'],
  NOTHING_TO_DETERMINE: [409, 'The location is known'],
  DETERMINATION_CONTRADICTS: [422, 'The determination contradicts what is known'],
  NOT_A_FULL_COPY: [409, 'The acquisition is not a full copy'],
  RELEVANT_EXCEEDS_ITEMS: [422, 'More relevant items than items'],
  BATCH_OF_OTHER_ACQUISITION: [422, 'The batch is of another acquisition'],
  PATH_MISMATCH: [422, 'The item is not shown to stand in the batch'],
  MIRROR_AT_HOME: [422, 'The original is under the own jurisdiction'],
  MIRROR_OF_MIRROR: [422, 'The original named is a mirror copy itself'],
  NOT_A_MIRROR: [409, 'The item is no mirror copy'],
  MIRROR_DIGEST_DIFFERS: [422, 'The digest is not the one that the mirror copy names'],
  MIRROR_GROUND_MISMATCH: [422, 'Position, ground and digest do not go together'],
  NOT_THE_ORIGINALS_STATE: [403, 'The original is under another jurisdiction'],
  DERIVED_TOO_OFTEN: [422, 'Too many items lie between this one and what was collected'],
  STEP_OUT_OF_ORDER: [409, 'The item or order is not where this step could start'],
  NOT_THE_HOLDER: [403, 'Another member or person holds the item'],
  ALREADY_HOLDER: [409, 'The item is in these hands already'],
  NOT_THE_RECEIVER: [403, 'The item is offered to another member or person'],
  RECEIVER_CANNOT_HOLD: [422, 'The receiver is no active member that may hold evidence'],
  NOT_THE_AUTHOR: [403, 'Only the member that wrote it may do this'],
  NOT_A_RECORD_OF_ITEM: [422, 'The record named is none of this item'],
  ITEM_SEALED: [409, 'The item is under seal'],
  ITEM_NOT_SEALED: [409, 'The item is not under seal'],
  ITEM_ON_HOLD: [409, 'The item is under legal hold'],
  HOLD_UNKNOWN: [409, 'No such legal hold is in force'],
  TOO_MANY_HOLDS: [409, 'The member has as many legal holds on the item as it can have'],
  STEPS_USED_UP: [409, 'The member has taken as many such steps on the item as it can'],
  CHAIN_FULL: [409, 'The chain of the item or order is as long as it can be'],
  NOT_AN_EXHIBIT: [422, 'Anchored data have no place'],
  TOO_MANY_OBJECTIONS: [409, 'As many objections of the member wait for an answer as can'],
  POSITIONS_USED_UP: [409, 'The state has taken as many positions as it can'],
  TOO_MANY_REPLIES: [409, 'The objection has as many answers as it can'],
  NOT_ANSWERER: [403, 'Another member must answer the objection'],
  SELF_REVIEW: [403, 'Nobody judges what they did themselves'],
  PROFILE_DISABLED: [422, 'Nobody can issue under this order profile'],
  CATEGORY_NOT_ALLOWED: [422, 'Such data cannot be asked for under this profile'],
  ISSUER_NOT_ALLOWED: [403, 'This role may not issue the order for these data'],
  ADDRESSEE_NOT_ALLOWED: [422, 'The order cannot be addressed to this member'],
  ENFORCING_MISMATCH: [422, 'The enforcing authority does not go with the order'],
  NOT_ACCEPTED_BY_MEMBER: [422, 'The member has not declared that it takes such orders'],
  ROUTE_CLOSED: [422, 'The law leaves no way between these states'],
  CALENDAR_MISMATCH: [422, 'The calendar is not that of the party'],
  CONTENT_MISSING: [422, 'What a party is to read is missing'],
  CONTENT_MISMATCH: [422, 'The copy is not the one that the order names'],
  CONTENT_NOT_ALLOWED: [422, 'The copy holds what the party may not see, or lacks what it must'],
  NOT_A_PARTY: [403, 'The step is for another party of the order'],
  TOO_LATE: [409, 'The time for this step is over'],
  GATE_UNKNOWN: [422, 'That party has no such gate to open'],
  GATE_SHUT: [409, 'A consent that this step waits for is not there'],
  GROUND_UNKNOWN: [422, 'The law lists no such ground for this step'],
  CLOCK_UNKNOWN: [422, 'No such clock runs for this order'],
  NOT_OVERDUE: [409, 'The clock has not run out'],
  OWN_CLOCK: [403, 'Another party must say that this clock has run out'],
  EXTENSIONS_USED_UP: [409, 'The order has been extended as often as the law allows'],
  CALENDAR_ENDS: [422, 'A calendar begins later, or drops days that it held'],
  GRANTEE_NOT_ALLOWED: [403, 'A member that is no state grants access to a court only'],
  SET_EXCEEDS_ITEMS: [422, 'More items in the set than items'],
  DISCLOSURE_TOO_LONG: [422, 'The access would last too long'],
  OWN_LABEL: [403, 'Nobody supports or disputes what their own member asserts'],
  NOT_THE_ASSERTER: [403, 'Another member asserts the label'],
  LABEL_WITHDRAWN: [409, 'The label is withdrawn'],
  LABEL_WITHHELD: [409, 'The batch counts for nobody: its manifest was kept back'],
  FETCH_TIME_RUNNING: [409, 'The time to hand out the manifest is not over'],
  WITHDRAWAL_MISSING: [409, 'The label still stands'],
  SAID_TOO_MUCH: [409, 'More has been said of the label than one proof holds'],
  LABEL_ACTS_USED_UP: [409, 'The member has said of the label as much as it can'],
} as const satisfies Record<ErrorCode, Entry>;

/** Fabric's names for a transaction that was ordered and found invalid at commit. */
const VALIDATION_CODES = [
  'MVCC_READ_CONFLICT',
  'PHANTOM_READ_CONFLICT',
  'ENDORSEMENT_POLICY_FAILURE',
  'DUPLICATE_TXID',
  'BAD_CREATOR_SIGNATURE',
  'BAD_PROPOSAL_TXID',
  'BAD_RWSET',
  'BAD_PAYLOAD',
  'BAD_COMMON_HEADER',
  'BAD_CHANNEL_HEADER',
  'BAD_RESPONSE_PAYLOAD',
  'INVALID_ENDORSER_TRANSACTION',
  'INVALID_WRITESET',
  'INVALID_CHAINCODE',
  'INVALID_OTHER_REASON',
  'EXPIRED_CHAINCODE',
  'CHAINCODE_VERSION_CONFLICT',
] as const;
const invalid: Entry = [409, 'The transaction was ordered but is invalid'];
const VALIDATION = Object.fromEntries(VALIDATION_CODES.map((code) => [code, invalid])) as Record<
  (typeof VALIDATION_CODES)[number],
  Entry
>;

export const PROBLEMS = { ...VALIDATION, ...CONTRACT, ...LEDGER, ...JSON_CODES, ...HTTP };
export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS).sort() as [ProblemCode, ...ProblemCode[]];

export const isProblemCode = (code: unknown): code is ProblemCode =>
  typeof code === 'string' && Object.hasOwn(PROBLEMS, code);

export interface FieldError {
  /** Dotted path into the input, for example `input.legalBases.0.id`. */
  readonly path: string;
  readonly message: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string = PROBLEMS[code][1],
    context: {
      errors?: readonly FieldError[];
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: context.cause });
    this.code = code;
    this.errors = context.errors;
    const mayPass = this.status === 429 || this.status === 503;
    this.headers = { ...(mayPass && { 'retry-after': '1' }), ...context.headers };
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }

  toJSON() {
    const [status, title] = PROBLEMS[this.code];
    return {
      type: `/docs/problems/${this.code}`,
      title,
      status,
      detail: this.message,
      code: this.code,
      ...(this.errors && { errors: this.errors }),
    };
  }
}

export const problemDocument = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(PROBLEM_CODES),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

/** A problem for whatever was thrown. Text of an unlisted error never leaves the gateway. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof z.ZodError) return fieldProblem(error.issues);
  if (error instanceof URIError) return new Problem('BAD_REQUEST', 'the path is malformed');
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'CONTRACT' && 'contractCode' in error && isProblemCode(error.contractCode))
      return new Problem(error.contractCode, withoutCode(error.message), { cause: error });
    if (isProblemCode(error.code)) {
      const known = PROBLEMS[error.code][0] < 500;
      const detail = known ? error.message : describeAway(error);
      return new Problem(error.code, detail, { cause: error });
    }
  }
  return new Problem(isDiskFull(error) ? 'DISK_FULL' : 'INTERNAL', undefined, { cause: error });
}

/** Which members have to be asked for their peers: what they are is known to every member. */
function describeAway(error: Error): string | undefined {
  if (!(error instanceof LedgerError) || error.code !== 'UNAVAILABLE') return undefined;
  const { members } = error;
  if (members.length === 0) return undefined;
  return `No answer by the peers of ${members.join(', ')}, which have to endorse it`;
}

/** Field-level problem; `prefix` names the part of the request. */
export function fieldProblem(issues: readonly z.core.$ZodIssue[], prefix?: string): Problem {
  const errors = issues.slice(0, 32).map((issue) => ({
    path: [...(prefix ? [prefix] : []), ...issue.path].map(String).join('.'),
    message: issue.message,
  }));
  return new Problem('BAD_INPUT', errors[0] && `${errors[0].path}: ${errors[0].message}`, {
    errors,
  });
}

/** The contract sends `CODE: text`; the code travels in its own field. */
const withoutCode = (message: string) => message.replace(/^[A-Z_]+: /, '');
