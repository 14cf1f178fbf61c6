/** The location of a covert measure, kept on this machine until its notice is opened (CNS-5). */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type SealedLocation, sealedLocation } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, canonicalText, sha256, toBase64url, toHex } from '@tabellion/proof';
import { keepPrivate, type ProfilePaths, parsePrivate, readKept } from './profile.ts';

export interface Seal {
  /** Hex; stands on the ledger. */
  readonly digest: string;
  /** Canonical bytes; travel as transient input. */
  readonly bytes: Uint8Array;
}

const fileOf = (paths: ProfilePaths, acquisition: string) =>
  join(paths.work, 'sealed', `${acquisition}.json`);

/** Seals with a fresh salt and keeps the opening before anything is sent. */
export async function sealLocation(
  paths: ProfilePaths,
  acquisition: string,
  location: SealedLocation['location'],
): Promise<Seal> {
  const sealed: SealedLocation = { location, salt: toBase64url(randomBytes(16)) };
  await keepPrivate(fileOf(paths, acquisition), canonicalText(sealed));
  const bytes = canonicalBytes(sealed);
  return { digest: toHex(sha256(bytes)), bytes };
}

export async function readSealed(
  paths: ProfilePaths,
  acquisition: string,
): Promise<SealedLocation | undefined> {
  const file = fileOf(paths, acquisition);
  const text = await readKept(file);
  return text === undefined ? undefined : parsePrivate(file, sealedLocation, text);
}
