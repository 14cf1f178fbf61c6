/** Who talks to which gateway: the profile's settings, its sign-in and its key. */
import { signerFromPem } from '../identity/key.ts';
import type { Signer } from '../ledger/act.ts';
import type { Context, GlobalOptions } from './context.ts';
import { CliError } from './failure.ts';
import { createGatewayClient, type GatewayClient } from './gateway-client.ts';
import {
  chooseGateway,
  locateProfile,
  type ProfilePaths,
  readKept,
  readSettings,
  type Settings,
} from './profile.ts';
import { createTokenSource } from './sign-in.ts';

export interface Session {
  readonly client: GatewayClient;
  readonly paths: ProfilePaths;
  /** Absent before `init`. */
  readonly settings: Settings | undefined;
  /** Ends when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
}

interface Invoked {
  readonly context: Context;
  readonly options: GlobalOptions;
}

export async function openSession({ context, options }: Invoked): Promise<Session> {
  const paths = locateProfile(context, options);
  const settings = await readSettings(paths);
  const gateway = chooseGateway(context, options, settings);
  const token = createTokenSource(context, paths, settings, gateway);
  const { signal } = context;
  return { paths, settings, signal, client: createGatewayClient({ gateway, token, signal }) };
}

/** MSP ID of the profile's member. @throws CliError `NOT_INITIALISED`. */
export function ownMember({ settings }: Session): string {
  if (settings !== undefined) return settings.mspId;
  throw new CliError('NOT_INITIALISED', 'this profile has no key yet: run tabellion init');
}

/** The key that acts are signed with. @throws CliError `NOT_INITIALISED`. */
export async function openSigner({
  paths,
  settings,
}: Pick<Session, 'paths' | 'settings'>): Promise<Signer> {
  const [key, certificate] = [await readKept(paths.key), await readKept(paths.certificate)];
  if (settings === undefined || key === undefined || certificate === undefined) {
    throw new CliError('NOT_INITIALISED', 'this profile has no key yet: run tabellion init');
  }
  return signerFromPem(settings.mspId, certificate, key);
}
