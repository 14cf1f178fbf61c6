/** Some fifty thousand bundles, in a file of their own so that they do not hold up the other tests. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildBundle } from '../../test-support/bundle.ts';
import { createConsortium, NOW, type TestConsortium } from '../../test-support/consortium.ts';
import { buildCustodyBundle } from '../../test-support/custody.ts';
import { answerOf, buildLabelBundle, SAID } from '../../test-support/label.ts';
import { buildShortOrderBundle } from '../../test-support/order.ts';
import { concatBytes, toHex } from '../bytes/encoding.ts';
import { type CryptoProvider, installCrypto } from '../crypto/provider.ts';
import { nodeCrypto } from '../node.ts';
import { createVerifier } from './verify.ts';

const { stackTraceLimit } = Error;

beforeAll(() => {
  installCrypto(checkOnce(nodeCrypto));
  // Every refusal is an error that nobody looks at: its stack would take longer than some checks.
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** Most flips leave most signatures and what they sign as they were; each is checked the first time. */
function checkOnce(provider: CryptoProvider): CryptoProvider {
  const verdicts = new Map<string, boolean>();
  return {
    ...provider,
    verifyP256(point, message, signature) {
      const question = toHex(concatBytes(point, signature, provider.sha256(message)));
      const verdict = verdicts.get(question) ?? provider.verifyP256(point, message, signature);
      verdicts.set(question, verdict);
      return verdict;
    },
  };
}

// An order's bundle holds many attestations, each judged as that of an item is: of it every seventh bit is
// tried, so that each of its bytes is, and by turns each bit of one.
it.each([
  ['an item', buildBundle],
  ['a chain of custody', buildCustodyBundle],
  [
    'a label and what was said of it',
    (consortium: TestConsortium) =>
      buildLabelBundle(consortium, { answer: answerOf({ said: SAID.slice(-1) }) }),
  ],
  ['an order', buildShortOrderBundle, 7],
] as [string, (consortium: TestConsortium) => Uint8Array, number?][])(
  'refuses the bundle of %s with any single bit flipped, and never throws',
  {
    timeout: 300_000,
  },
  async (_, build, stride = 1) => {
    const consortium = await createConsortium('embedded');
    const check = createVerifier(consortium.trust);
    const bundle = build(consortium);
    expect(check(bundle, { now: NOW }).code).toBe('INTACT');
    const accepted: number[] = [];
    for (let bit = 0; bit < bundle.length * 8; bit += stride) {
      bundle[bit >> 3]! ^= 1 << (bit & 7);
      if (check(bundle, { now: NOW }).outcome === 'INTACT') accepted.push(bit);
      bundle[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(accepted).toEqual([]);
    expect(check(bundle, { now: NOW }).code).toBe('INTACT');
  },
);
