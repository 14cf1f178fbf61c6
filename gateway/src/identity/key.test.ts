import { createPublicKey, generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { msp } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemberCa } from './ca.ts';
import {
  createCsr,
  generatePrivateKey,
  readPrivateKey,
  signerFromPem,
  writePrivateKey,
} from './key.ts';
import { encodeInteger, encodeSignature, toLowS } from './low-s.ts';
import { makeTestDirectory } from './testing.ts';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const toBytes = (number: bigint) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex');

async function makeIdentity() {
  const directory = await makeTestDirectory();
  const ca = await MemberCa.open({ directory, mspId: 'CnAgencyMSP', embedded: true });
  const key = generatePrivateKey();
  const certificate = await ca.issue(await createCsr(key), { ou: 'client', days: 1 });
  return { key, certificate };
}

describe('a signer', () => {
  it('makes low-S signatures that hold under the certificate', async () => {
    const { key, certificate } = await makeIdentity();
    const signer = signerFromPem('CnAgencyMSP', certificate, key);
    const { publicKey } = new X509Certificate(certificate);
    for (let n = 0; n < 20; n += 1) {
      const bytes = Buffer.from(`act ${n}`);
      const signature = Buffer.from(await signer.sign(bytes));
      expect(verify('sha256', bytes, publicKey, signature)).toBe(true);
      const s = BigInt(`0x${signature.subarray(4 + signature[3]! + 2).toString('hex')}`);
      expect(s <= ORDER / 2n).toBe(true);
    }
  });

  it('names the member and the exact certificate as Fabric serialises them', async () => {
    const { key, certificate } = await makeIdentity();
    const signer = signerFromPem('CnAgencyMSP', certificate, key);
    const identity = msp.SerializedIdentity.deserializeBinary(signer.creator);
    expect(identity.getMspid()).toBe('CnAgencyMSP');
    expect(Buffer.from(identity.getIdBytes_asU8()).toString()).toBe(certificate);
  });

  it('is refused for another’s key', async () => {
    const { certificate } = await makeIdentity();
    expect(() => signerFromPem('CnAgencyMSP', certificate, generatePrivateKey())).toThrowError(
      expect.objectContaining({ code: 'KEY_MISMATCH' }),
    );
    expect(() => signerFromPem('CnAgencyMSP', 'x', generatePrivateKey())).toThrowError(
      expect.objectContaining({ code: 'KEY_MISMATCH' }),
    );
  });
});

describe('a key file', () => {
  it('has mode 0600, is PKCS#8 and comes back as it was', async () => {
    const path = join(await makeTestDirectory(), 'key.pem');
    const key = generatePrivateKey();
    await writePrivateKey(path, key);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(await readPrivateKey(path)).toBe(key);
  });

  it('that others may read is not used', async () => {
    const path = join(await makeTestDirectory(), 'key.pem');
    await writePrivateKey(path, generatePrivateKey());
    await chmod(path, 0o644);
    await expect(readPrivateKey(path)).rejects.toMatchObject({ code: 'KEY_EXPOSED' });
  });

  it.each([
    ['an RSA key', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['a key on P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ])('is not written with %s', async (_name, makeKey) => {
    const path = join(await makeTestDirectory(), 'key.pem');
    const pem = makeKey().export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(writePrivateKey(path, pem)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(writePrivateKey(path, 'no key')).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('low-S form', () => {
  it('changes a high s to n − s and leaves a low one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: ORDER - 1n }), (s) => {
        const r = toBytes(5n);
        const low = BigInt(
          `0x${Buffer.from(toLowS(Buffer.concat([r, toBytes(s)])))
            .subarray(32)
            .toString('hex')}`,
        );
        expect(low).toBe(s <= ORDER / 2n ? s : ORDER - s);
      }),
    );
  });

  it('is encoded as DER', () => {
    const der = (hex: string) =>
      Buffer.from(encodeInteger(Buffer.from(hex, 'hex'))).toString('hex');
    expect(der('00000000')).toBe('020100');
    expect(der('0000007f')).toBe('02017f');
    expect(der('00000080')).toBe('02020080');
    const signature = encodeSignature(Buffer.concat([toBytes(1n), toBytes(ORDER / 2n)]));
    const half = '7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8';
    expect(Buffer.from(signature).toString('hex')).toBe(`30250201010220${half}`);
  });
});

it('a request names nobody and proves the key', async () => {
  const key = generatePrivateKey();
  const der = Buffer.from((await createCsr(key)).replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // SEQUENCE, SEQUENCE, version 0, an empty Name, then the key.
  expect(der.subarray(der.indexOf('0201003000', 'hex') + 5).subarray(0, spki.length)).toEqual(spki);
});
