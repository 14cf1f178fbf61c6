import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../bytes/encoding.ts';
import { leafHash, nodeHash } from '../merkle/path.ts';
import { itemId } from './item-id.ts';

const LEAF = leafHash(utf8('a commitment'));

describe("an item's name", () => {
  it('is the digest of prefix, length, member and leaf', () => {
    const digest = createHash('sha256');
    digest.update(Buffer.concat([Buffer.of(2, 5), Buffer.from('CnMSP'), LEAF]));
    expect(itemId('CnMSP', LEAF)).toBe(digest.digest('hex'));
    const accented = createHash('sha256').update(Buffer.of(2, 3)).update('éA').update(LEAF);
    expect(itemId('éA', LEAF)).toBe(accented.digest('hex'));
  });

  it('is another one for another member or leaf', () => {
    const part = fc.tuple(
      fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
    );
    fc.assert(
      fc.property(part, part, (a, b) => {
        const same = a[0] === b[0] && Buffer.compare(a[1], b[1]) === 0;
        expect(itemId(...a) === itemId(...b)).toBe(same);
      }),
    );
  });

  it('is neither a leaf nor a node', () => {
    const name = itemId('M'.repeat(31), LEAF);
    const behindPrefix = Buffer.concat([Buffer.of(31), utf8('M'.repeat(31)), LEAF]);
    expect(name).not.toBe(Buffer.from(leafHash(behindPrefix)).toString('hex'));
    const node = nodeHash(behindPrefix.subarray(0, 32), behindPrefix.subarray(32));
    expect(name).not.toBe(Buffer.from(node).toString('hex'));
  });

  it('is refused for what has no name or no leaf', () => {
    expect(itemId('M'.repeat(255), LEAF)).toMatch(/^[0-9a-f]{64}$/);
    expect(() => itemId('', LEAF)).toThrow(RangeError);
    expect(() => itemId('M'.repeat(256), LEAF)).toThrow(RangeError);
    expect(() => itemId('é'.repeat(128), LEAF)).toThrow(RangeError);
    expect(() => itemId('\ud800', LEAF)).toThrow();
    expect(() => itemId('CnMSP', LEAF.subarray(1))).toThrow();
  });
});
