/**
 * The sum of points times weights, by Pippenger's buckets. For public numbers only: the time that it takes
 * depends on them. A wrong sum makes a proof that nobody accepts, and gives nothing away as long as it is a
 * point of the curve, which `dleq.ts` checks.
 */
import { mulAddUnsafe } from '@noble/curves/abstract/curve.js';
import { p256 } from '@noble/curves/nist.js';
import { type Point, writeNumber } from '../voprf/group.ts';
import { addPairs, POINT_NUMBERS, type PointPlace } from './add-pairs.ts';
import { createField, type Field } from './field.ts';
import { NUMBER_BYTES } from './field-module.ts';

const Curve = p256.Point;
const SCALAR_BITS = 256;
/** Bits of a digit; digits are signed, so that half as many buckets do. */
const DIGIT_BITS = 5;
const DIGITS = Math.ceil((SCALAR_BITS + 1) / DIGIT_BITS);
const BUCKETS = 2 ** (DIGIT_BITS - 1);

let field: Field | undefined;

/** Each weight is below 2^256. The points are on the curve; the sum is not the identity but by a miracle. */
export function sumProducts(points: readonly Point[], weights: readonly bigint[]): Point {
  field ??= createField();
  try {
    const sums = sumByDigit(field, points, weights);
    if (sums) return joinDigits(sums);
    // Points that are each other's negatives met: not what blinding makes, but no reason to fail.
    const whole = points.map((point) => Curve.fromAffine(point));
    return mulAddUnsafe(Curve, whole, [...weights]).toAffine();
  } finally {
    field.release();
  }
}

/** For each digit, lowest first, the sum of the points times it; undefined if none, or if that is 0. */
function sumByDigit(
  field: Field,
  points: readonly Point[],
  weights: readonly bigint[],
): (Point | undefined)[] | undefined {
  const buckets = sortIntoBuckets(field, points, weights);
  const filled = sumWithin(field, buckets);
  const sums = filled && sumAcross(field, filled);
  return sums?.map((place) => (place === undefined ? undefined : readPoint(field, place)));
}

const readPoint = (field: Field, place: PointPlace): Point => ({
  x: field.read(place),
  y: field.read(place + NUMBER_BYTES),
});

/** Bucket b of digit d, at d · BUCKETS + b, holds the points whose digit is ±(b + 1), negated for minus. */
function sortIntoBuckets(field: Field, points: readonly Point[], weights: readonly bigint[]) {
  const buckets: PointPlace[][] = Array.from({ length: DIGITS * BUCKETS }, () => []);
  points.forEach(({ x, y }, index) => {
    const [plus, minus] = [writePoint(field, x, y), field.reserve(POINT_NUMBERS)];
    field.sub(minus, plus, field.zero);
    field.sub(minus + NUMBER_BYTES, field.zero, plus + NUMBER_BYTES);
    readDigits(weights[index]!).forEach((digit, at) => {
      if (digit === 0) return;
      buckets[at * BUCKETS + Math.abs(digit) - 1]!.push(digit > 0 ? plus : minus);
    });
  });
  return buckets;
}

function writePoint(field: Field, x: bigint, y: bigint): PointPlace {
  const place = field.reserve(POINT_NUMBERS);
  field.write(place, x);
  field.write(place + NUMBER_BYTES, y);
  return place;
}

/** From −BUCKETS + 1 to BUCKETS, lowest first. */
function readDigits(weight: bigint): number[] {
  const bytes = writeNumber(weight).reverse();
  let carried = 0;
  return Array.from({ length: DIGITS }, (_, at) => {
    const bit = at * DIGIT_BITS;
    const pair = (bytes[bit >> 3] ?? 0) | ((bytes[(bit >> 3) + 1] ?? 0) << 8);
    const digit = ((pair >> (bit & 7)) & (2 * BUCKETS - 1)) + carried;
    carried = digit > BUCKETS ? 1 : 0;
    return digit - carried * 2 * BUCKETS;
  });
}

/** The sum of each bucket: halves of it, paired off, until one point is left. */
function sumWithin(field: Field, buckets: PointPlace[][]): (PointPlace | undefined)[] | undefined {
  let left = buckets;
  while (left.some(({ length }) => length > 1)) {
    const first = left.flatMap((bucket) =>
      bucket.filter((_, at) => at % 2 === 0 && at + 1 < bucket.length),
    );
    const second = left.flatMap((bucket) => bucket.filter((_, at) => at % 2 === 1));
    const sums = addPairs(field, first, second);
    if (!sums) return undefined;
    let taken = 0;
    left = left.map((bucket) => {
      const pairs = bucket.length >> 1;
      taken += pairs;
      const odd = bucket.length % 2 === 1 ? bucket.slice(-1) : [];
      return [...sums.slice(taken - pairs, taken), ...odd];
    });
  }
  return left.map(([point]) => point);
}

/** Σ (b + 1) · bucket b of each digit, as a sum of running sums from the highest bucket down. */
function sumAcross(
  field: Field,
  buckets: readonly (PointPlace | undefined)[],
): (PointPlace | undefined)[] | undefined {
  let running: (PointPlace | undefined)[] = Array.from({ length: DIGITS });
  let sums = running;
  for (let bucket = BUCKETS - 1; bucket >= 0; bucket -= 1) {
    const next = addEach(field, running, (digit) => buckets[digit * BUCKETS + bucket]);
    const total = next && addEach(field, sums, (digit) => next[digit]);
    if (!total) return undefined;
    running = next;
    sums = total;
  }
  return sums;
}

/** Undefined stands for nothing added yet. */
function addEach(
  field: Field,
  list: readonly (PointPlace | undefined)[],
  added: (at: number) => PointPlace | undefined,
): (PointPlace | undefined)[] | undefined {
  const both = list.flatMap((place, at) => (place && added(at) ? [at] : []));
  const sums = addPairs(
    field,
    both.map((at) => list[at]!),
    both.map((at) => added(at)!),
  );
  if (!sums) return undefined;
  const joined = list.map((place, at) => place ?? added(at));
  both.forEach((at, index) => {
    joined[at] = sums[index];
  });
  return joined;
}

/** Σ 2^(digit bits · d) · sum d. */
function joinDigits(sums: readonly (Point | undefined)[]): Point {
  let total = Curve.ZERO;
  for (const sum of sums.toReversed()) {
    for (let bit = 0; bit < DIGIT_BITS; bit += 1) total = total.double();
    if (sum) total = total.add(Curve.fromAffine(sum));
  }
  return total.toAffine();
}
