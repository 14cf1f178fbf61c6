/**
 * HalfSipHash-1-3 with a key of 64 bits (Aumasson and Bernstein; the function that Linux keys its hash
 * tables with on 32-bit machines). Whoever does not know the key cannot prepare addresses that all land
 * in one place. It is good for a table's slots and for nothing else.
 */

/** Of the bytes that the words hold in little-endian order, zero-padded to the next word; 32 bits. */
export type KeyHash = (words: Uint32Array, length: number) => number;

/** @param seed 8 bytes. */
export function createKeyHash(seed: Uint8Array): KeyHash {
  const view = new DataView(seed.buffer, seed.byteOffset, 8);
  const key0 = view.getInt32(0, true);
  const key1 = view.getInt32(4, true);
  return (words, length) => {
    let v0 = key0;
    let v1 = key1;
    let v2 = 0x6c796765 ^ key0;
    let v3 = 0x74656462 ^ key1;
    const blocks = (length >>> 2) + 1;
    let rounds = 1;
    // The last pass is the finalisation: three rounds, no input.
    for (let at = 0; at <= blocks; at += 1) {
      let word = 0;
      if (at < blocks) {
        word = words[at]! | 0;
        if (at === blocks - 1) word |= length << 24;
        v3 ^= word;
      } else {
        v2 ^= 0xff;
        rounds = 3;
      }
      for (let round = 0; round < rounds; round += 1) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= word;
    }
    return (v1 ^ v3) >>> 0;
  };
}
