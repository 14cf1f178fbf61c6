/** One member's part of a network that this project did not make, from the operator's YAML file. */
import { access, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { IdentityError } from '../../gateway/src/identity/error.ts';
import { readPrivateKey, signerFromPem } from '../../gateway/src/identity/key.ts';
import { readYamlFile } from '../../gateway/src/identity/yaml-file.ts';
import type { FabricMember } from '../../gateway/src/node/fabric-member.ts';

const path = z.string().min(1).max(4096);

const memberText = z.strictObject({
  mspId: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  peer: z.strictObject({
    address: z.string().regex(/^\S{1,253}:\d{1,5}$/, { error: 'must be host:port' }),
    tlsRoot: path,
    serverName: z.string().min(1).max(253).optional(),
  }),
  identity: z.strictObject({ certificate: path, key: path }),
  authority: path,
  sdk: z.enum(['gateway', 'legacy']).default('gateway'),
});

export interface DescribedMember {
  readonly mspId: string;
  readonly member: FabricMember;
  /** `legacy`: the peer has no Gateway service, or the channel is of Fabric 2.x with Raft. */
  readonly sdk: 'gateway' | 'legacy';
}

/**
 * Paths in the file are relative to it.
 * @throws IdentityError `CONFIGURATION_INVALID`, naming file and field, and what reading a key throws.
 */
export async function readMemberFile(file: string): Promise<DescribedMember> {
  const { mspId, peer, identity, authority, sdk } = await readYamlFile(file, memberText);
  const at = (name: string) => resolve(dirname(file), name);
  const refuse = (name: string) => (cause: NodeJS.ErrnoException) => {
    const text = `${file}: ${name} cannot be read (${cause.code})`;
    throw new IdentityError('CONFIGURATION_INVALID', text, { cause });
  };
  const read = (name: string) => readFile(at(name), 'utf8').catch(refuse(name));
  // Where none is, a new one would be founded, whose certificates no peer knows.
  const root = join(authority, 'root.pem');
  await access(at(root)).catch(refuse(root));
  const { address, tlsRoot, serverName } = peer;
  return {
    ...{ mspId, sdk },
    member: {
      peer: { address, tlsRoot: await read(tlsRoot), ...(serverName && { serverName }) },
      service: signerFromPem(
        mspId,
        await read(identity.certificate),
        await readPrivateKey(at(identity.key)),
      ),
      authority: at(authority),
    },
  };
}
