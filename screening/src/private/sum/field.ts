/** Numbers modulo the prime of P-256 in the memory of the module, told by their places. */
import { FIELD } from '../voprf/group.ts';
import { instantiateField, LIMB_BITS, LIMBS, NUMBER_BYTES } from './field-module.ts';

const PAGE = 65_536;
const MASK = (1n << BigInt(LIMB_BITS)) - 1n;
const BITS = BigInt(LIMB_BITS);
const R = (1n << (BITS * BigInt(LIMBS))) % FIELD;
/** Fermat: a^(p − 2) is 1/a. */
const INVERSE_EXPONENT = [...(FIELD - 2n).toString(2)].slice(1);

export interface Field {
  /** Places that always hold these. */
  readonly zero: number;
  readonly one: number;
  mul(out: number, a: number, b: number): void;
  sub(out: number, a: number, b: number): void;
  isZero(place: number): boolean;
  /** `out` is neither `a` nor shared with it. 0 has no inverse and gives 0. */
  invert(out: number, a: number): void;
  write(place: number, value: bigint): void;
  read(place: number): bigint;
  /** The first of so many places side by side, {@link NUMBER_BYTES} bytes each; valid until `release`. */
  reserve(count: number): number;
  release(): void;
}

/** One memory, which keeps the size that it once needed. */
export function createField(): Field {
  const { memory, mul, sub } = instantiateField();
  const [zero, one, square, plainOne] = [0, 1, 2, 3].map((at) => at * NUMBER_BYTES) as [
    number,
    number,
    number,
    number,
  ];
  const scratch = 4 * NUMBER_BYTES;
  const START = 5 * NUMBER_BYTES;
  let end = START;
  let limbs = new Int32Array(memory.buffer);

  const writeLimbs = (place: number, value: bigint): void => {
    for (let limb = 0; limb < LIMBS; limb += 1) {
      limbs[place / 4 + limb] = Number((value >> (BITS * BigInt(limb))) & MASK);
    }
  };
  const readLimbs = (place: number): bigint => {
    let value = 0n;
    for (let limb = LIMBS - 1; limb >= 0; limb -= 1) {
      value = (value << BITS) | BigInt(limbs[place / 4 + limb]!);
    }
    return value;
  };
  writeLimbs(one, R);
  writeLimbs(square, (R * R) % FIELD);
  writeLimbs(plainOne, 1n);

  return {
    ...{ zero, one, mul, sub },
    isZero(place) {
      const lowest = limbs[place / 4]!;
      // The lowest limb of p is all ones; only then is the rest worth a look.
      return (lowest === 0 || lowest === Number(MASK)) && readLimbs(place) % FIELD === 0n;
    },
    invert(out, a) {
      limbs.copyWithin(out / 4, a / 4, a / 4 + LIMBS);
      for (const bit of INVERSE_EXPONENT) {
        mul(out, out, out);
        if (bit === '1') mul(out, out, a);
      }
    },
    write(place, value) {
      writeLimbs(place, value);
      mul(place, place, square);
    },
    read(place) {
      mul(scratch, place, plainOne);
      return readLimbs(scratch) % FIELD;
    },
    reserve(count) {
      const place = end;
      end += count * NUMBER_BYTES;
      const missing = end - memory.buffer.byteLength;
      if (missing > 0) {
        memory.grow(Math.ceil(missing / PAGE));
        limbs = new Int32Array(memory.buffer);
      }
      return place;
    },
    release() {
      end = START;
    },
  };
}
