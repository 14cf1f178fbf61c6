import { p256, p256_hasher, p256_oprf } from '@noble/curves/nist.js';
import { fromBase64url, toBase64url, utf8 } from '@tabellion/proof';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeGroup } from '../../node.ts';
import type { PrivateErrorCode } from '../error.ts';
import { type BlindedQuestion, blind, finalise, restoreBlinding } from './client.ts';
import { evaluate, evaluateKnown } from './evaluate.ts';
import { decodePoint, FIELD, installGroup, portableGroup, writeNumber } from './group.ts';
import { deriveOprfKey, type OprfKey, parseOprfKey, selectOprfKey } from './key.ts';
import {
  type EvaluationAnswer,
  evaluationAnswer,
  evaluationRequest,
  MAX_POINTS,
} from './message.ts';
import { hashToScalar } from './suite.ts';

const seedOf = (fill: number) => new Uint8Array(32).fill(fill);
const key = deriveOprfKey(seedOf(1), { validFrom: 1000, validUntil: 2000 });
const other = deriveOprfKey(seedOf(2), { validFrom: 1500, validUntil: 3000 });
const INPUTS = [0, 1, 2].map((fill) => new Uint8Array(21).fill(fill));
const withCode = (code: PrivateErrorCode) => expect.objectContaining({ code });

let question: BlindedQuestion;
let answer: EvaluationAnswer;
beforeAll(async () => {
  question = blind(INPUTS, key.document);
  answer = await evaluate(question.request, key);
});

describe('asking and answering', () => {
  it('gives what the operator would compute itself, from an answer of plain JSON', async () => {
    const request = evaluationRequest.parse(JSON.parse(JSON.stringify(question.request)));
    const given = evaluationAnswer.parse(JSON.parse(JSON.stringify(await evaluate(request, key))));
    const outputs = finalise(question.state, given, key.document);
    expect(outputs).toEqual(await evaluateKnown(INPUTS, key));
  });

  it('is what noble, a second implementation, answers and accepts', () => {
    const points = question.request.points.map(fromBase64url);
    const publicKey = fromBase64url(key.document.publicKey);
    const reference = p256_oprf.voprf.blindEvaluateBatch(key.secretKey, publicKey, points);
    expect(answer.points).toEqual(reference.evaluated.map(toBase64url));
    const given = { ...answer, proof: toBase64url(reference.proof) };
    expect(finalise(question.state, given, key.document)).toHaveLength(INPUTS.length);
  });

  it('is shown later by inputs and blinds, and by no others', () => {
    const { request, state } = question;
    const kept = state.items.map(({ input, blind }) => ({ input, blind }));
    const restored = restoreBlinding(request, kept);
    expect(restored).toEqual(state);
    expect(finalise(restored!, answer, key.document)).toHaveLength(INPUTS.length);
    const [first, second, third] = kept;
    const bent = [
      [second!, first!, third!],
      [first!, second!],
      [{ ...first!, input: INPUTS[1]! }, second!, third!],
      [{ ...first!, blind: second!.blind }, second!, third!],
      [{ ...first!, blind: new Uint8Array(32) }, second!, third!],
      [{ ...first!, blind: new Uint8Array(32).fill(255) }, second!, third!],
      [{ ...first!, blind: first!.blind.subarray(1) }, second!, third!],
    ];
    for (const each of bent) expect(restoreBlinding(request, each)).toBeUndefined();
  });

  it('hashes to scalars as noble does', () => {
    const DST = utf8('HashToScalar-OPRFV1-\u0001-P256-SHA256');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        expect(hashToScalar(message)).toBe(p256_hasher.hashToScalar(message, { DST }));
      }),
    );
  });

  it('shows other points for the same input every time', () => {
    const again = blind(INPUTS, key.document).request.points;
    expect(new Set([...question.request.points, ...again]).size).toBe(2 * INPUTS.length);
  });

  it('opens any input the same way, whatever stands beside it', async () => {
    const input = fc.uint8Array({ minLength: 1, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(fc.array(input, { minLength: 1, maxLength: 4 }), async (inputs) => {
        const { state, request } = blind(inputs, key.document);
        const outputs = finalise(state, await evaluate(request, key), key.document);
        expect(outputs).toEqual(await evaluateKnown(inputs, key));
      }),
      { numRuns: 10 },
    );
  });

  it('has one length, whatever is asked', async () => {
    const lengths = await Promise.all(
      [INPUTS.slice(0, 1), [new Uint8Array(1)], [new Uint8Array(60_000)]].map(async (inputs) => {
        const { request } = blind(inputs, key.document);
        return [request, await evaluate(request, key)].map((part) => JSON.stringify(part).length);
      }),
    );
    expect(new Set(lengths.map(String)).size).toBe(1);
  });
});

describe('an answer', () => {
  it('is refused with a bit changed in any byte', async () => {
    const { state, request } = blind(INPUTS.slice(0, 1), key.document);
    const { points, proof, keyId } = await evaluate(request, key);
    const flip = (text: string, at: number) => {
      const bytes = fromBase64url(text);
      bytes[at]! ^= 1 << ((3 * at) & 7);
      return toBase64url(bytes);
    };
    const changed = [
      ...Array.from({ length: 33 }, (_, at) => ({ keyId, points: [flip(points[0]!, at)], proof })),
      ...Array.from({ length: 64 }, (_, at) => ({ keyId, points, proof: flip(proof, at) })),
    ];
    expect(finalise(state, { keyId, points, proof }, key.document)).toHaveLength(1);
    const code = expect.stringMatching(/^(?:POINT_(?:ENCODING|NOT_ON_CURVE)|EVALUATION_INVALID)$/);
    for (const given of changed) {
      expect(() => finalise(state, given, key.document)).toThrow(expect.objectContaining({ code }));
    }
  });

  it.each<[string, (given: EvaluationAnswer) => EvaluationAnswer, PrivateErrorCode]>([
    ['of another key', (given) => ({ ...given, keyId: other.document.id }), 'KEY_UNKNOWN'],
    ['with a point less', (given) => ({ ...given, points: given.points.slice(1) }), 'POINT_COUNT'],
    ['with none', (given) => ({ ...given, points: [] }), 'POINT_COUNT'],
    [
      'in another order',
      (given) => ({ ...given, points: given.points.toReversed() }),
      'EVALUATION_INVALID',
    ],
    ['with a short proof', (given) => ({ ...given, proof: 'AAAA' }), 'EVALUATION_INVALID'],
    ['with a proof in other letters', (given) => ({ ...given, proof: '=' }), 'EVALUATION_INVALID'],
    [
      'with a proof of zeros',
      (given) => ({ ...given, proof: toBase64url(new Uint8Array(64)) }),
      'EVALUATION_INVALID',
    ],
  ])('%s is refused', (_what, change, code) => {
    expect(() => finalise(question.state, change(answer), key.document)).toThrow(withCode(code));
  });

  it('made with another key than it names is refused', async () => {
    const impostor: OprfKey = { document: key.document, secretKey: other.secretKey };
    const forged = await evaluate(question.request, impostor);
    expect(() => finalise(question.state, forged, key.document)).toThrow(
      withCode('EVALUATION_INVALID'),
    );
  });
});

describe.each([
  ['noble', portableGroup],
  ['OpenSSL', nodeGroup],
] as const)('what is no point, with the arithmetic of %s,', (_name, group) => {
  beforeAll(() => installGroup(group));
  afterAll(() => installGroup(nodeGroup));

  const good = p256.Point.BASE.toBytes();
  /** 5 is the least x that no point has. */
  const offCurve = Uint8Array.of(2, ...writeNumber(leastAbsentX()));
  it.each<[string, Uint8Array, PrivateErrorCode]>([
    ['nothing', new Uint8Array(), 'POINT_LENGTH'],
    ['a byte too few', good.subarray(1), 'POINT_LENGTH'],
    ['a byte too many', Uint8Array.of(...good, 0), 'POINT_LENGTH'],
    ['uncompressed', p256.Point.BASE.toBytes(false), 'POINT_LENGTH'],
    ['the identity of SEC 1', Uint8Array.of(0), 'POINT_IDENTITY'],
    ['zeros', new Uint8Array(33), 'POINT_IDENTITY'],
    ['first byte 0', Uint8Array.of(0, ...good.subarray(1)), 'POINT_ENCODING'],
    ['first byte 4', Uint8Array.of(4, ...good.subarray(1)), 'POINT_ENCODING'],
    ['x is p', Uint8Array.of(2, ...writeNumber(FIELD)), 'POINT_ENCODING'],
    // p + 5 is 5 in the field, where a point may well be.
    ['x is p and something', Uint8Array.of(3, ...writeNumber(FIELD + 5n)), 'POINT_ENCODING'],
    ['all ones', new Uint8Array(33).fill(0xff), 'POINT_ENCODING'],
    ['off the curve', offCurve, 'POINT_NOT_ON_CURVE'],
  ])('%s, is refused, asked and answered', async (_what, bytes, code) => {
    expect(() => decodePoint(bytes)).toThrow(withCode(code));
    const points = [...question.request.points.slice(1), toBase64url(bytes)];
    await expect(evaluate({ ...question.request, points }, key)).rejects.toThrow(withCode(code));
    const given = { ...answer, points: [...answer.points.slice(1), toBase64url(bytes)] };
    expect(() => finalise(question.state, given, key.document)).toThrow(withCode(code));
  });

  it('a text that is not base64url, is refused', async () => {
    const request = { ...question.request, points: ['A+='] };
    await expect(evaluate(request, key)).rejects.toThrow(withCode('POINT_ENCODING'));
  });

  it('none or too many, is refused', async () => {
    const [point] = question.request.points;
    for (const points of [[], Array.from({ length: MAX_POINTS + 1 }, () => point!)]) {
      await expect(evaluate({ ...question.request, points }, key)).rejects.toThrow(
        withCode('POINT_COUNT'),
      );
    }
    expect(() => blind([], key.document)).toThrow(withCode('POINT_COUNT'));
  });
});

describe('a key', () => {
  it('is found by its id, in its time only', () => {
    const keys = [key, other];
    expect(selectOprfKey(keys, key.document.id, 1000)).toBe(key);
    expect(selectOprfKey(keys, other.document.id, 1999)).toBe(other);
    for (const now of [999, 2000]) {
      expect(() => selectOprfKey(keys, key.document.id, now)).toThrow(withCode('KEY_NOT_VALID'));
    }
    expect(() => selectOprfKey([other], key.document.id, 1500)).toThrow(withCode('KEY_UNKNOWN'));
  });

  it.each<[string, (document: OprfKey['document']) => unknown, PrivateErrorCode]>([
    ['with the id of another', (it) => ({ ...it, id: other.document.id }), 'OPRF_KEY_INVALID'],
    ['that ends before it begins', (it) => ({ ...it, validUntil: 1000 }), 'OPRF_KEY_INVALID'],
    ['of another suite', (it) => ({ ...it, suite: 'P384-SHA384' }), 'OPRF_KEY_INVALID'],
    ['with something added', (it) => ({ ...it, note: 'x' }), 'OPRF_KEY_INVALID'],
    [
      'whose public key is no point',
      (it) => ({ ...it, publicKey: toBase64url(new Uint8Array(33).fill(0xff)) }),
      'POINT_ENCODING',
    ],
  ])('%s is refused', (_what, change, code) => {
    expect(parseOprfKey(key.document)).toEqual(key.document);
    expect(() => parseOprfKey(change(key.document))).toThrow(withCode(code));
  });

  it('is derived from 32 bytes, and no other secret is taken', async () => {
    expect(() => deriveOprfKey(new Uint8Array(31), key.document)).toThrow(
      withCode('OPRF_KEY_INVALID'),
    );
    const order = p256.Point.Fn.ORDER;
    for (const secretKey of [new Uint8Array(32), writeNumber(order), new Uint8Array(31)]) {
      await expect(evaluate(question.request, { ...key, secretKey })).rejects.toThrow(
        withCode('OPRF_KEY_INVALID'),
      );
    }
  });
});

function leastAbsentX(): bigint {
  for (let x = 1n; ; x += 1n) {
    if (!portableGroup.decompress(Uint8Array.of(2, ...writeNumber(x)))) return x;
  }
}
