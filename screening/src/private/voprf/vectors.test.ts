/** RFC 9497, appendix A.3.2: the suite P256-SHA256 in the mode VOPRF. */
import { p256_oprf } from '@noble/curves/nist.js';
import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeGroup } from '../../node.ts';
import { finalise } from './client.ts';
import { evaluateKnown, evaluateWith } from './evaluate.ts';
import { installGroup, portableGroup, readNumber } from './group.ts';
import type { OprfKey } from './key.ts';

const SEED = 'a3'.repeat(32);
const KEY_INFO = 'test key';
const SECRET = 'ca5d94c8807817669a51b196c34c1b7f8442fde4334a7121ae4736364312fca6';
const PUBLIC = '03e17e70604bcabe198882c0a1f27a92441e774224ed9c702e51dd17038b102462';
const INPUTS = ['00', '5a'.repeat(17)];
const OUTPUTS = [
  '0412e8f78b02c415ab3a288e228978376f99927767ff37c5718d420010a645a1',
  '771e10dcd6bcd3664e23b8f2a710cfaaa8357747c4a8cbba03133967b5c24f18',
];
const BLINDS = [
  '3338fa65ec36e0290022b48eb562889d89dbfa691d1cde91517fa222ed7ad364',
  'f9db001266677f62c095021db018cd8cbb55941d4073698ce45c405d1348b7b1',
];

const VECTORS = [
  {
    name: 'vector 1, one point',
    inputs: [0],
    blinds: [0],
    blinded: ['02dd05901038bb31a6fae01828fd8d0e49e35a486b5c5d4b4994013648c01277da'],
    evaluated: ['0209f33cab60cf8fe69239b0afbcfcd261af4c1c5632624f2e9ba29b90ae83e4a2'],
    nonce: 'f9db001266677f62c095021db018cd8cbb55941d4073698ce45c405d1348b7b1',
    proof:
      'e7c2b3c5c954c035949f1f74e6bce2ed539a3be267d1481e9ddb178533df4c26' +
      '64f69d065c604a4fd953e100b856ad83804eb3845189babfa5a702090d6fc5fa',
  },
  {
    name: 'vector 2, one point',
    inputs: [1],
    blinds: [0],
    blinded: ['03cd0f033e791c4d79dfa9c6ed750f2ac009ec46cd4195ca6fd3800d1e9b887dbd'],
    evaluated: ['030d2985865c693bf7af47ba4d3a3813176576383d19aff003ef7b0784a0d83cf1'],
    nonce: 'f9db001266677f62c095021db018cd8cbb55941d4073698ce45c405d1348b7b1',
    proof:
      '2787d729c57e3d9512d3aa9e8708ad226bc48e0f1750b0767aaff73482c44b8d' +
      '2873d74ec88aebd3504961acea16790a05c542d9fbff4fe269a77510db00abab',
  },
  {
    name: 'vector 3, two points under one proof',
    inputs: [0, 1],
    blinds: [0, 1],
    blinded: [
      '02dd05901038bb31a6fae01828fd8d0e49e35a486b5c5d4b4994013648c01277da',
      '03462e9ae64cae5b83ba98a6b360d942266389ac369b923eb3d557213b1922f8ab',
    ],
    evaluated: [
      '0209f33cab60cf8fe69239b0afbcfcd261af4c1c5632624f2e9ba29b90ae83e4a2',
      '02bb24f4d838414aef052a8f044a6771230ca69c0a5677540fff738dd31bb69771',
    ],
    nonce: '350e8040f828bf6ceca27405420cdf3d63cb3aef005f40ba51943c8026877963',
    proof:
      'bdcc351707d02a72ce49511c7db990566d29d6153ad6f8982fad2b435d6ce4d6' +
      '0da1e6b3fa740811bde34dd4fe0aa1b5fe6600d0440c9ddee95ea7fad7a60cf2',
  },
];

const id = '0'.repeat(32);
const key: OprfKey = {
  document: {
    ...{ type: 'tabellion.oprf-key', v: 1, id, suite: 'P256-SHA256', mode: 'VOPRF' },
    ...{ publicKey: toBase64url(fromHex(PUBLIC)), validFrom: 0, validUntil: 1 },
  },
  secretKey: fromHex(SECRET),
};
const inputOf = (index: number) => fromHex(INPUTS[index]!);

it('derives the key pair of the appendix', () => {
  const { secretKey, publicKey } = p256_oprf.voprf.deriveKeyPair(fromHex(SEED), utf8(KEY_INFO));
  expect([toHex(secretKey), toHex(publicKey)]).toEqual([SECRET, PUBLIC]);
});

describe.each([
  ['noble', portableGroup],
  ['OpenSSL', nodeGroup],
] as const)('with the arithmetic of %s', (_name, group) => {
  beforeAll(() => installGroup(group));
  afterAll(() => installGroup(nodeGroup));

  it.each(VECTORS)('$name', async ({ inputs, blinds, blinded, evaluated, nonce, proof }) => {
    const points = blinded.map((point) => toBase64url(fromHex(point)));
    const secretNonce = readNumber(fromHex(nonce));
    const answer = await evaluateWith({ keyId: id, points }, key, secretNonce);
    expect(answer.points.map((point) => toHex(fromBase64url(point)))).toEqual(evaluated);
    expect(toHex(fromBase64url(answer.proof))).toBe(proof);
    const items = inputs.map((input, index) => ({
      ...{ input: inputOf(input), blinded: fromHex(blinded[index]!) },
      blind: fromHex(BLINDS[blinds[index]!]!),
    }));
    const outputs = finalise({ keyId: id, items }, answer, key.document);
    expect(outputs.map(({ output }) => toHex(output))).toEqual(
      inputs.map((input) => OUTPUTS[input]),
    );
  });

  it('gives the same outputs for inputs that the operator knows', async () => {
    const outputs = await evaluateKnown(INPUTS.map(fromHex), key);
    expect(outputs.map(({ output }) => toHex(output))).toEqual(OUTPUTS);
  });
});

it('blinds as the appendix does', () => {
  for (const { inputs, blinds, blinded } of VECTORS) {
    const points = inputs.map((input, index) => {
      const scalar = fromHex(BLINDS[blinds[index]!]!);
      // noble maps 48 random bytes to a scalar as it would map the number less one.
      const drawn = readNumber(scalar) - 1n;
      const random = fromHex(drawn.toString(16).padStart(96, '0'));
      return toHex(p256_oprf.voprf.blind(inputOf(input), () => random).blinded);
    });
    expect(points).toEqual(blinded);
  }
});
