/** The channel from Fabric peers themselves, read as a member's client: no gateway stands between. */
import { fromUtf8, type Trust } from '@tabellion/proof';
import type { BlockSource } from '../audit/compare-sources.ts';
import { readPrivateKey, signerFromPem } from '../identity/key.ts';
import type { Signer } from '../ledger/act.ts';
import { readPeerBlocks } from '../ledger/peer-blocks.ts';
import type { Invocation } from './context.ts';
import { readSmallFile } from './document.ts';
import { CliError } from './failure.ts';
import { locateProfile, readSettings } from './profile.ts';
import { openSigner } from './session.ts';

export interface PeerOptions {
  /** `host:port` each. */
  readonly fromPeer?: readonly string[];
  readonly tlsRoot?: readonly string[];
  readonly certificate?: string;
  readonly key?: string;
  readonly member?: string;
}

const MAX_PEM_BYTES = 1 << 20;
const ADDRESS = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/;

/** @throws CliError `USAGE`, `FILE_UNREADABLE`, `NOT_INITIALISED`; IdentityError. */
export async function openPeers(
  invocation: Invocation<PeerOptions>,
  { channel }: Trust,
): Promise<readonly BlockSource[]> {
  const { fromPeer = [], tlsRoot = [] } = invocation.options;
  const { signal } = invocation.context;
  for (const address of fromPeer) {
    if (!ADDRESS.test(address)) throw new CliError('USAGE', `${address} is not a host:port`);
  }
  if (tlsRoot.length === 0) {
    throw new CliError('USAGE', 'give --tls-root: peers are spoken to by TLS only');
  }
  const roots = await Promise.all(tlsRoot.map(readPem));
  const signer = await openReader(invocation);
  return fromPeer.map((address) => {
    const peer = { address, tlsRoot: roots.join('\n') };
    return { name: address, blocks: readPeerBlocks({ peer, channel, signer, signal }) };
  });
}

/** Who reads: the profile's key, or another person's that is named in full. */
async function openReader({ context, options }: Invocation<PeerOptions>): Promise<Signer> {
  const { certificate, key, member } = options;
  if (certificate === undefined && key === undefined && member === undefined) {
    const paths = locateProfile(context, options);
    return openSigner({ paths, settings: await readSettings(paths) });
  }
  if (certificate === undefined || key === undefined || member === undefined) {
    throw new CliError('USAGE', 'give --certificate, --key and --member together');
  }
  return signerFromPem(member, await readPem(certificate), await readPrivateKey(key));
}

const readPem = async (path: string): Promise<string> =>
  fromUtf8(await readSmallFile(path, MAX_PEM_BYTES));
