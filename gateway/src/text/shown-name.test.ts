import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toBytePath } from '../evidence/byte-path.ts';
import { showName } from './shown-name.ts';

it.each([
  ['plain', 'plain'],
  [toBytePath('中文 é \ufffd'), '中文 é \ufffd'],
  ['a\nb', 'a\\nb'],
  ['a\\nb', 'a\\\\nb'],
  ['\xff\xfe', '\\xff\\xfe'],
  ['\xe4\xb8', '\\xe4\\xb8'],
  ['\xed\xa0\x80', '\\xed\\xa0\\x80'],
])('shows %j on one line', (name, shown) => {
  expect(showName(name)).toBe(shown);
});

it('shows different names differently', () => {
  const byte = fc.constantFrom(...'a\\nx\n\xff\xc3\xa9\xe4\xb8\xad');
  const name = fc.string({ unit: byte, maxLength: 8 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(showName(one) === showName(other)).toBe(one === other);
    }),
    { numRuns: 500 },
  );
});
