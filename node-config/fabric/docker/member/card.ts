/**
 * What a member hands to the others before there is a channel: where its peer and its ordering node
 * are reached, and the certificates by which the others know them. No key is in it.
 */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { layoutMember } from '../../layout.ts';
import type { MemberNodes } from '../../topology.ts';
import { BadSetting } from '../program.ts';

const PEM_CHARACTERS = 8192;
const CARD_BYTES = 65_536;

const endpoint = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9.-]{1,253}$/),
  port: z.int().min(1).max(65_535),
});
const certificate = z
  .string()
  .max(PEM_CHARACTERS)
  .regex(/^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/);

/** Where each certificate lies below a member's directory. */
const FILES = {
  ca: 'msp/cacerts/ca.pem',
  tlsCa: 'msp/tlscacerts/ca.pem',
  orderer: 'orderer/msp/signcerts/cert.pem',
  ordererTls: 'orderer/tls/server.crt',
} as const;
type CertificateName = keyof typeof FILES;
const NAMES = Object.keys(FILES) as CertificateName[];

const memberCard = z.strictObject({
  type: z.literal('tabellion.member-card'),
  v: z.literal(1),
  mspId: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  peer: endpoint,
  orderer: endpoint,
  certificates: z.strictObject({
    ca: certificate,
    tlsCa: certificate,
    orderer: certificate,
    ordererTls: certificate,
  } satisfies Record<CertificateName, typeof certificate>),
});

export type MemberCard = z.infer<typeof memberCard>;

export async function writeCard(
  directory: string,
  { mspId, peer, orderer }: MemberNodes,
): Promise<MemberCard> {
  const { root } = layoutMember(directory, mspId);
  const read = async (name: CertificateName) =>
    [name, await readFile(join(root, FILES[name]), 'utf8')] as const;
  const certificates = Object.fromEntries(await Promise.all(NAMES.map(read)));
  return memberCard.parse({
    ...{ type: 'tabellion.member-card', v: 1, mspId, peer, orderer, certificates },
  });
}

/** @throws BadSetting unless it is that member's and its certificates are of its own authorities. */
export async function readCard(file: string, mspId: string): Promise<MemberCard> {
  const bytes = await readFile(file).catch((cause) => {
    throw new BadSetting(`no card of ${mspId}: ask that member for it and save it as ${file}`, {
      cause,
    });
  });
  const card = bytes.length > CARD_BYTES ? undefined : parseCard(bytes.toString());
  if (!card) throw new BadSetting(`${file} is no member’s card`);
  if (card.mspId !== mspId) throw new BadSetting(`${file} is the card of ${card.mspId}`);
  const { ca, tlsCa, orderer, ordererTls } = card.certificates;
  for (const [certified, authority] of [
    [orderer, ca],
    [ordererTls, tlsCa],
  ] as const) {
    const issuer = new X509Certificate(authority);
    if (!issuer.ca || !new X509Certificate(certified).verify(issuer.publicKey)) {
      throw new BadSetting(`${file} holds a certificate that its own authority did not issue`);
    }
  }
  return card;
}

function parseCard(text: string): MemberCard | undefined {
  try {
    return memberCard.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Puts another member's certificates where its own would lie. */
export async function unpackCard(
  directory: string,
  { mspId, certificates }: MemberCard,
): Promise<void> {
  const { root } = layoutMember(directory, mspId);
  for (const name of NAMES) {
    const file = join(root, FILES[name]);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, certificates[name]);
  }
}
