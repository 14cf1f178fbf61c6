import { expect, it } from 'vitest';
import { KEY_WORDS } from './address-key.ts';
import { createKeyHash } from './half-siphash.ts';

/** The Linux kernel's for HalfSipHash-1-3 (test_vectors_hsiphash, 32-bit): of the bytes 0, 1, 2, … so many. */
const VECTORS = [
  ...[
    0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6,
  ],
  ...[
    0x577999b1, 0xc839caed, 0xe4fa32cf, 0x959246ee, 0x6b28096c, 0x66dd9cd6, 0x16658a7c, 0xd0257b04,
  ],
  ...[
    0x8b31d501, 0x2b1cd04b, 0x06712339, 0x522aca67, 0x911bb605, 0x90a65f0e, 0xf826ef7b, 0x62512deb,
  ],
  ...[
    0x57150ad7, 0x5d473507, 0x1ec47442, 0xab64afd3, 0x0a4100d0, 0x6d2ce652, 0x2331b6a3, 0x08d8791a,
  ],
];
const SEED = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);

function hashBytes(seed: Uint8Array, bytes: Uint8Array): number {
  const words = new Uint32Array(KEY_WORDS);
  new Uint8Array(words.buffer).set(bytes);
  return createKeyHash(seed)(words, bytes.length);
}

const counting = (length: number) => Uint8Array.from({ length }, (_, at) => at);

it('gives the published values', () => {
  expect(VECTORS.map((_, length) => hashBytes(SEED, counting(length)))).toEqual(VECTORS);
});

it('depends on every byte of the seed', () => {
  const own = hashBytes(SEED, counting(21));
  for (const at of SEED.keys()) {
    expect(hashBytes(SEED.with(at, SEED[at]! ^ 128), counting(21))).not.toBe(own);
  }
});
