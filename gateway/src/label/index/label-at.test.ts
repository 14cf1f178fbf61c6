import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { MAX_KEY_BYTES, MIN_KEY_BYTES } from './address-key.ts';
import { LabelIndex } from './label-index.ts';

it('gives back the key and the line of every label, whatever the length of its key', () => {
  const lengths = Array.from(
    { length: MAX_KEY_BYTES - MIN_KEY_BYTES + 1 },
    (_, at) => MIN_KEY_BYTES + at,
  );
  const labels = lengths.map((length, at) => ({
    key: new Uint8Array(randomBytes(length)),
    offset: at * 100,
    length: 10 + at,
  }));
  const index = new LabelIndex();
  const manifest = randomBytes(32);
  const first = index.announce({ height: 1, position: 0, manifest, size: 1 });
  const batch = index.announce({ height: 2, position: 0, manifest, size: labels.length });
  expect([index.isWhole(batch), index.isAwaited(batch)]).toEqual([false, true]);
  index.add(batch, labels);
  expect([index.isWhole(batch), index.isAwaited(batch)]).toEqual([true, false]);
  expect(labels.map((_, at) => index.labelAt(batch, at))).toEqual(labels);
  for (const [number, at] of [
    ...[[batch, -1] as const, [batch, labels.length] as const, [first, 0] as const],
    [7, 0] as const,
  ])
    expect(() => index.labelAt(number, at)).toThrow(
      expect.objectContaining({ code: 'LABEL_RANGE' }),
    );
  index.change({ batch: first }, { state: 'WITHHELD', height: 3, position: 0 });
  expect(index.isAwaited(first)).toBe(false);
});
