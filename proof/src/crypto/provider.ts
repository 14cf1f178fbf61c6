/**
 * The two primitives that the proof rests on. Portable by default (noble); Node's own, much faster,
 * are installed by importing `@tabellion/proof/node`. Both pass the same vectors.
 */
import { p256 } from '@noble/curves/nist.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';

export interface CryptoProvider {
  sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  /**
   * ECDSA over P-256 with SHA-256. `point` is the uncompressed public key (65 bytes), `signature` is
   * r ‖ s (64 bytes). False for a point off the curve or r, s out of range; never throws.
   */
  verifyP256(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export const portableCrypto: CryptoProvider = {
  sha256: (bytes) => new Uint8Array(nobleSha256(bytes)),
  verifyP256(point, message, signature) {
    try {
      return p256.verify(signature, message, point, {
        prehash: true,
        lowS: false,
        format: 'compact',
      });
    } catch {
      return false;
    }
  },
};

let installed = portableCrypto;

/** Replaces the primitives for the whole process. */
export function installCrypto(provider: CryptoProvider): void {
  installed = provider;
}

/** SHA-256 (FIPS 180-4): 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return installed.sha256(bytes);
}

/** See {@link CryptoProvider.verifyP256}. */
export function verifyP256(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return installed.verifyP256(point, message, signature);
}
