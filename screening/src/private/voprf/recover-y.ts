/** From an x that a native library gives, the whole point. */
import { p256 } from '@noble/curves/nist.js';
import { PrivateError } from '../error.ts';
import { COEFFICIENT_B, FIELD, isOnCurve, type Point } from './group.ts';

/** What a multiplication by k and one by k + 1 of the same point give. */
export interface Abscissas {
  readonly point: Point;
  /** Of k·P. */
  readonly x: bigint;
  /** Of (k + 1)·P = k·P + P. */
  readonly nextX: bigint;
}

/**
 * k·P for each. The law of addition, x(k·P + P) = ((y₁ − y)/(x₁ − x))² − x₁ − x, solved for y₁ with both
 * squares of y replaced by the curve's equation (Okeya and Sakurai, CHES 2001, for Weierstrass curves).
 * It also holds for k = 1, where k·P + P is a doubling. Nothing here is secret: k·P is what is answered.
 * @throws PrivateError `ARITHMETIC_FAULT` if a result is off the curve, as any wrong x makes it.
 */
export function recoverPoints(abscissas: readonly Abscissas[]): Point[] {
  const divisors = p256.Point.Fp.invertBatch(abscissas.map(({ point }) => (2n * point.y) % FIELD));
  return abscissas.map(({ point, x, nextX }, index) => {
    const difference = point.x - x;
    const numerator =
      (point.x * x - 3n) * (point.x + x) + 2n * COEFFICIENT_B - nextX * difference * difference;
    const y = ((((numerator % FIELD) * divisors[index]!) % FIELD) + FIELD) % FIELD;
    const recovered = { x, y };
    if (isOnCurve(recovered)) return recovered;
    throw new PrivateError('ARITHMETIC_FAULT', 'the native arithmetic gave no point of the curve');
  });
}
