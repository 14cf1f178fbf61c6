/** `init`: sign in, make a key where its owner is, have it certified. */
import { rename } from 'node:fs/promises';
import { z } from 'zod';
import { createCsr, generatePrivateKey, signerFromPem } from '../../identity/key.ts';
import { unlessAbsent } from '../../identity/private-file.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
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

export interface InitOptions extends SignInOptions {
  readonly renew?: true;
  readonly trustOnFirstUse?: true;
}

const enrolled = z.object({
  certificate: z.string(),
  chain: z.array(z.string()),
  mspId: z.string(),
});

export async function init(invocation: Invocation<InitOptions>): Promise<Outcome> {
  const { context, options } = invocation;
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
  const path = options.renew === true && hasCertificate ? '/v1/member/renew' : '/v1/member/enrol';
  const { body } = await client.post(path, { json: { csr: await createCsr(key) } });
  const { certificate, mspId } = expectShape(enrolled, body);
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

/** The same key again if an earlier `init` was cut off before its certificate came. */
async function preparePendingKey(paths: ProfilePaths): Promise<string> {
  const waiting = await unlessAbsent(readKept(paths.pendingKey));
  if (waiting !== undefined) return waiting;
  const key = generatePrivateKey();
  await keepPrivate(paths.pendingKey, key);
  return key;
}
