/**
 * The client's side of signing in, for command lines and systems: device flow (RFC 8628), refresh,
 * client credentials. What is returned is plain data that a caller may keep in a private file.
 */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  ClientSecretBasic,
  type Configuration,
  clientCredentialsGrant,
  discovery,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  ResponseBodyError,
  refreshTokenGrant,
  type TokenEndpointResponse,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { IdentityError } from './error.ts';
import { isLoopbackHost } from './loopback.ts';

const TIMEOUT_SECONDS = 15;

/** A public client of an issuer; its discovery document says the rest. */
export interface SignInClient {
  /** Issuer URL: `https`, or `http` on this machine only. */
  readonly issuer: string;
  readonly clientId: string;
}

export interface SystemClient extends SignInClient {
  readonly clientSecret: string;
}

/** Secret: whoever has it acts as the person until it expires. */
export interface SignIn extends SignInClient {
  readonly accessToken: string;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly expiresAt: number;
  /** Good for one use: each refresh brings the next. Absent for systems. */
  readonly refreshToken?: string;
}

/** A sign-in that waits for the person; the device code is secret, the user code is to be shown. */
export interface DeviceSignIn extends SignInClient {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same with the code filled in. */
  readonly verificationUriComplete?: string;
  readonly expiresAt: number;
  readonly intervalSeconds: number;
}

/** @throws IdentityError `INSECURE_ISSUER`, `SIGN_IN_FAILED`. */
export async function startDeviceSignIn(client: SignInClient): Promise<DeviceSignIn> {
  return explain(async () => {
    const started = await initiateDeviceAuthorization(await discover(client), { scope: 'openid' });
    return {
      issuer: client.issuer,
      clientId: client.clientId,
      deviceCode: started.device_code,
      userCode: started.user_code,
      verificationUri: started.verification_uri,
      ...(started.verification_uri_complete && {
        verificationUriComplete: started.verification_uri_complete,
      }),
      expiresAt: Date.now() + started.expires_in * 1000,
      intervalSeconds: started.interval ?? 5,
    };
  });
}

/**
 * Asks in the stated interval until the person has decided.
 * @throws IdentityError `SIGN_IN_REFUSED`, `SIGN_IN_EXPIRED` (too late, or the code was used),
 * `SIGN_IN_FAILED`; the signal's reason when aborted.
 */
export async function awaitDeviceSignIn(
  device: DeviceSignIn,
  signal?: AbortSignal,
): Promise<SignIn> {
  return explain(async () => {
    const tokens = await pollDeviceAuthorizationGrant(
      await discover(device),
      {
        device_code: device.deviceCode,
        user_code: device.userCode,
        verification_uri: device.verificationUri,
        expires_in: Math.max(1, Math.floor((device.expiresAt - Date.now()) / 1000)),
        interval: device.intervalSeconds,
      },
      undefined,
      signal ? { signal } : undefined,
    );
    return toSignIn(device, tokens);
  }, signal);
}

/** @throws IdentityError `SIGN_IN_EXPIRED` (sign in again), `SIGN_IN_FAILED`. */
export async function refreshSignIn(signIn: SignIn): Promise<SignIn> {
  const { refreshToken } = signIn;
  if (refreshToken === undefined) {
    throw new IdentityError('SIGN_IN_EXPIRED', 'this sign-in cannot be renewed: sign in again');
  }
  return explain(async () => {
    const tokens = await refreshTokenGrant(await discover(signIn), refreshToken);
    return { ...signIn, ...toSignIn(signIn, tokens) };
  });
}

/** @throws IdentityError `INSECURE_ISSUER`, `SIGN_IN_REFUSED`, `SIGN_IN_FAILED`. */
export async function signInSystem(client: SystemClient): Promise<SignIn> {
  return explain(async () =>
    toSignIn(client, await clientCredentialsGrant(await discover(client))),
  );
}

/** In clear only where nothing leaves the machine. */
async function discover(client: SignInClient | SystemClient): Promise<Configuration> {
  const issuer = new URL(client.issuer);
  const local = issuer.protocol === 'http:' && isLoopbackHost(issuer.hostname);
  if (issuer.protocol !== 'https:' && !local) {
    throw new IdentityError(
      'INSECURE_ISSUER',
      `${issuer.origin} is neither https nor this machine`,
    );
  }
  const authentication = 'clientSecret' in client ? ClientSecretBasic(client.clientSecret) : None();
  return discovery(issuer, client.clientId, undefined, authentication, {
    timeout: TIMEOUT_SECONDS,
    ...(local && { execute: [allowInsecureRequests] }),
  });
}

function toSignIn({ issuer, clientId }: SignInClient, tokens: TokenEndpointResponse): SignIn {
  return {
    issuer,
    clientId,
    accessToken: tokens.access_token,
    expiresAt: Date.now() + (tokens.expires_in ?? 0) * 1000,
    ...(tokens.refresh_token && { refreshToken: tokens.refresh_token }),
  };
}

async function explain<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw toIdentityError(error);
  }
}

function toIdentityError(error: unknown): IdentityError {
  if (error instanceof IdentityError) return error;
  const cause = { cause: error };
  if (error instanceof WWWAuthenticateChallengeError) {
    return new IdentityError('SIGN_IN_REFUSED', 'the issuer does not accept the secret', cause);
  }
  const answer =
    error instanceof ResponseBodyError || error instanceof AuthorizationResponseError
      ? error.error
      : codeOf(error);
  switch (answer) {
    case 'access_denied':
    case 'invalid_client':
    case 'unauthorized_client':
      return new IdentityError('SIGN_IN_REFUSED', 'the sign-in was refused', cause);
    case 'expired_token':
    case 'invalid_grant':
    case 'OAUTH_TIMEOUT':
      return new IdentityError('SIGN_IN_EXPIRED', 'the sign-in has expired: sign in again', cause);
    default: {
      const text = isUnreachable(error)
        ? 'the issuer cannot be reached: is it running, and is its address right?'
        : 'the issuer did not answer as it should';
      return new IdentityError('SIGN_IN_FAILED', text, cause);
    }
  }
}

/** Whether a system call failed somewhere below, such as connecting or looking up a name. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return 'syscall' in error || isUnreachable(error.cause);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
