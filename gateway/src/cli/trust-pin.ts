/** The trust file that `init --trust-on-first-use` kept: what later ones are held to. */
import { fromUtf8, parseTrust, type Trust, utf8 } from '@tabellion/proof';
import { CliError } from './failure.ts';
import type { GatewayClient } from './gateway-client.ts';
import { keepPrivate, type ProfilePaths, readKept } from './profile.ts';

/** Members and revocations change by vote; a ledger's name and first block never do. */
const FIXED = ['consortium', 'ledger', 'channel', 'genesis', 'chaincode'] as const;

export async function readPinnedTrust(paths: ProfilePaths): Promise<Trust | undefined> {
  const kept = await readKept(paths.trust);
  return kept === undefined ? undefined : parseTrust(utf8(kept));
}

/** The pinned trust file, or what the gateway says. */
export async function readTrust({
  client,
  paths,
}: {
  readonly client: GatewayClient;
  readonly paths: ProfilePaths;
}): Promise<Trust> {
  const pinned = await readPinnedTrust(paths);
  return pinned ?? parseTrust(await client.getBytes('/v1/trust', { signedIn: false }));
}

/** @throws CliError `TRUST_CHANGED` if a trust file is pinned and this one is of another ledger. */
export async function assertPinned(paths: ProfilePaths, trust: Trust): Promise<void> {
  const pinned = await readPinnedTrust(paths);
  if (pinned === undefined) return;
  for (const field of FIXED) {
    if (pinned[field] !== trust[field]) {
      throw new CliError(
        'TRUST_CHANGED',
        `the gateway's trust file names another ${field} than the one pinned for this profile`,
      );
    }
  }
}

/** Believes the gateway once, on the person's word, and holds it to that from then on. */
export async function pinTrust(client: GatewayClient, paths: ProfilePaths): Promise<Trust> {
  const bytes = await client.getBytes('/v1/trust', { signedIn: false });
  const trust = parseTrust(bytes);
  await assertPinned(paths, trust);
  await keepPrivate(paths.trust, fromUtf8(bytes));
  return trust;
}
