/** A profile: one gateway, one person or system, its key, and the work in hand. */
import { dirname, join } from 'node:path';
import { parseStrict, utf8 } from '@tabellion/proof';
import envPaths from 'env-paths';
import { z } from 'zod';
import { isLoopbackHost } from '../identity/loopback.ts';
import {
  makePrivateDirectory,
  readPrivate,
  unlessAbsent,
  writeDurably,
} from '../identity/private-file.ts';
import type { Context, GlobalOptions } from './context.ts';
import { CliError } from './failure.ts';

const settings = z.strictObject({
  gateway: z.url(),
  mspId: z.string(),
  as: z.enum(['person', 'system']),
});
export type Settings = z.infer<typeof settings>;

export interface ProfilePaths {
  readonly settings: string;
  readonly key: string;
  readonly certificate: string;
  /** A key that waits for its certificate: an interrupted `init` goes on with it. */
  readonly pendingKey: string;
  readonly token: string;
  /** The trust file pinned on first use. */
  readonly trust: string;
  /** The key of the private look-up that was used last. */
  readonly oprfKey: string;
  /** Resume index, manifests, reports, sealed locations. */
  readonly work: string;
}

/** Where the platform expects them, or under TABELLION_HOME. */
export function locateProfile(
  { environment }: Pick<Context, 'environment'>,
  options: Pick<GlobalOptions, 'profile'>,
): ProfilePaths {
  const profile = options.profile ?? environment.TABELLION_PROFILE ?? 'default';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(profile)) {
    throw new CliError(
      'USAGE',
      'a profile is named by letters, digits, dots, dashes and underscores',
    );
  }
  const home = environment.TABELLION_HOME;
  const paths = envPaths('tabellion', { suffix: '' });
  const config = home === undefined ? paths.config : join(home, 'config');
  const data = home === undefined ? paths.data : join(home, 'data');
  const at = (name: string) => join(config, profile, name);
  return {
    settings: at('profile.json'),
    key: at('key.pem'),
    certificate: at('certificate.pem'),
    pendingKey: at('pending-key.pem'),
    token: at('token.json'),
    trust: at('trust.json'),
    oprfKey: at('oprf-key.json'),
    work: join(data, profile),
  };
}

export async function readSettings(paths: ProfilePaths): Promise<Settings | undefined> {
  const text = await readKept(paths.settings);
  if (text === undefined) return undefined;
  return parsePrivate(paths.settings, settings, text);
}

/** Parses one of the program's own files. @throws CliError `FILE_MALFORMED`. */
export function parsePrivate<T>(path: string, schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(parseStrict(utf8(text)));
  } catch (error) {
    throw new CliError('FILE_MALFORMED', `${path} is damaged; run tabellion init`, error);
  }
}

export const writeSettings = (paths: ProfilePaths, value: Settings): Promise<void> =>
  keepPrivate(paths.settings, `${JSON.stringify(settings.parse(value))}\n`);

/** Writes one of the profile's files, private and durable. */
export async function keepPrivate(path: string, content: string): Promise<void> {
  await makePrivateDirectory(dirname(path));
  await writeDurably(path, content);
}

/** One of the profile's files, or undefined. @throws IdentityError `KEY_EXPOSED`. */
export const readKept = (path: string): Promise<string | undefined> =>
  unlessAbsent(readPrivate(path));

/** The gateway to talk to. Without TLS only this machine itself is spoken to. */
export function chooseGateway(
  { environment }: Context,
  { gateway }: GlobalOptions,
  kept: Settings | undefined,
): URL {
  const text = gateway ?? environment.TABELLION_GATEWAY ?? kept?.gateway;
  if (text === undefined) {
    throw new CliError('GATEWAY_NOT_SET', 'give --gateway URL, or run tabellion init once');
  }
  if (!URL.canParse(text)) throw new CliError('USAGE', 'the gateway is not a URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new CliError('USAGE', 'a secret must not stand in the address of the gateway');
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)))
    return url;
  throw new CliError('GATEWAY_NOT_SECURE', 'the gateway must be reached by https');
}
