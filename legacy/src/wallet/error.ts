import { CodedError } from '@tabellion/proof';

/** Why a wallet's identity cannot be had. Closed; what is wrong with keys and certificates has codes of its own. */
export const WALLET_ERROR_CODES = [
  'WALLET_NOT_FOUND',
  'WALLET_MALFORMED',
  /** The key is in a hardware module: it cannot be moved, and is not meant to be. */
  'WALLET_KEY_IN_HSM',
  'WALLET_TYPE_UNSUPPORTED',
  'UNKNOWN_MEMBER',
  /** The certificate does not name the role of a gateway's own identity. */
  'ROLE_MISSING',
  /** There is a key where this one would be kept. */
  'KEY_EXISTS',
] as const;
export type WalletErrorCode = (typeof WALLET_ERROR_CODES)[number];

export class WalletError extends CodedError<WalletErrorCode> {
  override readonly name = 'WalletError';
}
