/**
 * Additions of points in pairs, all at once: in affine coordinates an addition is cheap but for one division,
 * and one division serves them all (Montgomery, Math. Comp. 48, 1987).
 */
import type { Field } from './field.ts';
import { NUMBER_BYTES } from './field-module.ts';

/** Numbers of a point: x, then y. */
export const POINT_NUMBERS = 2;

/** Points are told by the places of their x. */
export type PointPlace = number;

const yOf = (point: PointPlace) => point + NUMBER_BYTES;

/**
 * The sums of first[i] and second[i], at places of their own.
 * Undefined if one of them is the identity, which has no coordinates.
 */
export function addPairs(
  field: Field,
  first: readonly PointPlace[],
  second: readonly PointPlace[],
): PointPlace[] | undefined {
  const { mul, sub, reserve } = field;
  const count = first.length;
  const divisors = reserve(count);
  const products = reserve(count + 1);
  const sums = reserve(POINT_NUMBERS * count);
  const [inverse, slope, term] = [0, 1, 2].map(() => reserve(1)) as [number, number, number];
  const placeOf = (start: number, at: number) => start + at * NUMBER_BYTES;
  const doubled = new Set<number>();

  sub(products, field.one, field.zero);
  for (let at = 0; at < count; at += 1) {
    const [one, other] = [first[at]!, second[at]!];
    const divisor = placeOf(divisors, at);
    sub(divisor, other, one);
    if (field.isZero(divisor)) {
      sub(term, yOf(other), yOf(one));
      if (!field.isZero(term)) return undefined;
      doubled.add(at);
      double(field, divisor, yOf(one));
    }
    mul(placeOf(products, at + 1), placeOf(products, at), divisor);
  }
  field.invert(inverse, placeOf(products, count));
  for (let at = count - 1; at >= 0; at -= 1) {
    const [one, other] = [first[at]!, second[at]!];
    const sum = placeOf(sums, POINT_NUMBERS * at);
    if (doubled.has(at)) writeTangent(field, slope, one);
    else sub(slope, yOf(other), yOf(one));
    mul(term, inverse, placeOf(products, at));
    mul(slope, slope, term);
    mul(inverse, inverse, placeOf(divisors, at));
    mul(sum, slope, slope);
    sub(sum, sum, one);
    sub(sum, sum, other);
    sub(term, one, sum);
    mul(term, term, slope);
    sub(yOf(sum), term, yOf(one));
  }
  return first.map((_, at) => placeOf(sums, POINT_NUMBERS * at));
}

/** 2a; `out` is another place than `a`. */
function double({ sub, zero }: Field, out: number, a: number): void {
  sub(out, zero, a);
  sub(out, a, out);
}

/** 3x² − 3, the slope of the tangent but for the division by 2y. */
function writeTangent(field: Field, out: number, point: PointPlace): void {
  const { mul, sub, zero, one } = field;
  const negated = field.reserve(1);
  mul(out, point, point);
  sub(out, out, one);
  sub(negated, zero, out);
  sub(out, out, negated);
  sub(out, out, negated);
}
