/**
 * What an operator publishes of its private look-up, under one signature: the keys in their time and the tables
 * that can be asked. Everybody is shown the same one, so that a key of somebody's own would show.
 */
import {
  canonicalBytes,
  fromBase64url,
  MspError,
  openMembers,
  sha256,
  type Trust,
  toHex,
  verifySignature,
} from '@tabellion/proof';
import { z } from 'zod';
import { PrivateError } from './error.ts';
import { parseTable, type TableDocument, tableDocument } from './table/document.ts';
import { assertInTime, type OprfKeyDocument, oprfKeyDocument, parseOprfKey } from './voprf/key.ts';

/** One key takes over from another; the others are for an operator that must change several times in a row. */
export const MAX_KEYS = 4;
/** Of each kind, and for each key, the newest and those that it replaced a moment ago. */
const MAX_TABLES = 32;

export const announcement = z.strictObject({
  type: z.literal('tabellion.private-screening'),
  v: z.literal(1),
  /** MSP ID of the operator. */
  member: z.string().min(1).max(64),
  /** Hash of the ledger's first block: what is said is said of this ledger. */
  genesis: z.string().regex(/^[0-9a-f]{64}$/),
  /** Milliseconds since 1970, by the operator's clock. */
  at: z.int().min(0),
  /** The newest last. */
  keys: z.array(oprfKeyDocument).min(1).max(MAX_KEYS),
  /** The newest last. */
  tables: z.array(tableDocument).max(MAX_TABLES),
});
export type Announcement = z.infer<typeof announcement>;

export const signedAnnouncement = z.strictObject({
  announcement,
  /** PEM, of the operator's gateway. */
  certificate: z.string().max(16_384),
  /** ECDSA over the RFC 8785 bytes of the announcement; DER, base64url. */
  signature: z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9_-]+$/),
});
export type SignedAnnouncement = z.infer<typeof signedAnnouncement>;

/** What is signed. */
export const announcementBytes = (value: Announcement): Uint8Array => canonicalBytes(value);

/** How a table is named: 32 hexadecimal digits that follow from all that its document says. */
export const tableIdOf = (table: TableDocument): string =>
  toHex(sha256(canonicalBytes(table)).subarray(0, 16));

/**
 * An announcement of that member, signed by its gateway, of the ledger that the trust file is of.
 * @throws PrivateError `ANNOUNCEMENT_INVALID`; the codes of a key or table that contradicts itself.
 */
export function verifyAnnouncement(
  value: unknown,
  trust: Trust,
  { now, member }: { readonly now: number; readonly member?: string },
): Announcement {
  const { data: signed, error } = signedAnnouncement.safeParse(value);
  if (!signed) throw refuse(z.prettifyError(error));
  const { announcement: said, certificate, signature } = signed;
  if (member !== undefined && said.member !== member) throw refuse('it is another member’s');
  if (said.genesis !== trust.genesis) throw refuse('it is of another ledger');
  const operator = openMembers(trust).get(said.member);
  if (!operator) throw refuse('the trust file does not know its member');
  const identity = validate(() => operator.msp.validate(certificate, now));
  const { role, keyCustody } = identity.attributes;
  if (identity.role !== 'CLIENT' || role !== 'system' || keyCustody !== 'gateway') {
    throw refuse('it is not signed by a gateway');
  }
  const bytes = announcementBytes(said);
  if (!verifySignature(identity.certificate, bytes, fromBase64url(signature))) {
    throw refuse('the signature does not hold');
  }
  for (const key of said.keys) parseOprfKey(key);
  for (const table of said.tables) parseTable(table);
  return said;
}

function validate<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof MspError) throw refuse(`its certificate: ${cause.code}`);
    throw cause;
  }
}

const refuse = (why: string) => new PrivateError('ANNOUNCEMENT_INVALID', why);

/**
 * The newest table of that kind whose time has not passed; for the kind OPRF, of the newest key that has one.
 * @throws PrivateError `TABLE_STALE` if there is none.
 */
export function chooseTable(
  { keys, tables }: Announcement,
  kind: TableDocument['kind'],
  now: number,
): { readonly table: TableDocument; readonly key: OprfKeyDocument | undefined } {
  const fit = tables.filter((table) => table.kind === kind && now < table.validUntil);
  const usable = keys.filter((key) => isInTime(key, now)).toReversed();
  const candidates = kind === 'HASH' ? [undefined] : usable;
  for (const key of candidates) {
    const table = fit.findLast(({ keyId }) => keyId === key?.id);
    if (table) return { table, key };
  }
  throw new PrivateError('TABLE_STALE', 'no table of that kind is in its time');
}

function isInTime(key: OprfKeyDocument, now: number): boolean {
  try {
    assertInTime(key, now);
    return true;
  } catch {
    return false;
  }
}
