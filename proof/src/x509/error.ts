import { CodedError } from '../coded-error.ts';

export const MSP_ERROR_CODES = [
  'CERTIFICATE_MALFORMED',
  /** No chain to a root of the member, or one that its authorities had no right to form. */
  'CERTIFICATE_UNTRUSTED',
  'CERTIFICATE_REVOKED',
  'CERTIFICATE_EXPIRED',
  'CERTIFICATE_NOT_YET_VALID',
  /** Not exactly one organisational unit that stands for a role. */
  'CERTIFICATE_NO_ROLE',
  /** The member's own roots, intermediates or revocation lists cannot be used. */
  'MSP_MALFORMED',
] as const;
export type MspErrorCode = (typeof MSP_ERROR_CODES)[number];

/** Why a certificate does not speak for a member. */
export class MspError extends CodedError<MspErrorCode> {
  override readonly name = 'MspError';
}
