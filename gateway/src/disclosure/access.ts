/**
 * Who opens a grant: somebody outside the membership, by the secret whose digest stands on the ledger. It
 * comes in the header `Authorization: Tabellion-Grant <grant>.<secret>`, the secret's 32 bytes in
 * base64url, and never in an address.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { GrantRecord } from '@tabellion/chaincode/disclosure/record';
import { fromBase64url, fromHex } from '@tabellion/proof';
import type { GatewayDeps, Guest } from '../http/deps.ts';
import { Problem } from '../http/problem.ts';
import { createStanding } from '../http/standing.ts';
import { createGrantLock } from './lock.ts';
import { createGrantView } from './view.ts';

export const GRANT_SCHEME = 'Tabellion-Grant';
const CREDENTIAL = new RegExp(`^${GRANT_SCHEME} ([0-9a-f]{32})[.]([A-Za-z0-9_-]{43})$`, 'i');
const CHALLENGE = { headers: { 'www-authenticate': GRANT_SCHEME } };
/** A revocation that was just committed must be known here. */
const PATIENCE_MS = 5000;

export interface GrantAccess {
  /**
   * Who calls. `tell` learns which grant is tried before it is known whether the secret fits.
   * @throws Problem `UNAUTHENTICATED`, `GRANT_REFUSED`, `GRANT_LOCKED`, `GRANT_ENDED`; and where it cannot
   * be known whether the grant still holds, `HEIGHT_NOT_REACHED` or what the ledger says.
   */
  open(headers: IncomingHttpHeaders, tell: (tried: GrantRecord) => void): Promise<Guest>;
}

type Deps = Pick<GatewayDeps, 'projection' | 'serviceSigners' | 'now'>;

export function createGrantAccess({ projection, serviceSigners, now }: Deps): GrantAccess {
  const grants = createGrantView(projection.database);
  const standing = createStanding({ projection });
  const lock = createGrantLock(now);

  return {
    async open({ authorization }, tell) {
      if (authorization === undefined) {
        throw new Problem('UNAUTHENTICATED', 'a grant and its secret are needed', CHALLENGE);
      }
      const { id, secret } = readCredential(authorization);
      if (!(await projection.catchUp(AbortSignal.timeout(PATIENCE_MS)))) {
        throw new Problem('HEIGHT_NOT_REACHED', 'whether the grant still holds is not known');
      }
      const found = grants.find(id, now());
      // A grant that is not there and one that is not served here look like a wrong secret.
      if (found === undefined || !serviceSigners.has(found.grant.record.act.member)) throw refuse();
      const { record } = found.grant;
      tell(record);
      const digest = createHash('sha256').update(secret).digest();
      if (!timingSafeEqual(digest, fromHex(record.access))) {
        const waitMs = lock.remaining(id);
        if (waitMs > 0) throw lockedFor(waitMs);
        lock.countWrong(id);
        throw refuse();
      }
      if (found.state === 'REVOKED') throw new Problem('GRANT_ENDED', 'the grant was revoked');
      if (found.state === 'EXPIRED') throw new Problem('GRANT_ENDED', 'the grant has expired');
      standing.assertActive(record.act);
      return { grant: found.grant, member: record.act.member };
    },
  };
}

/** @throws Problem `GRANT_REFUSED`; its text repeats nothing of what was sent. */
function readCredential(authorization: string): { id: string; secret: Uint8Array } {
  const found = CREDENTIAL.exec(authorization);
  if (found === null) throw refuse();
  try {
    return { id: found[1]!.toLowerCase(), secret: fromBase64url(found[2]!) };
  } catch {
    throw refuse();
  }
}

const refuse = () => new Problem('GRANT_REFUSED', undefined, CHALLENGE);

const lockedFor = (ms: number) =>
  new Problem('GRANT_LOCKED', undefined, {
    headers: { 'retry-after': String(Math.ceil(ms / 1000)) },
  });
