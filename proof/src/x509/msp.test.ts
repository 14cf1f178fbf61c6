import { beforeAll, describe, expect, it } from 'vitest';
import { criticalUnknown, fabricAttributes, TestAuthority } from '../../test-support/authority.ts';
import { DAY, NOW } from '../../test-support/consortium.ts';
import { utf8 } from '../bytes/encoding.ts';
import type { MspDefinition } from '../fabric/config.ts';
import { parseCertificate, verifySignature } from './certificate.ts';
import type { MspErrorCode } from './error.ts';
import { Msp } from './msp.ts';

let authority: TestAuthority;
let definition: MspDefinition;

beforeAll(async () => {
  authority = await TestAuthority.create({ name: 'ca.alpha', now: NOW });
  definition = define([authority.rootPem]);
});

function define(roots: string[], intermediates: string[] = [], revocations: string[] = []) {
  return { mspId: 'AlphaMSP', roots, intermediates, revocations };
}

const refused = (code: MspErrorCode) => expect.objectContaining({ name: 'MspError', code });

describe('a member of a consortium', () => {
  it('recognises its people and nodes by organisational unit, with their attributes', async () => {
    const msp = new Msp(definition);
    const attributes = { role: 'investigator', keyCustody: 'person' };
    const { certificatePem } = await authority.issue({
      ou: 'client',
      commonName: 'p-0123456789abcdef',
      extensions: [fabricAttributes(attributes)],
    });
    expect(msp.validate(certificatePem, NOW)).toMatchObject({
      mspId: 'AlphaMSP',
      role: 'CLIENT',
      commonName: 'p-0123456789abcdef',
      attributes,
    });
    for (const ou of ['peer', 'admin', 'orderer']) {
      const issued = await authority.issue({ ou });
      expect(msp.validate(issued.certificatePem, NOW).role).toBe(ou.toUpperCase());
    }
  });

  it('refuses a unit that is no role, and two that are', async () => {
    const msp = new Msp(definition);
    for (const ou of ['guest', 'peer, OU=client']) {
      const { certificatePem } = await authority.issue({ ou });
      expect(() => msp.validate(certificatePem, NOW)).toThrow(refused('CERTIFICATE_NO_ROLE'));
    }
  });

  it('uses the units that its definition names', async () => {
    const nodeOus = { client: 'people', peer: 'nodes', admin: 'chiefs', orderer: 'clerks' };
    const msp = new Msp({ ...definition, nodeOus });
    const { certificatePem } = await authority.issue({ ou: 'nodes' });
    expect(msp.validate(certificatePem, NOW).role).toBe('PEER');
  });

  it('holds a serialised identity to the member that it names', async () => {
    const { certificatePem } = await authority.issue({ ou: 'peer' });
    const identity = { bytes: new Uint8Array(), mspId: 'BravoMSP', certificatePem };
    const validate = () => new Msp(definition).validate(identity, NOW);
    expect(validate).toThrow(refused('CERTIFICATE_UNTRUSTED'));
  });

  it('refuses a certificate of an authority of the same name', async () => {
    const impostor = await TestAuthority.create({ name: 'ca.alpha', now: NOW });
    const { certificatePem } = await impostor.issue({ ou: 'peer' });
    const msp = new Msp(definition);
    expect(() => msp.validate(certificatePem, NOW)).toThrow(refused('CERTIFICATE_UNTRUSTED'));
  });

  it('follows intermediates, and only those it knows', async () => {
    const below = await authority.createIntermediate({ name: 'ca2.alpha', now: NOW });
    const { certificatePem } = await below.issue({ ou: 'peer' });
    const knowing = new Msp(define([authority.rootPem], [below.rootPem]));
    expect(knowing.validate(certificatePem, NOW).role).toBe('PEER');
    const unknowing = new Msp(definition);
    expect(() => unknowing.validate(certificatePem, NOW)).toThrow(refused('CERTIFICATE_UNTRUSTED'));
  });

  it('does not let a person issue certificates', async () => {
    const person = await authority.issue({ ou: 'client' });
    const known = define([authority.rootPem], [person.certificatePem]);
    const impostor = await TestAuthority.create({ name: 'p-0000000000000000', now: NOW });
    const { certificatePem } = await impostor.issue({ ou: 'peer' });
    const validate = () => new Msp(known).validate(certificatePem, NOW);
    expect(validate).toThrow(refused('CERTIFICATE_UNTRUSTED'));
  });

  it('judges time to the second, at both ends', async () => {
    const notBefore = NOW;
    const notAfter = NOW + DAY;
    const { certificatePem } = await authority.issue({ ou: 'peer', notBefore, notAfter });
    const at = (time: number) => () => new Msp(definition).validate(certificatePem, time).role;
    expect(at(notBefore - 1)).toThrow(refused('CERTIFICATE_NOT_YET_VALID'));
    expect(at(notBefore)()).toBe('PEER');
    expect(at(notAfter + 999)()).toBe('PEER');
    expect(at(notAfter + 1000)).toThrow(refused('CERTIFICATE_EXPIRED'));
    expect(at(Number.NaN)).toThrow(refused('CERTIFICATE_NOT_YET_VALID'));
  });

  it('refuses what its lists revoke, intermediates included', async () => {
    const below = await authority.createIntermediate({ name: 'ca2.alpha', now: NOW });
    const { certificatePem, serial } = await below.issue({ ou: 'peer' });
    const other = await authority.issue({ ou: 'peer' });
    const belowSerial = parseCertificate(below.rootPem).serial;
    const own = define([authority.rootPem], [below.rootPem], [await below.revoke([serial])]);
    const whole = define(
      [authority.rootPem],
      [below.rootPem],
      [await authority.revoke([belowSerial])],
    );
    for (const revoking of [own, whole]) {
      const validate = () => new Msp(revoking).validate(certificatePem, NOW);
      expect(validate).toThrow(refused('CERTIFICATE_REVOKED'));
      expect(new Msp(revoking).validate(other.certificatePem, NOW).role).toBe('PEER');
    }
  });

  it.each([
    'unsigned by it',
    'partial',
    'unreadable',
  ])('refuses a list that is %s', async (kind) => {
    const stranger = await TestAuthority.create({ name: 'ca.alpha', now: NOW });
    const list = {
      'unsigned by it': () => stranger.revoke(['50']),
      partial: () => authority.revoke(['50'], [criticalUnknown()]),
      unreadable: () => Promise.resolve(authority.rootPem.replaceAll('CERTIFICATE', 'X509 CRL')),
    }[kind]!;
    const revocations = [await list()];
    const open = () => new Msp({ ...definition, revocations });
    expect(open).toThrow(refused('MSP_MALFORMED'));
  });

  it('reads an empty list', async () => {
    const { certificatePem } = await authority.issue({ ou: 'peer' });
    const msp = new Msp(define([authority.rootPem], [], [await authority.revoke([])]));
    expect(msp.validate(certificatePem, NOW).role).toBe('PEER');
  });

  it('refuses roots that are no authorities, or none', async () => {
    const person = await authority.issue({ ou: 'client' });
    for (const roots of [[], [person.certificatePem], ['nothing']]) {
      expect(() => new Msp(define(roots))).toThrow(refused('MSP_MALFORMED'));
    }
  });

  it('refuses critical extensions that it does not understand, in roots and below', async () => {
    const odd = await TestAuthority.create({
      name: 'ca.odd',
      now: NOW,
      extensions: [criticalUnknown()],
    });
    expect(() => new Msp(define([odd.rootPem]))).toThrow(refused('MSP_MALFORMED'));
  });

  it('takes a root marked as embedded only when told to', async () => {
    const marked = await TestAuthority.create({ name: 'ca.local', now: NOW, embedded: true });
    expect(() => new Msp(define([marked.rootPem]))).toThrow(refused('MSP_MALFORMED'));
    const msp = new Msp(define([marked.rootPem]), { embedded: true });
    expect(msp.roots[0]?.isEmbedded).toBe(true);
    const { certificatePem } = await marked.issue({ ou: 'peer' });
    expect(msp.validate(certificatePem, NOW).role).toBe('PEER');
  });
});

describe('a certificate', () => {
  it.each([
    '',
    'not PEM',
    '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    '-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
  ])('is not %j', (pem) => {
    expect(() => parseCertificate(pem)).toThrow(refused('CERTIFICATE_MALFORMED'));
  });

  it('is refused at once however long or blank', () => {
    const blank = `-----BEGIN CERTIFICATE-----\n${' \n'.repeat(500_000)}`;
    const started = performance.now();
    expect(() => parseCertificate(blank)).toThrow(refused('CERTIFICATE_MALFORMED'));
    const short = `-----BEGIN CERTIFICATE-----\n${' '.repeat(16_000)}-----END`;
    expect(() => parseCertificate(short)).toThrow(refused('CERTIFICATE_MALFORMED'));
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('is one block, not two', () => {
    const pem = `${authority.rootPem}${authority.rootPem}`;
    expect(() => parseCertificate(pem)).toThrow(refused('CERTIFICATE_MALFORMED'));
  });

  it('has one encoding: nothing may follow it', () => {
    const der = Buffer.from(parseCertificate(authority.rootPem).der);
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.concat([der, Buffer.alloc(3)]).toString('base64')}\n-----END CERTIFICATE-----\n`;
    expect(() => parseCertificate(pem)).toThrow(refused('CERTIFICATE_MALFORMED'));
  });

  it('verifies its own key’s signatures, low s only', async () => {
    const holder = await authority.issue({ ou: 'peer' });
    const certificate = parseCertificate(holder.certificatePem);
    const message = utf8('message');
    expect(verifySignature(certificate, message, holder.sign(message))).toBe(true);
    expect(verifySignature(certificate, message, holder.signHigh(message))).toBe(false);
    expect(verifySignature(certificate, utf8('other'), holder.sign(message))).toBe(false);
  });

  it('never breaks the reader, whichever byte of it is damaged', () => {
    const der = parseCertificate(authority.rootPem).der.slice();
    for (let at = 0; at < der.length; at += 1) {
      der[at]! ^= 0xff;
      const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
      try {
        new Msp(definition).validate(pem, NOW);
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ name: 'MspError' });
      }
      der[at]! ^= 0xff;
    }
  });
});
