/** What the authority that certifies a member's people has revoked. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { IdentityError } from '../../gateway/src/identity/error.ts';
import { layoutMember } from './layout.ts';

/**
 * The authority's revocation list, PEM.
 * @throws IdentityError `CONFIGURATION_INVALID` where no authority is: a new one would be founded, and
 *   its empty list take the place of the one in force.
 */
export async function readRevocationList(directory: string, mspId: string): Promise<string> {
  const authority = layoutMember(directory, mspId).ca;
  await access(join(authority, 'root.pem')).catch((cause) => {
    const text = `${authority} does not hold the authority of ${mspId}`;
    throw new IdentityError('CONFIGURATION_INVALID', text, { cause });
  });
  return (await MemberCa.open({ directory: authority, mspId, embedded: false })).crl();
}
