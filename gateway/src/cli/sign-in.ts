/** Signs in at the gateway's issuer and keeps the sign-in fresh. Secrets come by environment only. */

import { z } from 'zod';
import {
  awaitDeviceSignIn,
  refreshSignIn,
  type SignIn,
  signInSystem,
  startDeviceSignIn,
} from '../identity/sign-in.ts';
import { makePrintable } from '../text/printable.ts';
import type { Context, GlobalOptions } from './context.ts';
import { CliError } from './failure.ts';
import {
  keepPrivate,
  type ProfilePaths,
  parsePrivate,
  readKept,
  type Settings,
} from './profile.ts';

const CLI_CLIENT_ID = 'tabellion-cli';
/** A token that ends within this time is renewed before it is used. */
const SPARE_MS = 30_000;

const signInSchema = z.strictObject({
  /** Where the token may be sent, and nowhere else. */
  gateway: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  accessToken: z.string(),
  expiresAt: z.int(),
  refreshToken: z.string().optional(),
});

export interface SignInOptions {
  readonly as: 'person' | 'system';
  readonly issuer?: string;
}

/** The issuer that comes with the gateway, unless another is named. */
const issuerOf = (gateway: URL, named: string | undefined): string =>
  named ?? new URL(`${gateway.pathname.replace(/\/$/, '')}/oidc`, gateway).href;

/** @throws CliError `NO_TERMINAL`, `SIGN_IN_REQUIRED`; IdentityError `SIGN_IN_…`. */
export async function signIn(
  context: Context,
  options: GlobalOptions & SignInOptions,
  gateway: URL,
  paths: ProfilePaths,
): Promise<void> {
  const issuer = issuerOf(gateway, options.issuer);
  const fresh =
    options.as === 'system'
      ? await signInSystem({ issuer, ...readSystemSecret(context) })
      : await signInPerson(context, options, issuer);
  await keepSignIn(paths, gateway, fresh);
}

async function signInPerson(context: Context, options: GlobalOptions, issuer: string) {
  const device = await startDeviceSignIn({ issuer, clientId: CLI_CLIENT_ID });
  const { verificationUri, verificationUriComplete, userCode } = device;
  // Told on stderr, so that standard output stays the result; a machine reads it as a JSON line.
  context.stderr.write(
    options.progress === 'json'
      ? `${JSON.stringify({ signIn: { verificationUri, verificationUriComplete, userCode } })}\n`
      : makePrintable(`To sign in, open ${verificationUri}\nand enter the code ${userCode}\n`),
  );
  return awaitDeviceSignIn(device, context.signal);
}

function readSystemSecret({ environment }: Context) {
  const { TABELLION_CLIENT_ID: clientId, TABELLION_CLIENT_SECRET: clientSecret } = environment;
  if (clientId === undefined || clientSecret === undefined) {
    throw new CliError(
      'SIGN_IN_REQUIRED',
      'a system signs in with TABELLION_CLIENT_ID and TABELLION_CLIENT_SECRET in its environment',
    );
  }
  return { clientId, clientSecret };
}

async function keepSignIn(paths: ProfilePaths, gateway: URL, fresh: SignIn): Promise<void> {
  await keepPrivate(
    paths.token,
    JSON.stringify(signInSchema.parse({ ...fresh, gateway: gateway.href })),
  );
}

/**
 * Gives the bearer token, renewed where it has ended or was refused. Requests that run at the same time
 * share one renewal, because a refresh token is good for one use.
 */
export function createTokenSource(
  context: Context,
  paths: ProfilePaths,
  settings: Settings | undefined,
  gateway: URL,
): (refused?: string) => Promise<string> {
  let current: Promise<SignIn> | undefined;

  const renew = async (old: SignIn): Promise<SignIn> => {
    const fresh =
      settings?.as === 'system'
        ? await signInSystem({ ...old, ...readSystemSecret(context) })
        : await refreshSignIn(old);
    await keepSignIn(paths, gateway, fresh);
    return fresh;
  };
  const load = async (): Promise<SignIn> => {
    const kept = await readSignIn(paths, gateway);
    return context.now() + SPARE_MS < kept.expiresAt ? kept : renew(kept);
  };

  return async (refused) => {
    current ??= load();
    const loaded = current;
    const held = await loaded;
    const stale = held.accessToken === refused || context.now() + SPARE_MS >= held.expiresAt;
    // Whoever finds it stale first starts the renewal; the others wait for that one.
    if (stale && current === loaded) current = renew(held);
    return (await current).accessToken;
  };
}

async function readSignIn(paths: ProfilePaths, gateway: URL): Promise<SignIn> {
  const text = await readKept(paths.token);
  const kept = text === undefined ? undefined : parsePrivate(paths.token, signInSchema, text);
  // A token is for one gateway: --gateway must not carry it to another.
  if (kept === undefined || kept.gateway !== gateway.href) {
    throw new CliError(
      'SIGN_IN_REQUIRED',
      `not signed in at ${gateway.origin}: run tabellion login`,
    );
  }
  const { gateway: _, refreshToken, ...rest } = kept;
  return { ...rest, ...(refreshToken !== undefined && { refreshToken }) };
}
