import { X509Certificate } from 'node:crypto';
import { chmod, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMBEDDED_MARKER_OID, Msp } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { MemberCa } from './ca.ts';
import { describeCertificate } from './certificate.ts';
import { FABRIC_ATTRIBUTES_OID } from './extension.ts';
import { createCsr, generatePrivateKey } from './key.ts';
import { makeTestDirectory, TestClock } from './testing.ts';
import { Extension, X509Certificate as ParsedCertificate } from './x509.ts';

/** Made with OpenSSL: a sound request, but its key is on P-384. */
const P384_CSR = `-----BEGIN CERTIFICATE REQUEST-----
MIIBBDCBiwIBADAMMQowCAYDVQQDDAF4MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE
el+gWZ5pzWFQ2mE+TTSvDmkMky5FQn4pgnoa0JwqT3jZlvAhXjRdAN05/is+r9vp
X/QTw3QZt6WkXi+53Z1KixpmI0Jz6v5+Vd6M/ut8v39b0as4iTBBkKs0deGOruXN
oAAwCgYIKoZIzj0EAwIDaAAwZQIxAJin5g+GzflYYWRTH1XB3I9XTgNRd4jjFCvI
vv+w1bmXzh7HPaRwzE8vEa7JtVvGfgIwdocljyjsngdAlJSnjynEPnQRNi6IRxKJ
nahqfolXH854FgxtpC9hpXl0zazwcKq1
-----END CERTIFICATE REQUEST-----
`;
const PERSON = { ou: 'client', role: 'investigator', keyCustody: 'person', days: 365 } as const;

async function openCa(clock = new TestClock(), embedded = true) {
  const directory = await makeTestDirectory();
  const open = () => MemberCa.open({ directory, mspId: 'CnAgencyMSP', embedded, now: clock.now });
  return { directory, clock, open, ca: await open() };
}

const issuePerson = async (ca: MemberCa) => ca.issue(await createCsr(generatePrivateKey()), PERSON);

/** What the members' verifier makes of a certificate: the proof's own MSP, as the trust file has it. */
function validate(ca: MemberCa, certificate: string, at: number, embedded = true) {
  const definition = {
    mspId: ca.mspId,
    roots: [ca.root],
    intermediates: [],
    revocations: [ca.crl()],
  };
  return new Msp(definition, { embedded }).validate(certificate, at);
}

describe('a certificate of a person', () => {
  it('carries role and key custody, an OU for its kind and a pseudonym only', async () => {
    const { ca, clock } = await openCa();
    const certificate = await issuePerson(ca);
    const identity = validate(ca, certificate, clock.time);
    expect(identity).toMatchObject({
      role: 'CLIENT',
      attributes: { role: 'investigator', keyCustody: 'person' },
    });
    expect(identity.commonName).toMatch(/^p-[0-9a-f]{16}$/);
    expect(new X509Certificate(certificate).subject).toBe(`OU=client\nCN=${identity.commonName}`);
    expect(identity.fingerprint).toBe(describeCertificate(certificate).fingerprint);
  });

  it('never has the pseudonym or the serial number of another', async () => {
    const { ca } = await openCa();
    const facts = [];
    for (let n = 0; n < 5; n += 1) facts.push(describeCertificate(await issuePerson(ca)));
    expect(new Set(facts.map(({ pseudonym }) => pseudonym)).size).toBe(5);
    expect(new Set(facts.map(({ serial }) => serial)).size).toBe(5);
    expect(facts.every(({ serial }) => /^[4-7][0-9a-f]{31}$/.test(serial))).toBe(true);
  });

  it('is refused before it begins and after it ends', async () => {
    const { ca, clock } = await openCa();
    const certificate = await issuePerson(ca);
    const { notBefore, notAfter } = describeCertificate(certificate);
    expect(notAfter - clock.time).toBe(365 * 86_400_000);
    expect(() => validate(ca, certificate, notBefore - 1000)).toThrowError(
      expect.objectContaining({ code: 'CERTIFICATE_NOT_YET_VALID' }),
    );
    expect(() => validate(ca, certificate, notAfter + 1000)).toThrowError(
      expect.objectContaining({ code: 'CERTIFICATE_EXPIRED' }),
    );
  });

  it('does not outlive the root', async () => {
    const { ca } = await openCa();
    const csr = await createCsr(generatePrivateKey());
    const certificate = await ca.issue(csr, { ...PERSON, days: 36_500 });
    expect(describeCertificate(certificate).notAfter).toBe(describeCertificate(ca.root).notAfter);
  });

  it.each([
    ['peer', 'PEER'],
    ['orderer', 'ORDERER'],
    ['admin', 'ADMIN'],
  ] as const)('of a node with OU %s has the role %s and no attributes', async (ou, role) => {
    const { ca, clock } = await openCa();
    const certificate = await ca.issue(await createCsr(generatePrivateKey()), { ou, days: 730 });
    expect(validate(ca, certificate, clock.time)).toMatchObject({ role, attributes: {} });
    expect(new ParsedCertificate(certificate).getExtension(FABRIC_ATTRIBUTES_OID)).toBeNull();
  });

  it('holds the attributes in the form that fabric-shim reads', async () => {
    const { ca } = await openCa();
    const extension = new ParsedCertificate(await issuePerson(ca)).getExtension(
      FABRIC_ATTRIBUTES_OID,
    );
    expect(extension).toBeInstanceOf(Extension);
    expect(JSON.parse(Buffer.from(extension!.value).toString())).toEqual({
      attrs: { role: 'investigator', keyCustody: 'person' },
    });
  });
});

describe('the root', () => {
  it('of an embedded consortium is refused by whoever does not allow embedded ledgers', async () => {
    const { ca, clock } = await openCa();
    const certificate = await issuePerson(ca);
    expect(() => validate(ca, certificate, clock.time, false)).toThrowError(
      expect.objectContaining({ code: 'MSP_MALFORMED' }),
    );
    expect(
      Buffer.from(ca.root.replace(/-----[^-]+-----|\s/g, ''), 'base64').toString('hex'),
    ).toContain(encodeOid(EMBEDDED_MARKER_OID));
  });

  it('of a real consortium has no marker', async () => {
    const { ca, clock } = await openCa(new TestClock(), false);
    expect(validate(ca, await issuePerson(ca), clock.time, false).role).toBe('CLIENT');
  });

  it('and what it signs are low-S', async () => {
    const { ca } = await openCa();
    const halfOrder = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
    for (let n = 0; n < 8; n += 1) {
      const { signature } = new ParsedCertificate(await issuePerson(ca));
      expect(readS(Buffer.from(signature)) <= halfOrder).toBe(true);
    }
    expect(readS(Buffer.from(new ParsedCertificate(ca.root).signature)) <= halfOrder).toBe(true);
  });
});

describe('a request', () => {
  it.each([
    [
      'of another algorithm',
      () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    ],
    ['of no PEM', () => 'MIIB'],
    ['of more than 8 KiB', () => `${'\n'.repeat(9000)}`],
    ['of broken DER', () => wrapCsr(Buffer.from('3003020101', 'hex'))],
  ])('%s is refused', async (_name, makeCsr) => {
    const { ca } = await openCa();
    await expect(ca.issue(makeCsr(), PERSON)).rejects.toMatchObject({ code: 'CSR_INVALID' });
  });

  it('signed by another key is refused', async () => {
    const { ca } = await openCa();
    const [mine, other] = [await csrDer(), await csrDer()];
    // The signature is the last BIT STRING: 70 to 72 bytes of DER after a 3-byte head.
    const forged = Buffer.concat([mine.body, other.tail]);
    await expect(ca.issue(wrapCsr(forged), PERSON)).rejects.toMatchObject({ code: 'CSR_INVALID' });
  });

  it('with any bit of its key changed is refused', async () => {
    const { ca } = await openCa();
    const { body, tail } = await csrDer();
    const altered = Buffer.concat([body, tail]);
    const at = altered.indexOf(Buffer.from('03420004', 'hex')) + 10;
    altered[at] = altered[at]! ^ 1;
    await expect(ca.issue(wrapCsr(altered), PERSON)).rejects.toMatchObject({ code: 'CSR_INVALID' });
  });

  it('for a key on another curve is refused', async () => {
    const { ca } = await openCa();
    await expect(ca.issue(P384_CSR, PERSON)).rejects.toThrowError(/P-256/);
    await expect(ca.issue(P384_CSR, PERSON)).rejects.toMatchObject({ code: 'CSR_INVALID' });
  });
});

describe('revocation', () => {
  it('refuses the certificate and no other, with reason, time and a higher number', async () => {
    const { ca, clock } = await openCa();
    const [revoked, kept] = [await issuePerson(ca), await issuePerson(ca)];
    const { serial } = describeCertificate(revoked);
    const before = crlNumberOf(ca.crl());
    await ca.revoke(serial, 'keyCompromise');
    expect(ca.revocations()).toEqual([{ serial, at: clock.time, reason: 'keyCompromise' }]);
    expect(crlNumberOf(ca.crl())).toBe(before + 1);
    expect(() => validate(ca, revoked, clock.time)).toThrowError(
      expect.objectContaining({ code: 'CERTIFICATE_REVOKED' }),
    );
    expect(validate(ca, kept, clock.time).role).toBe('CLIENT');
    expect(ca.isRevoked(describeCertificate(kept).serial)).toBe(false);
  });

  it('survives a restart, and a second one neither moves nor doubles the first', async () => {
    const { ca, clock, open } = await openCa();
    const { serial } = describeCertificate(await issuePerson(ca));
    await ca.revoke(serial, 'keyCompromise');
    const first = clock.time;
    clock.forwardDays(1);
    const reopened = await open();
    await reopened.revoke(serial.toUpperCase(), 'superseded');
    expect(reopened.revocations()).toEqual([{ serial, at: first, reason: 'keyCompromise' }]);
    expect(reopened.root).toBe(ca.root);
  });

  it('of several at once loses none', async () => {
    const { ca, open } = await openCa();
    const serials = [];
    for (let n = 0; n < 6; n += 1) serials.push(describeCertificate(await issuePerson(ca)).serial);
    await Promise.all(serials.map((serial) => ca.revoke(serial, 'cessationOfOperation')));
    const listed = (await open()).revocations().map(({ serial }) => serial);
    expect(listed.sort()).toEqual(serials.sort());
  });

  it('keeps its list fresh', async () => {
    const { ca, clock } = await openCa();
    const { serial } = describeCertificate(await issuePerson(ca));
    await ca.revoke(serial, 'keyCompromise');
    const list = ca.crl();
    clock.forwardDays(29);
    expect(await ca.refreshCrl()).toBe(false);
    expect(ca.crl()).toBe(list);
    clock.forwardDays(2);
    expect(await ca.refreshCrl()).toBe(true);
    expect(crlNumberOf(ca.crl())).toBe(crlNumberOf(list) + 1);
    expect(ca.isRevoked(serial)).toBe(true);
  });
});

describe('the files', () => {
  it('are the owner’s alone, and nothing temporary stays', async () => {
    const { directory } = await openCa();
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(directory)).toBe(0o700);
    expect(await mode(join(directory, 'key.pem'))).toBe(0o600);
    expect((await readdir(directory)).sort()).toEqual(['crl.pem', 'key.pem', 'root.pem']);
  });

  it.each([0o640, 0o604, 0o620])('with mode %o are not used', async (mode) => {
    const { directory, open } = await openCa();
    await chmod(join(directory, 'key.pem'), mode);
    await expect(open()).rejects.toMatchObject({ code: 'KEY_EXPOSED' });
  });

  it('behind a symbolic link are not used', async () => {
    const { directory, open } = await openCa();
    const elsewhere = await makeTestDirectory();
    await writeFile(join(elsewhere, 'key.pem'), generatePrivateKey(), { mode: 0o600 });
    await rm(join(directory, 'key.pem'));
    await symlink(join(elsewhere, 'key.pem'), join(directory, 'key.pem'));
    await expect(open()).rejects.toMatchObject({ code: 'KEY_EXPOSED' });
  });

  it.each(['key.pem', 'crl.pem'])('are damaged without %s: nobody is un-revoked', async (name) => {
    const { directory, open } = await openCa();
    await rm(join(directory, name));
    await expect(open()).rejects.toMatchObject({ code: 'CA_DAMAGED' });
  });

  it('are damaged with another authority’s list', async () => {
    const [{ directory, open }, other] = [await openCa(), await openCa()];
    await writeFile(join(directory, 'crl.pem'), other.ca.crl());
    await expect(open()).rejects.toMatchObject({ code: 'CA_DAMAGED' });
  });

  it.each([
    ['another member', { mspId: 'SgAgencyMSP', embedded: true }],
    ['a real network', { mspId: 'CnAgencyMSP', embedded: false }],
  ])('of an embedded consortium do not serve %s', async (_name, other) => {
    const { directory, clock } = await openCa();
    const opening = MemberCa.open({ directory, now: clock.now, ...other });
    await expect(opening).rejects.toMatchObject({ code: 'CA_DAMAGED' });
  });

  it('left by a crash before the root was written are made anew', async () => {
    const { directory, open, ca } = await openCa();
    await rm(join(directory, 'root.pem'));
    const founded = await open();
    expect(founded.root).not.toBe(ca.root);
    expect(await founded.issue(await createCsr(generatePrivateKey()), PERSON)).toContain('BEGIN');
  });

  it('with an expired root are refused', async () => {
    const { clock, open } = await openCa();
    clock.forwardDays(3651);
    await expect(open()).rejects.toMatchObject({ code: 'CA_EXPIRED' });
  });
});

function crlNumberOf(pem: string): number {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const at = der.indexOf(Buffer.from('0603551d14', 'hex'));
  const length = der[at + 8]!;
  return der.readUIntBE(at + 9, length);
}

/** The second INTEGER of a DER ECDSA signature. */
function readS(signature: Buffer): bigint {
  const s = signature.subarray(4 + signature[3]! + 2);
  return BigInt(`0x${s.toString('hex')}`);
}

async function csrDer(): Promise<{ body: Buffer; tail: Buffer }> {
  for (;;) {
    const pem = await createCsr(generatePrivateKey());
    const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const head = der.lastIndexOf(Buffer.from('0348003045', 'hex'));
    // Signatures of one length only, so that two requests can change tails.
    if (head > 0 && der.length - head === 74) {
      return { body: der.subarray(0, head), tail: der.subarray(head) };
    }
  }
}

function wrapCsr(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** DER of an object identifier (X.690, section 8.19), computed by hand. */
function encodeOid(oid: string): string {
  const [first = 0, second = 0, ...arcs] = oid.split('.').map(Number);
  const body = [40 * first + second, ...arcs].flatMap((arc) => {
    const digits: number[] = [];
    for (let rest = arc; digits.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
      digits.unshift((rest % 128) | (digits.length > 0 ? 0x80 : 0));
    }
    return digits;
  });
  return Buffer.from([0x06, body.length, ...body]).toString('hex');
}
