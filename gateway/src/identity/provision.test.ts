import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Msp } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { describeCertificate } from './certificate.ts';
import { loadConsortium } from './consortium.ts';
import { createCsr, generatePrivateKey, signerFromPem } from './key.ts';
import { provisionEmbedded } from './provision.ts';
import { CONSORTIUM_FILE, makeTestDirectory, TestClock } from './testing.ts';

async function setUp() {
  const directory = await makeTestDirectory();
  const clock = new TestClock();
  const consortium = await loadConsortium(CONSORTIUM_FILE);
  const provision = () => provisionEmbedded(directory, consortium, clock.now);
  return { directory, clock, consortium, provision, first: await provision() };
}

describe('the embedded consortium', () => {
  it('has a root, a peer and a service for each member, and one orderer', async () => {
    const { first, consortium, clock } = await setUp();
    const { network, serviceSigners, authorities } = first;
    expect(network).toMatchObject({
      consortium: consortium.name,
      channel: 'evidence',
      chaincode: 'tabellion',
      endorsementThreshold: 2,
    });
    expect(network.members.map(({ mspId, state }) => [mspId, state])).toEqual([
      ['CnAgencyMSP', true],
      ['SgAgencyMSP', true],
      ['DeAgencyMSP', true],
      ['ExchangeMSP', false],
    ]);
    for (const member of network.members) {
      const verifier = new Msp(member, { embedded: true });
      expect(verifier.validate(member.peer.certificate, clock.time).role).toBe('PEER');
      signerFromPem(member.mspId, member.peer.certificate, member.peer.key);
      const service = serviceSigners.get(member.mspId)!;
      expect(service.mspId).toBe(member.mspId);
      expect(verifier.validate(service.certificate, clock.time)).toMatchObject({
        role: 'CLIENT',
        attributes: { role: 'system', keyCustody: 'gateway' },
      });
      expect(authorities.get(member.mspId)!.root).toBe(member.roots[0]);
    }
    const { orderer } = network;
    const ordering = network.members.find(({ mspId }) => mspId === orderer.mspId)!;
    expect(
      new Msp(ordering, { embedded: true }).validate(orderer.certificate, clock.time).role,
    ).toBe('ORDERER');
  });

  it('is the same at the next start', async () => {
    const { first, provision } = await setUp();
    expect((await provision()).network).toEqual(first.network);
  });

  it('renews what is near its end, with the same key and pseudonym', async () => {
    const { first, provision, clock } = await setUp();
    clock.forwardDays(310);
    const next = await provision();
    const before = describeCertificate(first.serviceSigners.get('CnAgencyMSP')!.certificate);
    const after = describeCertificate(next.serviceSigners.get('CnAgencyMSP')!.certificate);
    expect(after.pseudonym).toBe(before.pseudonym);
    expect(after.notAfter).toBeGreaterThan(before.notAfter);
    // Peers live longer: theirs is not due yet.
    expect(next.network.members[0]!.peer).toEqual(first.network.members[0]!.peer);
    clock.forwardDays(365);
    const later = await provision();
    expect(later.network.members[0]!.peer.key).toBe(first.network.members[0]!.peer.key);
    expect(later.network.members[0]!.peer.certificate).not.toBe(
      first.network.members[0]!.peer.certificate,
    );
  });

  it('replaces a revoked identity by a new key under a new name', async () => {
    const { first, provision } = await setUp();
    const { certificate, key } = first.network.members[0]!.peer;
    await first.authorities
      .get('CnAgencyMSP')!
      .revoke(describeCertificate(certificate).serial, 'keyCompromise');
    const { peer, revocations } = (await provision()).network.members[0]!;
    expect(peer.key).not.toBe(key);
    expect(describeCertificate(peer.certificate).pseudonym).not.toBe(
      describeCertificate(certificate).pseudonym,
    );
    expect(revocations).toEqual([first.authorities.get('CnAgencyMSP')!.crl()]);
  });

  it('is made good after a crash between key and certificate', async () => {
    const { directory, provision } = await setUp();
    const at = (name: string) => join(directory, 'peers', 'CnAgencyMSP', name);
    await rm(at('certificate.pem'));
    const { peer } = (await provision()).network.members[0]!;
    expect(peer.key).toBe(await readFile(at('key.pem'), 'utf8'));
    const other = generatePrivateKey();
    await writeFile(at('key.pem'), other);
    const repaired = (await provision()).network.members[0]!.peer;
    expect(repaired.key).toBe(other);
    signerFromPem('CnAgencyMSP', repaired.certificate, repaired.key);
  });

  it('enrols people under the same authorities', async () => {
    const { first } = await setUp();
    const ca = first.authorities.get('ExchangeMSP')!;
    const csr = await createCsr(generatePrivateKey());
    expect(
      await ca.issue(csr, { ou: 'client', role: 'analyst', keyCustody: 'person', days: 1 }),
    ).toContain('BEGIN CERTIFICATE');
  });
});
