import { keccak_256 } from '@noble/hashes/sha3.js';
import { toHex, utf8 } from '@tabellion/proof';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nodeKeccak } from '../node.ts';
import { keccak256 } from './keccak.ts';

it('is Keccak-256 of the competition, not SHA3-256', () => {
  expect(toHex(keccak256(utf8('')))).toBe(
    'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
  );
});

it('is the same from either library, block by block', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(toHex(nodeKeccak(bytes))).toBe(toHex(keccak_256(bytes)));
    }),
  );
  // Around the rate of 136 bytes, where padding takes a block of its own.
  for (const length of [0, 1, 40, 135, 136, 137, 271, 272, 273]) {
    const bytes = new Uint8Array(length).fill(0xa5);
    expect(toHex(nodeKeccak(bytes))).toBe(toHex(keccak_256(bytes)));
  }
});
