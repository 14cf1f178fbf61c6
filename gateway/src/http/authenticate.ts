/** Who calls: a bearer token or a refusal, never a default. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal, TokenVerifier } from './deps.ts';
import { Problem, toProblem } from './problem.ts';

const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;
const MAX_TOKEN = 8192;

/** @throws Problem 401 with `WWW-Authenticate` (RFC 6750, section 3). */
export async function authenticate(
  headers: IncomingHttpHeaders,
  tokens: TokenVerifier,
): Promise<Principal> {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new Problem('UNAUTHENTICATED', undefined, challenge('Bearer'));
  }
  const token = authorization.length <= MAX_TOKEN ? BEARER.exec(authorization)?.[1] : undefined;
  if (!token) throw invalidToken('TOKEN_INVALID', 'not a bearer token');
  try {
    return await tokens.verify(token);
  } catch (error) {
    const { code, status } = toProblem(error);
    if (status !== 401) throw error;
    throw invalidToken(code === 'TOKEN_EXPIRED' ? code : 'TOKEN_INVALID', undefined, error);
  }
}

const challenge = (value: string) => ({ headers: { 'www-authenticate': value } });

function invalidToken(
  code: 'TOKEN_INVALID' | 'TOKEN_EXPIRED',
  detail: string | undefined,
  cause?: unknown,
) {
  return new Problem(code, detail, { ...challenge('Bearer error="invalid_token"'), cause });
}
