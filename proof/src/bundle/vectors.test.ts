import { afterAll, describe, expect, it } from 'vitest';
import { readVectors } from '../../test-support/vectors.ts';
import { type CryptoProvider, installCrypto, portableCrypto } from '../crypto/provider.ts';
import { nodeCrypto } from '../node.ts';
import { VERDICTS } from './verdict.ts';
import { verify } from './verify.ts';

const vectors = readVectors();

describe.each([
  ['node:crypto', nodeCrypto],
  ['noble', portableCrypto],
] as [string, CryptoProvider][])('the vectors, with %s', (_, provider) => {
  afterAll(() => installCrypto(nodeCrypto));

  it('have a case for every verdict', () => {
    const codes = new Set(vectors.map(({ code }) => code));
    expect([...codes].sort()).toEqual(Object.keys(VERDICTS).sort());
  });

  // An order's has many attestations, and without native code each signature takes its time.
  it('get their verdicts', { timeout: 300_000 }, () => {
    installCrypto(provider);
    const found = vectors.map(({ name, bundle, trust, ...options }) => ({
      name,
      code: verify(bundle, trust, options).code,
    }));
    expect(found).toEqual(vectors.map(({ name, code }) => ({ name, code })));
  });
});
