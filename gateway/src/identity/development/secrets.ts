/** Keys of the development issuer: made once per data directory, so that its tokens outlive a restart. */
import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';
import { readPrivate, unlessAbsent, writeDurably } from '../private-file.ts';

export interface IssuerSecrets {
  /** Signs cookies. */
  readonly cookieKey: string;
  /** Private ES256 key that signs tokens. */
  readonly signingKey: JWK;
}

const stored = z.strictObject({
  cookieKey: z.string().min(32),
  signingKey: z.looseObject({ kty: z.literal('EC'), d: z.string(), kid: z.string() }),
});

/** @throws IdentityError `KEY_EXPOSED` if others may read the file. */
export async function openIssuerSecrets(file: string): Promise<IssuerSecrets> {
  const text = await unlessAbsent(readPrivate(file));
  if (text !== undefined) return stored.parse(JSON.parse(text)) as IssuerSecrets;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const secrets = {
    cookieKey: randomBytes(32).toString('base64url'),
    signingKey: {
      ...(await exportJWK(privateKey)),
      kid: randomBytes(8).toString('hex'),
      alg: 'ES256',
      use: 'sig',
    },
  };
  await writeDurably(file, `${JSON.stringify(secrets)}\n`);
  return secrets;
}
