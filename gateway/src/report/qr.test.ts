import { decodeQR } from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { drawCode } from './qr.ts';

/** As a camera sees it: each module several pixels wide, dark on light. */
function photograph(text: string, scale: number) {
  const { size, squares } = drawCode(text);
  const [width, height] = [size * scale, size * scale];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const square of squares) {
    for (let y = square.y * scale; y < (square.y + 1) * scale; y += 1) {
      const from = (y * width + square.x * scale) * 4;
      for (let at = from; at < from + square.width * scale * 4; at += 1) {
        if (at % 4 !== 3) data[at] = 0;
      }
    }
  }
  return { width, height, data };
}

describe('the code on the report', () => {
  it('reads as what was put in', () => {
    const text = `tabellion.report 1\nitem ${'ab'.repeat(32)}\nproof ${'09'.repeat(32)}`;
    expect(decodeQR(photograph(text, 4))).toBe(text);
  });

  it('holds as much as a report with many proofs says', () => {
    const text = Array.from(
      { length: 12 },
      (_, index) => `proof ${`${index % 10}f`.repeat(32)}`,
    ).join('\n');
    expect(decodeQR(photograph(text, 4))).toBe(text);
  });
});
