/**
 * Signatures of Standard Webhooks (https://www.standardwebhooks.com), scheme `v1`: HMAC-SHA256 over the
 * message's ID, the time of the attempt and the exact body. Ten lines over node:crypto; the npm package
 * brings a SHA-256 in JavaScript with it, and serves as a vector of the tests instead.
 */
import { createHmac, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const PREFIX = 'whsec_';

export interface Signable {
  /** The same for every attempt of one message. */
  readonly id: string;
  /** Of this attempt, milliseconds since 1970. */
  readonly at: number;
  readonly payload: Uint8Array;
}

export const makeSecret = (): Uint8Array => randomBytes(SECRET_BYTES);

/** As receivers' libraries take it. */
export const writeSecret = (secret: Uint8Array): string =>
  PREFIX + Buffer.from(secret).toString('base64');

/** Headers of one attempt; one signature for each secret, so that a rotation needs no moment. */
export function signMessage(
  { id, at, payload }: Signable,
  secrets: readonly Uint8Array[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const seconds = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', secret).update(`${id}.${seconds}.`).update(payload);
    return `v1,${mac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures.join(' '),
  };
}
