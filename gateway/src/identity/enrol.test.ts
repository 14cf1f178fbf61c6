import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Msp } from '@tabellion/proof';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Principal } from '../http/deps.ts';
import type { MemberMsp } from '../ledger/embedded/network.ts';
import { MemberCa } from './ca.ts';
import { describeCertificate } from './certificate.ts';
import { GatewayEnrolment } from './enrol.ts';
import { createCsr, generatePrivateKey } from './key.ts';
import { makeTestDirectory, TestClock } from './testing.ts';

const DAY = 86_400_000;
const LI: Principal = {
  subject: 'id:li',
  member: 'CnAgencyMSP',
  role: 'investigator',
  clientKind: 'person',
};
const DELEGATE: Principal = { ...LI, subject: 'id:chen', role: 'delegate' };
const ABROAD: Principal = { ...DELEGATE, subject: 'id:tan', member: 'SgAgencyMSP' };

async function setUp() {
  const directory = await makeTestDirectory();
  const clock = new TestClock();
  const published: MemberMsp[] = [];
  const publisher = { fails: false };
  const open = async () => {
    const authorities = new Map<string, MemberCa>();
    for (const mspId of ['CnAgencyMSP', 'SgAgencyMSP']) {
      const at = join(directory, mspId);
      authorities.set(
        mspId,
        await MemberCa.open({ directory: at, mspId, embedded: true, now: clock.now }),
      );
    }
    const enrolment = new GatewayEnrolment({
      file: join(directory, 'enrolment.sqlite'),
      authorities,
      publishMsp: async (msp) => {
        if (publisher.fails) throw new Error('the ledger is stopping');
        published.push(msp);
      },
      now: clock.now,
    });
    onTestFinished(() => enrolment.close());
    return { enrolment, authorities };
  };
  return { directory, clock, published, publisher, open, ...(await open()) };
}

const newCsr = () => createCsr(generatePrivateKey());
const factsOf = ({ certificate }: { certificate: string }) => describeCertificate(certificate);

describe('enrolling', () => {
  it('gives the person of the token a certificate under the member’s root', async () => {
    const { enrolment, authorities, clock } = await setUp();
    const enrolled = await enrolment.enrol(LI, await newCsr());
    const ca = authorities.get('CnAgencyMSP')!;
    expect(enrolled).toMatchObject({ chain: [ca.root], mspId: 'CnAgencyMSP' });
    const identity = new Msp(ca.describeMsp(), { embedded: true }).validate(
      enrolled.certificate,
      clock.time,
    );
    expect(identity).toMatchObject({
      role: 'CLIENT',
      attributes: { role: 'investigator', keyCustody: 'person' },
    });
    expect(enrolment.ownerOf(identity.fingerprint)).toMatchObject({
      subject: 'id:li',
      member: 'CnAgencyMSP',
      role: 'investigator',
      pseudonym: identity.commonName,
    });
  });

  it('again with the same key answers the same, with another is refused', async () => {
    const { enrolment } = await setUp();
    const key = generatePrivateKey();
    const first = await enrolment.enrol(LI, await createCsr(key));
    expect(await enrolment.enrol(LI, await createCsr(key))).toEqual(first);
    await expect(enrolment.enrol(LI, await newCsr())).rejects.toMatchObject({
      code: 'ALREADY_ENROLLED',
    });
  });

  it('twice at once makes one certificate', async () => {
    const { enrolment } = await setUp();
    const answers = await Promise.allSettled([
      enrolment.enrol(LI, await newCsr()),
      enrolment.enrol(LI, await newCsr()),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(enrolment.list(LI)).toHaveLength(1);
  });

  it('in two roles or for two members gives names that do not tell of each other', async () => {
    const { enrolment } = await setUp();
    const names = new Set<string>();
    for (const principal of [
      LI,
      { ...LI, role: 'auditor' } as const,
      { ...LI, member: 'SgAgencyMSP' },
    ]) {
      names.add(factsOf(await enrolment.enrol(principal, await newCsr())).pseudonym);
    }
    expect(names.size).toBe(3);
  });

  it('is for people, and for members whose authority is here', async () => {
    const { enrolment } = await setUp();
    const system: Principal = { ...LI, role: 'system', clientKind: 'system' };
    await expect(enrolment.enrol(system, await newCsr())).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await expect(
      enrolment.enrol({ ...LI, member: 'DeAgencyMSP' }, await newCsr()),
    ).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('with the request of somebody else is refused', async () => {
    const { enrolment } = await setUp();
    const csr = await newCsr();
    await enrolment.enrol(LI, csr);
    await expect(enrolment.enrol(ABROAD, csr)).rejects.toMatchObject({ code: 'CSR_INVALID' });
    await enrolment.enrol({ ...LI, role: 'auditor' }, csr);
  });

  it('with something else than a request is refused and leaves nothing', async () => {
    const { enrolment } = await setUp();
    await expect(enrolment.enrol(LI, 'x')).rejects.toMatchObject({ code: 'CSR_INVALID' });
    expect(enrolment.list(LI)).toEqual([]);
  });

  it('survives a restart; the file is the member’s alone', async () => {
    const { enrolment, directory, open } = await setUp();
    const enrolled = await enrolment.enrol(LI, await newCsr());
    const { enrolment: reopened } = await open();
    expect(reopened.ownerOf(factsOf(enrolled).fingerprint)?.subject).toBe('id:li');
    for (const name of (await readdir(directory)).filter((file) => file.includes('sqlite'))) {
      expect((await stat(join(directory, name))).mode & 0o077).toBe(0);
    }
  });
});

describe('renewing', () => {
  it('in the last third of the certificate’s life keeps the pseudonym, with a new key too', async () => {
    const { enrolment, clock } = await setUp();
    const first = factsOf(await enrolment.enrol(LI, await newCsr()));
    clock.forwardDays(243);
    await expect(enrolment.renew(LI, await newCsr())).rejects.toMatchObject({
      code: 'ALREADY_ENROLLED',
    });
    clock.forwardDays(1);
    const next = factsOf(await enrolment.renew(LI, await newCsr()));
    expect(next.pseudonym).toBe(first.pseudonym);
    expect(next.serial).not.toBe(first.serial);
    expect(next.notAfter - clock.time).toBe(365 * DAY);
    // Both are the person's until the first one ends.
    expect(enrolment.ownerOf(first.fingerprint)?.subject).toBe('id:li');
    expect(enrolment.ownerOf(next.fingerprint)?.subject).toBe('id:li');
    clock.forwardDays(122);
    expect(enrolment.ownerOf(first.fingerprint)).toBeUndefined();
    expect(enrolment.ownerOf(next.fingerprint)?.subject).toBe('id:li');
  });

  it('twice with one key gives one certificate', async () => {
    const { enrolment, clock } = await setUp();
    const key = generatePrivateKey();
    await enrolment.enrol(LI, await createCsr(key));
    clock.forwardDays(300);
    const next = await enrolment.renew(LI, await createCsr(key));
    expect(await enrolment.renew(LI, await createCsr(key))).toEqual(next);
    expect(enrolment.list(LI)).toHaveLength(2);
  });

  it('nothing is refused; after expiry one enrols again under the old name', async () => {
    const { enrolment, clock } = await setUp();
    await expect(enrolment.renew(LI, await newCsr())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const first = factsOf(await enrolment.enrol(LI, await newCsr()));
    clock.forwardDays(366);
    await expect(enrolment.renew(LI, await newCsr())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const next = factsOf(await enrolment.enrol(LI, await newCsr()));
    expect(next.pseudonym).toBe(first.pseudonym);
  });
});

describe('revoking', () => {
  it('by the person is on the list that the ledger gets, and ends the ownership', async () => {
    const { enrolment, authorities, published, clock } = await setUp();
    const { serial, fingerprint, pseudonym } = factsOf(await enrolment.enrol(LI, await newCsr()));
    await enrolment.revoke(LI, { serial: serial.toUpperCase(), reason: 'keyCompromise' });
    expect(authorities.get('CnAgencyMSP')!.isRevoked(serial)).toBe(true);
    expect(published).toEqual([authorities.get('CnAgencyMSP')!.describeMsp()]);
    expect(enrolment.ownerOf(fingerprint)).toBeUndefined();
    expect(enrolment.list(LI)).toMatchObject([
      { serial, revoked: { at: clock.time, reason: 'keyCompromise' } },
    ]);
    expect(factsOf(await enrolment.enrol(LI, await newCsr())).pseudonym).toBe(pseudonym);
  });

  it('ends the key too', async () => {
    const { enrolment } = await setUp();
    const key = generatePrivateKey();
    const { serial } = factsOf(await enrolment.enrol(LI, await createCsr(key)));
    await enrolment.revoke(LI, { serial, reason: 'keyCompromise' });
    await expect(enrolment.enrol(LI, await createCsr(key))).rejects.toMatchObject({
      code: 'CSR_INVALID',
    });
  });

  it('is for the owner and the member’s delegate; nobody else learns that it exists', async () => {
    const { enrolment, published } = await setUp();
    const { serial } = factsOf(await enrolment.enrol(LI, await newCsr()));
    const request = { serial, reason: 'affiliationChanged' };
    const colleague: Principal = { ...LI, subject: 'id:wang' };
    await expect(enrolment.revoke(colleague, request)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await expect(enrolment.revoke(ABROAD, request)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(published).toEqual([]);
    await enrolment.revoke(DELEGATE, request);
    expect(published).toHaveLength(1);
  });

  it.each([
    ['ffff', 'keyCompromise', 'NOT_FOUND'],
    ['not hex', 'keyCompromise', 'NOT_FOUND'],
  ])('serial %s is refused', async (serial, reason, code) => {
    const { enrolment } = await setUp();
    await expect(enrolment.revoke(LI, { serial, reason })).rejects.toMatchObject({ code });
  });

  it('without one of the known reasons is refused', async () => {
    const { enrolment, authorities } = await setUp();
    const { serial } = factsOf(await enrolment.enrol(LI, await newCsr()));
    await expect(enrolment.revoke(LI, { serial, reason: 'because' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(authorities.get('CnAgencyMSP')!.revocations()).toEqual([]);
  });

  it('that could not be published stands, and repeating publishes it', async () => {
    const { enrolment, published, publisher } = await setUp();
    const { serial, fingerprint } = factsOf(await enrolment.enrol(LI, await newCsr()));
    const request = { serial, reason: 'keyCompromise' };
    publisher.fails = true;
    await expect(enrolment.revoke(LI, request)).rejects.toThrowError('stopping');
    expect(enrolment.ownerOf(fingerprint)).toBeUndefined();
    publisher.fails = false;
    await enrolment.revoke(LI, request);
    expect(published).toHaveLength(1);
  });

  it('lists that grow old are signed anew and published', async () => {
    const { enrolment, published, clock } = await setUp();
    await enrolment.refreshRevocationLists();
    expect(published).toEqual([]);
    clock.forwardDays(31);
    await enrolment.refreshRevocationLists();
    expect(published.map(({ mspId }) => mspId)).toEqual(['CnAgencyMSP', 'SgAgencyMSP']);
  });
});

it('a delegate lists the member’s certificates, others only their own', async () => {
  const { enrolment } = await setUp();
  await enrolment.enrol(LI, await newCsr());
  await enrolment.enrol(DELEGATE, await newCsr());
  expect(enrolment.list(LI)).toHaveLength(1);
  expect(enrolment.list(DELEGATE)).toHaveLength(2);
  expect(enrolment.list(ABROAD)).toEqual([]);
  expect(JSON.stringify(enrolment.list(DELEGATE))).not.toContain('id:');
});
