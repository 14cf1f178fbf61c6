import { describe, expect, it } from 'vitest';
import { hasShared, readSharedJson } from '../../test-support/shared-data.ts';
import { fromHex, utf8 } from '../bytes/encoding.ts';
import { nodeCrypto } from '../node.ts';
import { type CryptoProvider, installCrypto, portableCrypto, sha256 } from './provider.ts';
import { readDerSignature, verifyAuthority, verifyStrict } from './signature.ts';

const VECTORS = 'wycheproof/ecdsa_secp256r1_sha256_test.json';
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

interface Vectors {
  readonly testGroups: readonly {
    readonly publicKey: { readonly uncompressed: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const providers: [string, CryptoProvider][] = [
  ['noble', portableCrypto],
  ['node:crypto', nodeCrypto],
];

function hasHighS(signature: Uint8Array): boolean {
  const scalars = readDerSignature(signature);
  return (
    scalars !== null && BigInt(`0x${Buffer.from(scalars.slice(32)).toString('hex')}`) > HALF_ORDER
  );
}

describe.skipIf(!hasShared(VECTORS)).each(providers)(
  'Wycheproof ECDSA P-256 SHA-256 with %s (skipped without shared data)',
  (_, provider) => {
    const cases = hasShared(VECTORS)
      ? readSharedJson<Vectors>(VECTORS).testGroups.flatMap(({ publicKey, tests }) =>
          tests.map((test) => ({ ...test, point: fromHex(publicKey.uncompressed) })),
        )
      : [];

    it('gives every verdict of the vectors, in strict DER', () => {
      installCrypto(provider);
      expect(cases.length).toBeGreaterThan(400);
      const differing = cases.filter(
        ({ point, msg, sig, result }) =>
          verifyAuthority(point, fromHex(msg), fromHex(sig)) !== (result === 'valid'),
      );
      expect(differing.map(({ tcId }) => tcId)).toEqual([]);
    });

    it('refuses, by our own rule, exactly those valid signatures whose s is high', () => {
      installCrypto(provider);
      const valid = cases.filter(({ result }) => result === 'valid');
      const high = valid.filter(({ sig }) => hasHighS(fromHex(sig)));
      expect(high.length).toBeGreaterThan(0);
      expect(high.length).toBeLessThan(valid.length);
      for (const { point, msg, sig } of valid) {
        const signature = fromHex(sig);
        expect(verifyStrict(point, fromHex(msg), signature)).toBe(!hasHighS(signature));
      }
    });
  },
);

describe.each(providers)('%s', (_, provider) => {
  it('says no, and does not throw, for keys that are no points and signatures out of range', () => {
    const off = new Uint8Array(65).fill(4);
    expect(provider.verifyP256(off, utf8('m'), new Uint8Array(64).fill(1))).toBe(false);
    expect(provider.verifyP256(new Uint8Array(3), utf8('m'), new Uint8Array(64))).toBe(false);
    expect(provider.verifyP256(off, utf8('m'), new Uint8Array(5))).toBe(false);
  });

  it('hashes as FIPS 180-4 says', () => {
    installCrypto(provider);
    expect(Buffer.from(sha256(utf8('abc'))).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('strict DER', () => {
  it.each([
    ['nothing', ''],
    ['long-form length', '308106020101020101'],
    ['trailing byte', '300602010102010100'],
    ['trailing byte inside', '30070201010201010000'],
    ['padded integer', '30070202000102010 1'.replace(' ', '')],
    ['negative integer', '3006020181020101'],
    ['empty integer', '300502000201 01'.replace(' ', '')],
    ['cut off', '30060201010201'],
    ['one integer', '3003020101'],
    ['three integers', '3009020101020101020101'],
    ['too large', `3026022201${'00'.repeat(33)}020101`],
  ])('refuses %s', (_, hex) => {
    expect(readDerSignature(fromHex(hex))).toBeNull();
  });

  it('reads the one encoding', () => {
    const scalars = readDerSignature(fromHex('3007020200ff020101'));
    expect(scalars?.[31]).toBe(0xff);
    expect(scalars?.[63]).toBe(1);
  });
});
