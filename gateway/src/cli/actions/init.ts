/** `init`: sign in, make a key where its owner is, have it certified. */
import { rename } from 'node:fs/promises';
import { z } from 'zod';
import { createCsr, generatePrivateKey, signerFromPem } from '../../identity/key.ts';
import type { Invocation } from '../context.ts';
import { CliError, ProblemError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import {
  chooseGateway,
  keepPrivate,
  locateProfile,
  type ProfilePaths,
  readKept,
  readSettings,
  writeSettings,
} from '../profile.ts';
import { openSession } from '../session.ts';
import { type SignInOptions, signIn } from '../sign-in.ts';
import { formatFields } from '../table.ts';
import { pinTrust } from '../trust-pin.ts';

export interface InitOptions extends Omit<SignInOptions, 'as'> {
  readonly renew?: true;
  readonly trustOnFirstUse?: true;
}

const enrolled = z.object({
  certificate: z.string(),
  chain: z.array(z.string()),
  mspId: z.string(),
});

export async function init(invocation: Invocation<InitOptions>): Promise<Outcome> {
  const { context } = invocation;
  // Certificates are for persons: a system signs in (`login --as system`), and the gateway holds its key.
  const options = { ...invocation.options, as: 'person' } as const;
  const paths = locateProfile(context, options);
  const settings = await readSettings(paths);
  const hasCertificate = (await readKept(paths.certificate)) !== undefined;
  if (hasCertificate && options.renew !== true) {
    throw new CliError(
      'ALREADY_INITIALISED',
      'this profile has its key: --renew replaces the certificate, --profile NAME makes another',
    );
  }
  const gateway = chooseGateway(context, options, settings);
  await signIn(context, options, gateway, paths);

  const { client } = await openSession(invocation);
  const trust = options.trustOnFirstUse === true ? await pinTrust(client, paths) : undefined;
  const key = await preparePendingKey(paths);
  const { certificate, mspId } = await certify(client, key, hasCertificate);
  // Refuses a certificate for another key than the one made here.
  signerFromPem(mspId, certificate, key);
  await keepPrivate(paths.certificate, certificate);
  await rename(paths.pendingKey, paths.key);
  await writeSettings(paths, { gateway: gateway.href, mspId, as: options.as });
  return {
    document: {
      gateway: gateway.href,
      member: mspId,
      key: paths.key,
      certificate,
      trust: trust === undefined ? null : { file: paths.trust, genesis: trust.genesis },
    },
    text: formatFields([
      ['Gateway', gateway.href],
      ['Member', mspId],
      ['Key', paths.key],
      [
        'Trust',
        trust === undefined
          ? 'none kept: compare `tabellion trust export` with what other members say'
          : `${paths.trust}, on first use: compare its genesis ${trust.genesis} with other members`,
      ],
    ]),
  };
}

/** Renews what can be renewed; a certificate that has ended or was revoked is followed by a new one. */
async function certify(client: GatewayClient, key: string, renewing: boolean) {
  const json = { csr: await createCsr(key) };
  const enrol = () => client.post('/v1/member/enrol', { json });
  const answer = renewing
    ? client.post('/v1/member/renew', { json }).catch((error: unknown) => {
        if (error instanceof ProblemError && error.code === 'NOT_FOUND') return enrol();
        throw error;
      })
    : enrol();
  return expectShape(enrolled, (await answer).body);
}

/** The same key again if an earlier `init` was cut off before its certificate came. */
async function preparePendingKey(paths: ProfilePaths): Promise<string> {
  const waiting = await readKept(paths.pendingKey);
  if (waiting !== undefined) return waiting;
  const key = generatePrivateKey();
  await keepPrivate(paths.pendingKey, key);
  return key;
}
