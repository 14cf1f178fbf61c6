import { canonicalBytes, sha256, toHex } from '@tabellion/proof';

/** SHA-256 of a record's canonical bytes, hex: its name wherever a record is named by content. */
export function digestRecord(record: unknown): string {
  return toHex(sha256(canonicalBytes(record)));
}
