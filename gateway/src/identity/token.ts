/**
 * Access tokens of any OIDC issuer that the operator configured: JWTs (RFC 9068), checked against the
 * issuer's published keys (RFC 7517). Who calls, for which member and in which role comes from here
 * and from nowhere else.
 */
import { type Role, role } from '@tabellion/chaincode/member/record';
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Principal, TokenVerifier } from '../http/deps.ts';
import { IdentityError } from './error.ts';
import { isLoopbackHost } from './loopback.ts';

/** Signatures only, and only such as need no shared secret; `none` is no algorithm here. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS256'];
const MAX_TOKEN = 8192;
const CLOCK_TOLERANCE_SECONDS = 5;

export interface TrustedIssuer {
  /** Short name by which subjects are told apart; stays when the issuer's address changes. */
  readonly name: string;
  /** `iss`, exactly. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** `aud` that stands for this gateway. */
  readonly audience: string;
  /** MSP IDs of the members whose people this issuer knows. It can speak for no other. */
  readonly members: readonly string[];
  /** Claim that holds the MSP ID; `member`. */
  readonly memberClaim?: string;
  /** Claim that holds the role; `role`. */
  readonly roleClaim?: string;
  /** Header `typ`; `at+jwt`, so that an ID token never passes for an access token. */
  readonly tokenType?: string;
}

/**
 * `verify` throws IdentityError `TOKEN_EXPIRED`, `TOKEN_INVALID` (also for an unknown issuer, member
 * or role) or `NOT_READY` (the issuer's keys cannot be had: nothing is said about the token).
 * @throws IdentityError `INSECURE_ISSUER` for keys that would be fetched in clear from elsewhere.
 */
export function createTokenVerifier(
  issuers: readonly TrustedIssuer[],
  now: () => number = Date.now,
): TokenVerifier {
  const trusted = new Map(
    issuers.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer) }]),
  );
  return {
    verify: async (token) => {
      const entry = trusted.get(readIssuer(token));
      if (entry === undefined) throw invalid('its issuer is not trusted');
      const { issuer, keys } = entry;
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: issuer.issuer,
          audience: issuer.audience,
          algorithms: ALGORITHMS,
          typ: issuer.tokenType ?? 'at+jwt',
          requiredClaims: ['exp', 'iat', 'sub'],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(now()),
        });
        return readPrincipal(payload, issuer);
      } catch (error) {
        throw toIdentityError(error);
      }
    },
  };
}

function keysOf({ jwksUri }: TrustedIssuer) {
  const url = new URL(jwksUri);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
    throw new IdentityError('INSECURE_ISSUER', `${url.origin} is neither https nor this machine`);
  }
  return createRemoteJWKSet(url);
}

/** Only to choose the keys; nothing that an unverified token says is used for anything else. */
function readIssuer(token: string): string {
  if (token.length > MAX_TOKEN) throw invalid('it is too long');
  try {
    return decodeJwt(token).iss ?? '';
  } catch (cause) {
    throw invalid('it is not a JWT', cause);
  }
}

function readPrincipal(payload: JWTPayload, issuer: TrustedIssuer): Principal {
  const member = payload[issuer.memberClaim ?? 'member'];
  const parsedRole = role.safeParse(payload[issuer.roleClaim ?? 'role']);
  if (typeof member !== 'string' || !issuer.members.includes(member)) {
    throw invalid('its issuer does not speak for that member');
  }
  if (!parsedRole.success) throw invalid('its role is unknown');
  return {
    subject: `${issuer.name}:${payload.sub}`,
    member,
    role: parsedRole.data,
    clientKind: kindOf(payload, parsedRole.data),
  };
}

/** By RFC 9068, section 2.2, a client that acts for itself is its own subject. */
function kindOf({ sub, client_id }: JWTPayload, claimed: Role): Principal['clientKind'] {
  if (claimed !== 'system' && sub === client_id) throw invalid('a client has a person’s role');
  return claimed === 'system' ? 'system' : 'person';
}

function toIdentityError(error: unknown): IdentityError {
  if (error instanceof IdentityError) return error;
  if (error instanceof errors.JWTExpired) {
    return new IdentityError('TOKEN_EXPIRED', 'the access token has expired', { cause: error });
  }
  const saysNothing =
    !(error instanceof errors.JOSEError) ||
    error.code === 'ERR_JOSE_GENERIC' ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid;
  if (!saysNothing) return invalid('it does not hold', error);
  const text = 'the keys of the token’s issuer cannot be had now';
  return new IdentityError('NOT_READY', text, { cause: error });
}

function invalid(why: string, cause?: unknown): IdentityError {
  return new IdentityError('TOKEN_INVALID', `the access token is not accepted: ${why}`, { cause });
}
