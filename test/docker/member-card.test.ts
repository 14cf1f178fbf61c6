import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type MemberCard,
  readCard,
  unpackCard,
  writeCard,
} from '../../node-config/fabric/docker/member/card.ts';
import { planDockerMember } from '../../node-config/fabric/docker/topology.ts';
import { writeIdentities } from '../../node-config/fabric/identities.ts';
import { layoutMember } from '../../node-config/fabric/layout.ts';

const CN = 'CnAgencyMSP';
const SG = 'SgAgencyMSP';

describe('the card that a member hands to the others', () => {
  let directory: string;
  let card: MemberCard;
  let other: MemberCard;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tabellion-card-'));
    for (const [index, mspId] of [CN, SG].entries()) {
      await writeIdentities(directory, planDockerMember(mspId, index + 1));
    }
    card = await writeCard(directory, planDockerMember(CN, 1));
    other = await writeCard(directory, planDockerMember(SG, 2));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  async function hand(content: unknown): Promise<string> {
    const file = join(directory, 'card.json');
    await writeFile(file, JSON.stringify(content));
    return file;
  }

  it('brings its certificates to where the others read them', async () => {
    const elsewhere = join(directory, 'elsewhere');
    await unpackCard(elsewhere, await readCard(await hand(card), CN));
    const [theirs, own] = [elsewhere, directory].map((base) => layoutMember(base, CN));
    for (const file of ['msp/cacerts/ca.pem', 'orderer/tls/server.crt']) {
      const path = (root: string) => readFile(join(root, file), 'utf8');
      expect(await path(theirs!.root)).toBe(await path(own!.root));
    }
  });

  it('holds no key', () => {
    expect(JSON.stringify(card)).not.toContain('PRIVATE');
  });

  it('is refused as another member’s', async () => {
    await expect(readCard(await hand(card), SG)).rejects.toThrow(`is the card of ${CN}`);
  });

  it.each([
    'orderer',
    'ordererTls',
  ] as const)('is refused with a certificate that is not of its own authorities: %s', async (name) => {
    const mixed = {
      ...card,
      certificates: { ...card.certificates, [name]: other.certificates[name] },
    };
    await expect(readCard(await hand(mixed), CN)).rejects.toThrow('did not issue');
  });

  it('is refused with more in it than a card has, or if it is none', async () => {
    await expect(readCard(await hand({ ...card, key: 'x' }), CN)).rejects.toThrow(
      'no member’s card',
    );
    await expect(readCard(join(directory, 'absent.json'), CN)).rejects.toThrow('ask that member');
  });
});
