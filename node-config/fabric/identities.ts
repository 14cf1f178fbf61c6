/**
 * A member's identities and MSP directories, made on the machine that uses them. Only `msp/` is
 * handed to the other members: certificates, never a key.
 */
import { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { createCsr, generatePrivateKey, writePrivateKey } from '../../gateway/src/identity/key.ts';
import { makePrivateDirectory, unlessAbsent } from '../../gateway/src/identity/private-file.ts';
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
  ou: NonNullable<Part['ou']>,
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

/** What one of a member's folders proves. */
interface Part {
  readonly folder: string;
  /** Kind of the identity in `msp`; none where nothing is signed. */
  readonly ou?: 'peer' | 'orderer' | 'admin' | 'client';
  /** Name in the certificate in `tls`; none where nothing listens. */
  readonly host?: string;
}

const listParts = (layout: MemberLayout, nodes: MemberNodes): Part[] => [
  { folder: layout.admin, ou: 'admin' },
  { folder: layout.peer, ou: 'peer', host: nodes.peer.host },
  { folder: layout.orderer, ou: 'orderer', host: nodes.orderer.host },
  { folder: layout.gateway, ou: 'client' },
  { folder: layout.chaincode, host: nodes.chaincode.host },
];

async function writePart(
  target: string,
  { ou, host }: Part,
  authorities: Authorities,
): Promise<void> {
  if (ou) await writeIdentity(target, authorities, ou);
  if (host) {
    await writeTls(target, authorities.tls, [...new Set([host, 'localhost', '127.0.0.1'])]);
  }
}

/** Creates everything that `nodes` need to prove who they are, below `directory`. */
export async function writeIdentities(directory: string, nodes: MemberNodes): Promise<void> {
  const layout = layoutMember(directory, nodes.mspId);
  const authorities = await openAuthorities(layout, nodes.mspId);
  await writeMsp(layout.msp, authorities);
  for (const part of listParts(layout, nodes)) await writePart(part.folder, part, authorities);
}

/** Below a folder: new keys and certificates that wait until whoever uses the old ones is stopped. */
export const WAITING = 'next';

/** Makes new keys and certificates for all that a member runs; what waits from an earlier try is kept. */
export async function prepareRenewal(directory: string, nodes: MemberNodes): Promise<void> {
  const layout = layoutMember(directory, nodes.mspId);
  const authorities = await openAuthorities(layout, nodes.mspId);
  for (const part of listParts(layout, nodes)) {
    const waiting = join(part.folder, WAITING);
    if (await unlessAbsent(stat(waiting))) continue;
    // What waits is whole: a renewal that was interrupted here leaves nothing under that name.
    const unfinished = `${waiting}.tmp`;
    await rm(unfinished, { recursive: true, force: true });
    await writePart(unfinished, part, authorities);
    await rename(unfinished, waiting);
  }
}

/** Puts what waits below a folder in place of what was used. */
export async function finishRenewal(folder: string): Promise<void> {
  const waiting = join(folder, WAITING);
  for (const name of (await unlessAbsent(readdir(waiting))) ?? []) {
    await rm(join(folder, name), { recursive: true, force: true });
    await rename(join(waiting, name), join(folder, name));
  }
  await rm(waiting, { recursive: true, force: true });
}

/** When the first of a node's certificates ends, milliseconds; undefined where it has none. */
export async function readExpiry(folder: string): Promise<number | undefined> {
  const files = [join('msp', 'signcerts', CERTIFICATE), join('tls', 'server.crt')];
  const found = await Promise.all(files.map((file) => unlessAbsent(readFile(join(folder, file)))));
  const ends = found.flatMap((pem) =>
    pem ? [new X509Certificate(pem).validToDate.getTime()] : [],
  );
  return ends.length > 0 ? Math.min(...ends) : undefined;
}
