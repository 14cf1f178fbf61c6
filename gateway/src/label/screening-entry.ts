/**
 * What stays of a screening: the journal gets a commitment to what was asked and the digest of what was
 * answered, on disk before the answer leaves and on the ledger soon after (O-3, LBL-14). The queries
 * themselves stay with the member that asked, to be opened under audit.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { canonicalBytes, leafHash, toBase64url, toHex } from '@tabellion/proof';
import { BatchRoot } from '../evidence/batch-root.ts';
import type { Query } from './screen.ts';

export interface Screening {
  /** Merkle root over the salted queries, hex. */
  readonly commitment: string;
  /** See {@link digestAnswers}. */
  readonly answers: string;
  /** With it, whoever knows a query shows that it was among them; base64url. */
  readonly secret: string;
  /** RFC 8785 bytes of the opening: the secret and the queries. */
  readonly opening: Uint8Array;
}

const SALT_BYTES = 16;

/** What is committed to of a query; the caller's reference is none of the ledger's business. */
const readAsked = ({ address, network }: Query) => ({
  address,
  ...(network !== undefined && { network }),
});

/**
 * Merkle root over the salted queries, of which there must be one, hex. Salts come from one secret, so
 * that one short value opens or keeps closed a hundred thousand queries.
 */
export function commitQueries(queries: readonly Query[], secret: Uint8Array): string {
  const root = new BatchRoot();
  for (const [index, query] of queries.entries()) {
    const mac = createHmac('sha256', secret).update(String(index)).digest();
    const salt = toBase64url(mac.subarray(0, SALT_BYTES));
    root.add(leafHash(canonicalBytes({ ...readAsked(query), salt })));
  }
  return toHex(root.root!);
}

/** HMAC-SHA256 of their canonical bytes, hex: they hold the addresses, which a bare digest would give away. */
export const digestAnswers = (answers: unknown, secret: Uint8Array): string =>
  createHmac('sha256', secret).update(canonicalBytes(answers)).digest('hex');

export function commitScreening(queries: readonly Query[], answers: unknown): Screening {
  const key = randomBytes(32);
  const secret = toBase64url(key);
  return {
    commitment: commitQueries(queries, key),
    answers: digestAnswers(answers, key),
    secret,
    opening: canonicalBytes({
      ...{ type: 'tabellion.screening', v: 1, secret },
      queries: queries.map(readAsked),
    }),
  };
}
