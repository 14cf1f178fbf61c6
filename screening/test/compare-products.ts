/** OpenSSL's multiplication held against noble's, for tests and for the benchmark's long run. */
import { isDeepStrictEqual } from 'node:util';
import { normalizeZ } from '@noble/curves/abstract/curve.js';
import { p256 } from '@noble/curves/nist.js';
import { nodeGroup } from '../src/node.ts';
import { readNumber } from '../src/private/voprf/group.ts';

const Curve = p256.Point;
const drawScalar = () => readNumber(p256.utils.randomSecretKey());

/**
 * Multiplies `count` points by the scalar. The points are P, P + S, P + 2S, … of a random P and S, so that
 * noble finds their products by adding: k·P, k·P + k·S, k·P + 2k·S, …
 * @throws if one product is another.
 */
export async function compareProducts(scalar: bigint, count: number): Promise<void> {
  const start = Curve.BASE.multiply(drawScalar());
  const step = Curve.BASE.multiply(drawScalar());
  const points = walk(start, step, count);
  const expected = walk(start.multiply(scalar), step.multiply(scalar), count);
  const products = await nodeGroup.prepare(scalar)(points);
  const wrong = products.findIndex((product, at) => !isDeepStrictEqual(product, expected[at]));
  if (wrong === -1 && products.length === count) return;
  throw new Error(`${scalar} times ${JSON.stringify(encode(points[wrong]))} is not what noble has`);
}

type CurvePoint = typeof Curve.BASE;

function walk(start: CurvePoint, step: CurvePoint, count: number) {
  const points: CurvePoint[] = [start];
  while (points.length < count) points.push(points.at(-1)!.add(step));
  return normalizeZ(Curve, points).map((point) => point.toAffine());
}

const encode = (point: { readonly x: bigint; readonly y: bigint } | undefined) =>
  point && [point.x.toString(16), point.y.toString(16)];
