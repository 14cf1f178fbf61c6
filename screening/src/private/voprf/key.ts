/** Keys of the private look-up: each has an id, a time in which it is used, and a public document. */
import { p256_oprf } from '@noble/curves/nist.js';
import { fromBase64url, sha256, toBase64url, toHex, utf8 } from '@tabellion/proof';
import { z } from 'zod';
import { PrivateError } from '../error.ts';
import { decodePoint, ORDER, readNumber, SCALAR_BYTES } from './group.ts';
import { MODE, SUITE } from './suite.ts';

const time = z.int().min(0).max(253_402_300_799_999);
export const oprfKeyId = z.string().regex(/^[0-9a-f]{32}$/);

/** What the operator signs and publishes; without it, nobody knows under which key a proof is to hold. */
export const oprfKeyDocument = z.strictObject({
  type: z.literal('tabellion.oprf-key'),
  v: z.literal(1),
  /** First half of the SHA-256 of the public key. */
  id: oprfKeyId,
  suite: z.literal(SUITE),
  mode: z.literal(MODE),
  /** Compressed point, base64url. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{44}$/),
  /** Milliseconds since 1970; the last moment excluded. */
  validFrom: time,
  validUntil: time,
});
export type OprfKeyDocument = z.infer<typeof oprfKeyDocument>;

/** Stays with the operator. */
export interface OprfKey {
  readonly document: OprfKeyDocument;
  /** 32 bytes, big-endian, 1 to n − 1. */
  readonly secretKey: Uint8Array;
}

/** The pseudorandom function's value of one address, 32 bytes, and the key it is of. */
export interface PrivateOutput {
  readonly addressKey: Uint8Array;
  readonly keyId: string;
  readonly output: Uint8Array;
}

export interface Validity {
  readonly validFrom: number;
  readonly validUntil: number;
}

const KEY_INFO = utf8('tabellion private screening');

/**
 * DeriveKeyPair of RFC 9497: 32 random bytes are what the operator has to keep.
 * @throws PrivateError `OPRF_KEY_INVALID`: another length of seed, or a time that ends before it begins.
 */
export function deriveOprfKey(seed: Uint8Array, validity: Validity): OprfKey {
  if (seed.length !== SCALAR_BYTES) {
    throw new PrivateError('OPRF_KEY_INVALID', `a seed has ${SCALAR_BYTES} bytes`);
  }
  const { secretKey, publicKey } = p256_oprf.voprf.deriveKeyPair(seed, KEY_INFO);
  const { validFrom, validUntil } = validity;
  const document = parseOprfKey({
    ...{ type: 'tabellion.oprf-key', v: 1, id: idOf(publicKey), suite: SUITE, mode: MODE },
    ...{ publicKey: toBase64url(publicKey), validFrom, validUntil },
  });
  return { document, secretKey };
}

const idOf = (publicKey: Uint8Array): string => toHex(sha256(publicKey).subarray(0, 16));

/**
 * A document that does not contradict itself; whose it is, a signature has to say.
 * @throws PrivateError `OPRF_KEY_INVALID`, or the code of a public key that is no point.
 */
export function parseOprfKey(value: unknown): OprfKeyDocument {
  const { data: document, error } = oprfKeyDocument.safeParse(value);
  if (!document) throw new PrivateError('OPRF_KEY_INVALID', z.prettifyError(error));
  const publicKey = publicKeyOf(document);
  decodePoint(publicKey);
  if (document.id !== idOf(publicKey)) {
    throw new PrivateError('OPRF_KEY_INVALID', 'the id is that of another key');
  }
  if (document.validFrom >= document.validUntil) {
    throw new PrivateError('OPRF_KEY_INVALID', 'the time of the key ends before it begins');
  }
  return document;
}

/** Compressed, 33 bytes. */
export function publicKeyOf({ publicKey }: OprfKeyDocument): Uint8Array<ArrayBuffer> {
  return fromBase64url(publicKey);
}

/** @throws PrivateError `OPRF_KEY_INVALID` unless it is a scalar from 1 to n − 1. */
export function secretNumber({ secretKey }: OprfKey): bigint {
  if (secretKey.length !== SCALAR_BYTES) throw new PrivateError('OPRF_KEY_INVALID', 'not 32 bytes');
  const secret = readNumber(secretKey);
  if (secret === 0n || secret >= ORDER) throw new PrivateError('OPRF_KEY_INVALID', 'not a scalar');
  return secret;
}

/**
 * The key of that id, among those that an operator holds while one takes over from the other.
 * @throws PrivateError `KEY_UNKNOWN`, `KEY_NOT_VALID` at this moment (milliseconds since 1970).
 */
export function selectOprfKey(keys: readonly OprfKey[], id: string, now: number): OprfKey {
  const key = keys.find(({ document }) => document.id === id);
  if (!key) throw new PrivateError('KEY_UNKNOWN', `there is no key ${id}`);
  assertInTime(key.document, now);
  return key;
}

/** @throws PrivateError `KEY_NOT_VALID`. */
export function assertInTime({ id, validFrom, validUntil }: OprfKeyDocument, now: number): void {
  if (now >= validFrom && now < validUntil) return;
  throw new PrivateError('KEY_NOT_VALID', `key ${id} is of another time`);
}
