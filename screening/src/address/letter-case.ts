/**
 * Whether at most one letter is of the other case. Base58 of an address's length mixes its cases; bech32
 * and CashAddr do not, and one letter that slipped must not make an address of Solana, which has no
 * checksum, out of them.
 */
export const isNearlyOneCase = (text: string): boolean =>
  !/[a-z].*[a-z]/.test(text) || !/[A-Z].*[A-Z]/.test(text);
