import type { ItemInput } from '../http/deps.ts';
import type { ItemFacts } from './commitment.ts';
import { EvidenceError } from './error.ts';

/** Longest path or identifier, bytes: 21,848 characters of base64url. */
export const MAX_PATH_BYTES = 16_386;

/**
 * What a system handed in, as the commitment says it.
 * @throws EvidenceError `ITEM_INVALID` if the path is too long for a commitment.
 */
export function toItemFacts(input: ItemInput): ItemFacts {
  const { sha256, sha1, md5, path, collectedAt, ...rest } = input;
  if (path.length > MAX_PATH_BYTES) throw new EvidenceError('ITEM_INVALID', 'the path is too long');
  const digest: { sha256: string; sha1?: string; md5?: string } = { sha256 };
  if (sha1 !== undefined) digest.sha1 = sha1;
  if (md5 !== undefined) digest.md5 = md5;
  const bytes = Buffer.from(path.buffer, path.byteOffset, path.length);
  return { ...rest, digest, path: bytes.toString('base64url') };
}
