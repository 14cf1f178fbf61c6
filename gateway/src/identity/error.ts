import { CodedError } from '@tabellion/proof';

/**
 * Why identity work was refused. Closed; tests and callers go by `code`, never by the text. Codes
 * that reach a caller over HTTP have the names that `http/problem.ts` lists.
 */
export const IDENTITY_ERROR_CODES = [
  // configuration and files
  'CONFIGURATION_INVALID',
  'DEVELOPMENT_ONLY',
  'KEY_EXPOSED',
  'KEY_INVALID',
  'KEY_MISMATCH',
  'CERTIFICATE_INVALID',
  'CA_DAMAGED',
  'CA_EXPIRED',
  // tokens and enrolment
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'NOT_READY',
  'CSR_INVALID',
  'BAD_INPUT',
  'ALREADY_ENROLLED',
  'NOT_FOUND',
  'NOT_ALLOWED',
  // the client's side of signing in
  'INSECURE_ISSUER',
  'SIGN_IN_FAILED',
  'SIGN_IN_REFUSED',
  'SIGN_IN_EXPIRED',
  // another member's gateway
  'GATEWAY_REFUSED',
] as const;
export type IdentityErrorCode = (typeof IDENTITY_ERROR_CODES)[number];

export class IdentityError extends CodedError<IdentityErrorCode> {
  override readonly name = 'IdentityError';
}
