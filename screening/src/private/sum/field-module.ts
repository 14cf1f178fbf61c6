/**
 * Arithmetic modulo the prime of P-256 as WebAssembly, eight times as fast as with bigint. Time depends on
 * nothing but the code, and still only public numbers are worked on here: see `sum.ts`.
 *
 * A number is nine limbs of 29 bits, little-endian, each in 32 bits of memory, and stands for itself times
 * R = 2^261 (Montgomery, Math. Comp. 44, 1985). Everything stored is below 2p and has no negative limb. With
 * p = 2^256 − 2^224 + 2^192 + 2^96 − 1, what a reduction adds or takes away is four shifts of one limb, and
 * −1/p mod 2^29 is 1. Sums of nine products of two limbs, 62 bits, fit a signed 64-bit number.
 */
export const LIMBS = 9;
export const LIMB_BITS = 29;
/** Bytes of a number. */
export const NUMBER_BYTES = 4 * LIMBS;

export interface FieldModule {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** out = a · b / R; all three are places in memory, `out` may be one of the others. */
  mul(out: number, a: number, b: number): void;
  /** out = a − b. */
  sub(out: number, a: number, b: number): void;
}

const MASK = 2n ** BigInt(LIMB_BITS) - 1n;
/** Powers of 2 that p is made of besides −1: limb, bits within it, sign. */
const TERMS = [96, 192, 224, 256].map((power) => ({
  limb: Math.floor(power / LIMB_BITS),
  shift: power % LIMB_BITS,
  negative: power === 224,
}));
/** Bits of the last limb that are below 2^256. */
const TOP_SHIFT = 256 - (LIMBS - 1) * LIMB_BITS;

// WebAssembly Core Specification 2.0, chapter 5.
const OP = {
  ...{ end: 0x0b, get: 0x20, set: 0x21, load32: 0x35, store32: 0x3e, constant: 0x42 },
  ...{ add: 0x7c, sub: 0x7d, mul: 0x7e, and: 0x83, shl: 0x86, shr: 0x87 },
};
const I32 = 0x7f;
const I64 = 0x7e;

/** Places of the parameters among the locals. */
const [OUT, A, B] = [0, 1, 2] as const;
const FIRST_LOCAL = 3;
/** Nine limbs of a, nine of the sum, and one number that comes and goes. */
const LIMB_OF_A = (limb: number) => FIRST_LOCAL + limb;
const SUM = (limb: number) => FIRST_LOCAL + LIMBS + (limb % LIMBS);
const FACTOR = FIRST_LOCAL + 2 * LIMBS;
const LOCALS = 2 * LIMBS + 1;

type Code = readonly number[];
const get = (local: number): Code => [OP.get, ...unsigned(local)];
const set = (local: number): Code => [OP.set, ...unsigned(local)];
const constant = (value: bigint): Code => [OP.constant, ...signed(value)];
const shiftBy = (op: number, bits: number): Code => [...constant(BigInt(bits)), op];
const load = (from: number, limb: number): Code => [...get(from), OP.load32, 2, 4 * limb];
const limbs = Array.from({ length: LIMBS }, (_, limb) => limb);

/** sum[limb] ± value of FACTOR << shift */
const addShifted = (at: number, shift: number, negative: boolean): Code => [
  ...get(at),
  ...get(FACTOR),
  ...shiftBy(OP.shl, shift),
  negative ? OP.sub : OP.add,
  ...set(at),
];

/** Leaves 29 bits in each limb of the sum but the last; `limb` 0 is SUM(offset). */
const carry = (offset: number): Code =>
  limbs.slice(1).flatMap((limb) => {
    const [from, to] = [SUM(offset + limb - 1), SUM(offset + limb)];
    return [
      ...[...get(to), ...get(from), ...shiftBy(OP.shr, LIMB_BITS), OP.add, ...set(to)],
      ...[...get(from), ...constant(MASK), OP.and, ...set(from)],
    ];
  });

const store = (offset: number): Code =>
  limbs.flatMap((limb) => [...get(OUT), ...get(SUM(offset + limb)), OP.store32, 2, 4 * limb]);

/** Row by row: a times one limb of b is added, then m·p, so that the lowest limb is 0 and falls away. */
const multiplication: Code = [
  ...limbs.flatMap((limb) => [...load(A, limb), ...set(LIMB_OF_A(limb))]),
  ...limbs.flatMap((row) => [
    ...[...load(B, row), ...set(FACTOR)],
    ...limbs.flatMap((limb) => {
      const at = SUM(row + limb);
      // The limb that fell away last is the highest now, and 0.
      const before = row > 0 && limb === LIMBS - 1 ? constant(0n) : get(at);
      return [...before, ...get(LIMB_OF_A(limb)), ...get(FACTOR), OP.mul, OP.add, ...set(at)];
    }),
    ...[...get(SUM(row)), ...constant(MASK), OP.and, ...set(FACTOR)],
    ...[...get(SUM(row + 1)), ...get(SUM(row)), ...get(FACTOR), OP.sub],
    ...[...shiftBy(OP.shr, LIMB_BITS), OP.add, ...set(SUM(row + 1))],
    ...TERMS.flatMap(({ limb, shift, negative }) => addShifted(SUM(row + limb), shift, negative)),
  ]),
  // The limb that the last row freed.
  ...[...constant(0n), ...set(SUM(2 * LIMBS - 1))],
  ...carry(LIMBS),
  ...store(LIMBS),
  OP.end,
];

/** a − b + 2p, then as often p less as the bits from 2^256 on say. */
const subtraction: Code = [
  ...limbs.flatMap((limb) => [...load(A, limb), ...load(B, limb), OP.sub, ...set(SUM(limb))]),
  ...[...constant(2n), ...set(FACTOR)],
  ...[...get(SUM(0)), ...get(FACTOR), OP.sub, ...set(SUM(0))],
  ...TERMS.flatMap(({ limb, shift, negative }) => addShifted(SUM(limb), shift, negative)),
  ...carry(0),
  ...[...get(SUM(LIMBS - 1)), ...shiftBy(OP.shr, TOP_SHIFT), ...set(FACTOR)],
  ...[...get(SUM(0)), ...get(FACTOR), OP.add, ...set(SUM(0))],
  ...TERMS.flatMap(({ limb, shift, negative }) => addShifted(SUM(limb), shift, !negative)),
  ...carry(0),
  ...store(0),
  OP.end,
];

/** What is used of it; the types of the platform's are not among those that this project compiles with. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** With one page of memory, 65,536 bytes, to begin with. */
export function instantiateField(): FieldModule {
  const name = (text: string): Code => vector([...text].map((letter) => [letter.charCodeAt(0)]));
  const body = (code: Code): Code => {
    const content = [1, ...unsigned(LOCALS), I64, ...code];
    return [...unsigned(content.length), ...content];
  };
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [[0x60, ...vector([[I32], [I32], [I32]]), 0]]),
    ...section(3, [[0], [0]]),
    ...section(5, [[0, 1]]),
    ...section(7, [
      [...name('mul'), 0, 0],
      [...name('sub'), 0, 1],
      [...name('memory'), 2, 0],
    ]),
    ...section(10, [body(multiplication), body(subtraction)]),
  ];
  const module = new WebAssembly.Module(Uint8Array.from(bytes));
  return new WebAssembly.Instance(module).exports as FieldModule;
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];

function section(id: number, items: readonly Code[]): Code {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): Code {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const last = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}
