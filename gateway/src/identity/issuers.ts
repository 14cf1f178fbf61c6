/** The OIDC issuers at which a member's people sign in, from the operator's YAML file. */
import { z } from 'zod';
import type { TrustedIssuer } from './token.ts';
import { readYamlFile } from './yaml-file.ts';

const text = z.string().min(1).max(2048);

const issuersText = z.strictObject({
  issuers: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9-]{1,32}$/),
        issuer: z.url(),
        jwksUri: z.url(),
        audience: text,
        memberClaim: text.optional(),
        roleClaim: text.optional(),
        tokenType: text.optional(),
      }),
    )
    .min(1)
    .max(16),
});

/**
 * Each speaks for the people of `member` and of nobody else, whatever its tokens say.
 * @throws IdentityError `CONFIGURATION_INVALID`, naming file and field.
 */
export async function loadIssuers(file: string, member: string): Promise<TrustedIssuer[]> {
  const { issuers } = await readYamlFile(file, issuersText);
  return issuers.map(({ memberClaim, roleClaim, tokenType, ...issuer }) => ({
    ...issuer,
    members: [member],
    ...(memberClaim !== undefined && { memberClaim }),
    ...(roleClaim !== undefined && { roleClaim }),
    ...(tokenType !== undefined && { tokenType }),
  }));
}
