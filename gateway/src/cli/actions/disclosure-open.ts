/**
 * `disclosure open`: somebody outside the membership fetches what a grant shows, with the secret alone,
 * and verifies it by a trust file from elsewhere.
 */
import { access, mkdir } from 'node:fs/promises';
import { fromBase64url, parseTrust } from '@tabellion/proof';
import { z } from 'zod';
import type { Context, Invocation } from '../context.ts';
import { checkSaved } from '../disclosure/check-saved.ts';
import { savedPaths } from '../disclosure/saved.ts';
import { readSmallFile, readText } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape, type GatewayClient, type RequestOptions } from '../gateway-client.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { describeSaved, timeOf, type VerifyOptions } from './disclosure-verify.ts';

const MAX_TRUST_BYTES = 4 << 20;
const CREDENTIAL = /^[0-9a-f]{32}\.[A-Za-z0-9_-]{43}$/;

export interface OpenOptions extends VerifyOptions {
  readonly secret: string;
}

const view = z.looseObject({ attestation: z.string() });

export async function openDisclosure(invocation: Invocation<OpenOptions>): Promise<Outcome> {
  const { context, options, args } = invocation;
  const [directory = ''] = args;
  const trust = parseTrust(await readSmallFile(options.trust, MAX_TRUST_BYTES));
  const credential = await readCredential(context, options.secret);
  const { client } = await openSession(invocation);
  const guest = asGuest(client, credential);
  await assertNew(directory);

  const { attestation } = expectShape(view, (await guest.get('/v1/disclosure/view')).body);
  const set = await guest.getBytes('/v1/disclosure/view/set');
  const paths = savedPaths(directory);
  await mkdir(paths.proofs, { recursive: true, mode: 0o700 });
  await writeNewFile(paths.grant, fromBase64url(attestation), false);
  await writeNewFile(paths.set, set, false);
  const size = set.filter((byte) => byte === LINE_FEED).length;
  for (let position = 0; position < size; position += 1) {
    const proof = await guest.getBytes(`/v1/disclosure/view/items/${position}/proof`);
    await writeNewFile(paths.proof(position), proof, false);
  }
  return describeSaved(await checkSaved(directory, trust, timeOf(invocation)));
}

const LINE_FEED = 0x0a;

/** Asks with the grant in place of a token. */
function asGuest(client: GatewayClient, credential: string) {
  const guest: RequestOptions = {
    signedIn: false,
    headers: { authorization: `Tabellion-Grant ${credential}` },
  };
  return {
    get: (path: string) => client.get(path, guest),
    getBytes: (path: string) => client.getBytes(path, guest),
  };
}

/** @throws CliError `BAD_INPUT`; it repeats nothing of what was read. */
async function readCredential(context: Context, source: string): Promise<string> {
  const text = (await readText(context, source, 1024)).trim();
  if (CREDENTIAL.test(text)) return text;
  throw new CliError('BAD_INPUT', 'the secret is not what a grant is opened with: ID.SECRET');
}

/** What lies in it could be taken for what was shown. */
async function assertNew(directory: string): Promise<void> {
  const isThere = await access(directory).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError('FILE_EXISTS', `${directory} is there already`);
}
