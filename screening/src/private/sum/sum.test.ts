import { mulAddUnsafe } from '@noble/curves/abstract/curve.js';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FIELD, ORDER, type Point, readNumber } from '../voprf/group.ts';
import { createField } from './field.ts';
import { instantiateField, LIMB_BITS, LIMBS, NUMBER_BYTES } from './field-module.ts';
import { sumProducts } from './sum.ts';

const Curve = p256.Point;
const BASE: Point = Curve.BASE.toAffine();
const multiple = (scalar: bigint): Point => Curve.BASE.multiply(scalar).toAffine();
const reference = (points: readonly Point[], weights: readonly bigint[]): Point => {
  const whole = points.map((point) => Curve.fromAffine(point));
  return mulAddUnsafe(Curve, whole, [...weights]).toAffine();
};
const scalar = fc.oneof(
  fc.bigInt({ min: 1n, max: ORDER - 1n }),
  fc.constantFrom(1n, 2n, 15n, 16n, 17n, 31n, 32n, ORDER - 1n, ORDER - 2n),
);

it('multiplies and subtracts modulo p, whatever is stored below 2p', () => {
  const { mul, sub, memory } = instantiateField();
  const limbs = new Int32Array(memory.buffer);
  const [a, b, out] = [0, NUMBER_BYTES, 2 * NUMBER_BYTES];
  const bits = BigInt(LIMB_BITS);
  const put = (place: number, value: bigint) => {
    for (let limb = 0; limb < LIMBS; limb += 1) {
      limbs[place / 4 + limb] = Number((value >> (bits * BigInt(limb))) & ((1n << bits) - 1n));
    }
  };
  const take = () => {
    const parts = [...limbs.subarray(out / 4, out / 4 + LIMBS)];
    expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...parts)).toBeLessThan(2 ** LIMB_BITS);
    const value = parts.reduceRight((sum, limb) => (sum << bits) | BigInt(limb), 0n);
    expect(value < 2n * FIELD).toBe(true);
    return value % FIELD;
  };
  const shrink = Curve.Fp.inv((1n << (bits * BigInt(LIMBS))) % FIELD);
  const stored = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n * FIELD - 1n }),
    fc.constantFrom(0n, 1n, FIELD - 1n, FIELD, FIELD + 1n, 2n * FIELD - 1n, (1n << 256n) - 1n),
  );
  fc.assert(
    fc.property(stored, stored, (one, other) => {
      put(a, one);
      put(b, other);
      mul(out, a, b);
      expect(take()).toBe((one * other * shrink) % FIELD);
      sub(out, a, b);
      expect(take()).toBe((((one - other) % FIELD) + FIELD) % FIELD);
    }),
    { numRuns: 3000 },
  );
});

it('inverts, finds 0 in either form, and gives back what was written', () => {
  const field = createField();
  const [place, inverse, other] = [0, 1, 2].map(() => field.reserve(1)) as [number, number, number];
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: FIELD - 1n }), (value) => {
      field.write(place, value);
      expect(field.read(place)).toBe(value);
      field.invert(inverse, place);
      expect(field.read(inverse)).toBe(Curve.Fp.inv(value));
      field.sub(other, place, place);
      expect([field.isZero(other), field.isZero(place)]).toEqual([true, false]);
    }),
    { numRuns: 30 },
  );
});

it('sums any points times any weights as noble does', () => {
  const pair = fc.tuple(scalar, scalar);
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 40 }), (pairs) => {
      const points = pairs.map(([of]) => multiple(of));
      const weights = pairs.map(([, weight]) => weight);
      const sum = pairs.reduce((total, [of, weight]) => (total + of * weight) % ORDER, 0n);
      fc.pre(sum !== 0n);
      expect(sumProducts(points, weights)).toEqual(multiple(sum));
    }),
    { numRuns: 25 },
  );
});

it.each([30, 300])('sums %i points as noble does, and again in the same memory', (count) => {
  const points = Array.from({ length: count }, () =>
    multiple(readNumber(p256.utils.randomSecretKey())),
  );
  const weights = points.map(({ x, y }) => (x * y) % ORDER);
  const expected = reference(points, weights);
  expect(sumProducts(points, weights)).toEqual(expected);
  expect(sumProducts(points, weights)).toEqual(expected);
});

it('takes the same point many times, and points that cancel each other', () => {
  const minus = { x: BASE.x, y: FIELD - BASE.y };
  const same = Array.from({ length: 50 }, () => BASE);
  const weights = same.map((_, index) => BigInt(index + 1));
  expect(sumProducts(same, weights)).toEqual(multiple(1275n));
  expect(sumProducts([BASE, minus, multiple(5n)], [7n, 7n, 9n])).toEqual(multiple(45n));
  expect(sumProducts([BASE, multiple(2n), multiple(3n)], [1n, 1n, 1n])).toEqual(multiple(6n));
  const row = Array.from({ length: 60 }, (_, index) => multiple(BigInt(index + 1)));
  const wide = row.map(({ x }) => x % ORDER);
  expect(sumProducts(row, wide)).toEqual(reference(row, wide));
});
