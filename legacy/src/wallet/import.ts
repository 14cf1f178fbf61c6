/**
 * Takes a wallet's identity over. A person's key goes where `tabellion init` finds it and has the
 * member's authority certify it: Tabellion's roles stand in the certificate, and the gateway relays only
 * for certificates whose owner has signed in. The identity of a service keeps its certificate.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type MemberIdentity, Msp, type Trust } from '@tabellion/proof';
import { locateProfile, readKept } from '../../../gateway/src/cli/profile.ts';
import { signerFromPem, writePrivateKey } from '../../../gateway/src/identity/key.ts';
import { makePrivateDirectory } from '../../../gateway/src/identity/private-file.ts';
import { WalletError } from './error.ts';
import type { WalletIdentity } from './read.ts';

/**
 * Key and certificate are a pair on P-256, the member's authority issued the certificate, and it holds now.
 * @throws IdentityError `KEY_INVALID`, `KEY_MISMATCH`; MspError; WalletError `UNKNOWN_MEMBER`.
 */
export function checkIdentity(
  { mspId, certificate, privateKey }: WalletIdentity,
  trust: Trust,
  now: number,
): MemberIdentity {
  const member = trust.members.find((one) => one.mspId === mspId);
  if (!member) {
    throw new WalletError('UNKNOWN_MEMBER', `${mspId} is no member of ${trust.consortium}`);
  }
  signerFromPem(mspId, certificate, privateKey);
  return new Msp(member).validate(certificate, now);
}

export interface ProfileChoice {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly profile?: string;
}

/** Returns where the key is now. @throws WalletError `KEY_EXISTS`. */
export async function importPersonKey(
  { privateKey }: WalletIdentity,
  { environment, ...options }: ProfileChoice,
): Promise<string> {
  const paths = locateProfile({ environment }, options);
  for (const path of [paths.key, paths.pendingKey]) {
    if ((await readKept(path)) !== undefined) {
      throw new WalletError('KEY_EXISTS', `${path} exists: choose another profile`);
    }
  }
  await makePrivateDirectory(dirname(paths.pendingKey));
  await writePrivateKey(paths.pendingKey, privateKey);
  return paths.pendingKey;
}

/**
 * As node-config keeps a gateway's own identity: `msp/` below `directory`.
 * @param attributes of its certificate.
 * @throws WalletError `ROLE_MISSING`, `KEY_EXISTS`.
 */
export async function importService(
  { certificate, privateKey }: WalletIdentity,
  { attributes }: MemberIdentity,
  directory: string,
): Promise<string> {
  if (attributes.role !== 'system' || attributes.keyCustody !== 'gateway') {
    const text =
      'a gateway’s certificate says role=system and keyCustody=gateway; this one does not';
    throw new WalletError('ROLE_MISSING', text);
  }
  const keystore = join(directory, 'msp', 'keystore');
  const key = join(keystore, 'key.pem');
  if ((await readKept(key)) !== undefined) throw new WalletError('KEY_EXISTS', `${key} exists`);
  await makePrivateDirectory(keystore);
  const signcerts = join(directory, 'msp', 'signcerts');
  await mkdir(signcerts, { recursive: true });
  await writeFile(join(signcerts, 'cert.pem'), certificate);
  await writePrivateKey(key, privateKey);
  return key;
}
