/** Access tokens that were verified a moment ago: a system sends the same one with every request. */
import { decodeJwt } from 'jose';
import type { Principal, TokenVerifier } from '../http/deps.ts';

/** A token is verified again after this long, so that a key that its issuer withdrew ends it, milliseconds. */
const MEMORY_MS = 30_000;
const MAX_TOKENS = 4096;

interface Verified {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly verifiedAt: number;
  readonly until: number;
}

/** Refusals are not remembered. */
export function rememberTokens(verifier: TokenVerifier, now: () => number): TokenVerifier {
  const verified = new Map<string, Verified>();
  return {
    async verify(token) {
      const at = now();
      const known = verified.get(token);
      // A clock that was set back makes nothing last longer.
      if (known && at >= known.verifiedAt && at < known.until) return known.principal;
      verified.delete(token);
      const principal = await verifier.verify(token);
      if (verified.size >= MAX_TOKENS) verified.clear();
      const expires = (decodeJwt(token).exp ?? 0) * 1000;
      const until = Math.min(expires, at + MEMORY_MS);
      verified.set(token, { principal, verifiedAt: at, until });
      return principal;
    },
  };
}
