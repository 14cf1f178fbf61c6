/**
 * A member's identities and MSP directories, made on the machine that uses them. Only `msp/` is
 * handed to the other members: certificates, never a key.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { createCsr, generatePrivateKey, writePrivateKey } from '../../gateway/src/identity/key.ts';
import { makePrivateDirectory } from '../../gateway/src/identity/private-file.ts';
import { layoutMember, type MemberLayout } from './layout.ts';
import { openTlsAuthority, type TlsAuthority } from './tls-authority.ts';
import type { MemberNodes } from './topology.ts';

const NODE_DAYS = 730;
const CERTIFICATE = 'cert.pem';
const ROOT = 'ca.pem';

/** Kinds of identity are told by organisational unit; admins too, so no admin certificate is listed. */
const nodeOus = stringify({
  NodeOUs: {
    Enable: true,
    ...Object.fromEntries(
      ['Client', 'Peer', 'Admin', 'Orderer'].map((kind) => [
        `${kind}OUIdentifier`,
        {
          Certificate: `cacerts/${ROOT}`,
          OrganizationalUnitIdentifier: kind.toLowerCase(),
        },
      ]),
    ),
  },
});

interface Authorities {
  readonly ca: MemberCa;
  readonly tls: TlsAuthority;
}

async function openAuthorities(layout: MemberLayout, mspId: string): Promise<Authorities> {
  return {
    ca: await MemberCa.open({ directory: layout.ca, mspId, embedded: false }),
    tls: await openTlsAuthority(layout.tlsCa, `${mspId} TLS root`),
  };
}

/** The part of an MSP directory that every verifier needs. */
async function writeMsp(directory: string, { ca, tls }: Authorities): Promise<void> {
  for (const [folder, content] of [
    ['cacerts', ca.root],
    ['tlscacerts', tls.certificate],
  ] as const) {
    await mkdir(join(directory, folder), { recursive: true });
    await writeFile(join(directory, folder, ROOT), content);
  }
  if (ca.revocations().length > 0) {
    await mkdir(join(directory, 'crls'), { recursive: true });
    await writeFile(join(directory, 'crls', 'crl.pem'), ca.crl());
  }
  await writeFile(join(directory, 'config.yaml'), nodeOus);
}

async function writeIdentity(
  directory: string,
  authorities: Authorities,
  ou: 'peer' | 'orderer' | 'admin' | 'client',
): Promise<void> {
  const msp = join(directory, 'msp');
  await writeMsp(msp, authorities);
  const key = generatePrivateKey();
  const role = ou === 'client' ? { role: 'system', keyCustody: 'gateway' as const } : {};
  const certificate = await authorities.ca.issue(await createCsr(key), {
    ou,
    days: NODE_DAYS,
    ...role,
  });
  await makePrivateDirectory(join(msp, 'keystore'));
  await writePrivateKey(join(msp, 'keystore', 'key.pem'), key);
  await mkdir(join(msp, 'signcerts'), { recursive: true });
  await writeFile(join(msp, 'signcerts', CERTIFICATE), certificate);
}

async function writeTls(directory: string, tls: TlsAuthority, hosts: string[]): Promise<void> {
  const folder = join(directory, 'tls');
  const { certificate, key } = await tls.issue(hosts);
  await makePrivateDirectory(folder);
  await writePrivateKey(join(folder, 'server.key'), key);
  await writeFile(join(folder, 'server.crt'), certificate);
  await writeFile(join(folder, 'ca.crt'), tls.certificate);
}

/** Creates everything that `nodes` need to prove who they are, below `directory`. */
export async function writeIdentities(directory: string, nodes: MemberNodes): Promise<void> {
  const layout = layoutMember(directory, nodes.mspId);
  const authorities = await openAuthorities(layout, nodes.mspId);
  await writeMsp(layout.msp, authorities);
  await writeIdentity(layout.admin, authorities, 'admin');
  await writeIdentity(layout.peer, authorities, 'peer');
  await writeIdentity(layout.orderer, authorities, 'orderer');
  await writeIdentity(layout.gateway, authorities, 'client');
  for (const [folder, { host }] of [
    [layout.peer, nodes.peer],
    [layout.orderer, nodes.orderer],
    [layout.chaincode, nodes.chaincode],
  ] as const) {
    await writeTls(folder, authorities.tls, [...new Set([host, 'localhost', '127.0.0.1'])]);
  }
}
