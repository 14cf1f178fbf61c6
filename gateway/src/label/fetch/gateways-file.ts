/** Where the other members' gateways are, from the operator's YAML file: nothing else names an address. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { mspId } from '@tabellion/chaincode/kernel/schema';
import { z } from 'zod';
import { IdentityError } from '../../identity/error.ts';
import { isLoopbackHost } from '../../identity/loopback.ts';
import { assertFaultless, readYamlFile, truthValue } from '../../identity/yaml-file.ts';

/** One member's gateway. */
export interface GatewaySource {
  readonly member: string;
  readonly url: URL;
  /** PEM of the authorities of its TLS certificate, in place of those that Node.js trusts. */
  readonly ca?: string;
}

export interface Gateways {
  readonly sources: readonly GatewaySource[];
  /** Whether the gateway itself declares what it was not given, with the key of the member's service. */
  readonly declareMissing: boolean;
}

const url = z.url().refine(isUsable, {
  error: 'must be https, or http on this machine, without user, query and fragment',
});

const gatewaysText = z.strictObject({
  gateways: z
    .array(
      z.strictObject({
        member: mspId,
        url,
        ca: z.string().min(1).max(4096).optional(),
      }),
    )
    .min(1)
    .max(64),
  declareMissing: truthValue.optional(),
});

/**
 * Paths in the file are relative to it.
 * @param own MSP ID of the member whose gateway reads the file.
 * @throws IdentityError `CONFIGURATION_INVALID`, naming file and field.
 */
export async function loadGateways(file: string, own: string): Promise<Gateways> {
  const { gateways, declareMissing = false } = await readYamlFile(file, gatewaysText);
  const members = gateways.map(({ member }) => member);
  const faults = members.flatMap((member, at) => {
    const path = ['gateways', at, 'member'];
    if (member === own) return [{ path, message: 'is the own member' }];
    return members.indexOf(member) === at ? [] : [{ path, message: 'stands twice' }];
  });
  assertFaultless(file, faults);
  const sources: GatewaySource[] = [];
  for (const { member, url, ca } of gateways) {
    const pem = ca === undefined ? undefined : await readAuthority(file, ca);
    sources.push({ member, url: new URL(url), ...(pem !== undefined && { ca: pem }) });
  }
  return { sources, declareMissing };
}

function isUsable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  const isPlain = [username, password, search, hash].every((part) => part === '');
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname)));
}

async function readAuthority(file: string, name: string): Promise<string> {
  const pem = await readFile(resolve(dirname(file), name), 'utf8').catch((cause) => {
    throw invalid(file, `${name} cannot be read (${cause.code})`, cause);
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw invalid(file, `${name} is no certificate`);
  return pem;
}

const invalid = (file: string, fault: string, cause?: unknown) =>
  new IdentityError('CONFIGURATION_INVALID', `${file}: ${fault}`, { cause });
