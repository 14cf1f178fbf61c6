/**
 * Importing this module replaces the portable primitives by Node's own: the same verdicts, about
 * forty times the speed in signature checks.
 */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { toBase64url, toHex } from './bytes/encoding.ts';
import { type CryptoProvider, installCrypto } from './crypto/provider.ts';

const COORDINATE = 32;
/** Few keys sign much: peers and the people of a consortium. */
const MAX_CACHED_KEYS = 4096;
const keys = new Map<string, KeyObject>();

export const nodeCrypto: CryptoProvider = {
  sha256(bytes) {
    // One character a byte: half the time of a Buffer, whose memory lies outside the heap.
    const text = hash('sha256', bytes, 'binary');
    const digest = new Uint8Array(text.length);
    for (let at = 0; at < digest.length; at += 1) digest[at] = text.charCodeAt(at);
    return digest;
  },
  verifyP256(point, message, signature) {
    try {
      const key = { key: publicKey(point), dsaEncoding: 'ieee-p1363' } as const;
      return verify('sha256', message, key, signature);
    } catch {
      return false;
    }
  },
};

function publicKey(point: Uint8Array): KeyObject {
  const name = toHex(point);
  const known = keys.get(name);
  if (known) return known;
  const key = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: toBase64url(point.subarray(1, 1 + COORDINATE)),
      y: toBase64url(point.subarray(1 + COORDINATE)),
    },
  });
  if (keys.size >= MAX_CACHED_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}

installCrypto(nodeCrypto);
