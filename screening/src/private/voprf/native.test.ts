/** OpenSSL's arithmetic against noble's: the same points for whatever scalar and point. */
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareProducts } from '../../../test/compare-products.ts';
import { nodeGroup } from '../../node.ts';
import { PrivateError } from '../error.ts';
import { encodePoint, isOnCurve, ORDER, type Point, portableGroup, readNumber } from './group.ts';
import { recoverPoints } from './recover-y.ts';

const drawScalar = () => readNumber(p256.utils.randomSecretKey());
const toPoint = (scalar: bigint): Point => p256.Point.BASE.multiply(scalar).toAffine();
const scalar = fc.bigInt({ min: 1n, max: ORDER - 1n });

const EDGES = [1n, 2n, 3n, ORDER - 3n, ORDER - 2n, ORDER - 1n, ORDER >> 1n, (ORDER >> 1n) + 1n];

it('multiplies 2,000 random points by 8 random scalars as noble does', async () => {
  for (let round = 0; round < 8; round += 1) await compareProducts(drawScalar(), 250);
});

it.each(EDGES)('multiplies by the scalar at the edge %s as noble does', async (edge) => {
  const points = [1n, 2n, ORDER - 1n, edge, drawScalar()].map(toPoint);
  const expected = await portableGroup.prepare(edge)(points);
  expect(await nodeGroup.prepare(edge)(points)).toEqual(expected);
});

it('multiplies any point by any scalar as noble does', async () => {
  await fc.assert(
    fc.asyncProperty(scalar, scalar, async (secret, of) => {
      const points = [toPoint(of)];
      const expected = await portableGroup.prepare(secret)(points);
      expect(await nodeGroup.prepare(secret)(points)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

it('decompresses what is a point, and nothing else, as noble does', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(2, 3),
      (x, sign) => {
        const encoded = Uint8Array.of(sign, ...x);
        const expected = portableGroup.decompress(encoded);
        expect(nodeGroup.decompress(encoded)).toEqual(expected);
        if (expected) expect(encodePoint(expected)).toEqual(encoded);
      },
    ),
    { numRuns: 500 },
  );
});

it('finds out when a wrong x came back', async () => {
  const point = toPoint(drawScalar());
  const secret = drawScalar();
  const [product, next] = await Promise.all(
    [secret, secret + 1n].map(async (by) => (await portableGroup.prepare(by)([point]))[0]!),
  );
  const right = { point, x: product!.x, nextX: next!.x };
  expect(recoverPoints([right])).toEqual([product]);
  for (const wrong of [
    { ...right, nextX: right.nextX ^ 1n },
    { ...right, x: right.x ^ 1n },
  ]) {
    expect(() => recoverPoints([wrong])).toThrow(
      expect.objectContaining({ name: PrivateError.name, code: 'ARITHMETIC_FAULT' }),
    );
  }
  expect(isOnCurve({ x: product!.x, y: product!.y ^ 1n })).toBe(false);
});
