import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromBase64,
  fromBase64url,
  fromHex,
  fromUtf8,
  toBase64url,
  toHex,
  utf8,
} from './encoding.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const refused = (code: string) => expect.objectContaining({ name: 'BytesError', code });

describe('encodings', () => {
  it('agree with Node and read back what they wrote', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const buffer = Buffer.from(value);
        expect(toHex(value)).toBe(buffer.toString('hex'));
        expect(toBase64url(value)).toBe(buffer.toString('base64url'));
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromBase64url(toBase64url(value))).toEqual(value);
        expect(fromBase64(buffer.toString('base64'))).toEqual(value);
      }),
    );
    expect(toBase64url(new Uint8Array(100_000)).length).toBe(133_334);
  });

  it.each(['0', 'AB', 'zz', '0x00', ' 00'])('refuses hexadecimal %j', (text) => {
    expect(() => fromHex(text)).toThrow(refused('BYTES_NOT_HEX'));
  });

  it.each(['A', 'AB', 'AAB', 'AA==', 'A+', 'A/', 'AA\n', 'Ä'])('refuses base64url %j', (text) => {
    expect(() => fromBase64url(text)).toThrow(refused('BYTES_NOT_BASE64URL'));
  });

  it('refuses text without UTF-8 bytes and bytes without text', () => {
    expect(() => utf8('\ud800')).toThrow(refused('BYTES_NOT_UTF8'));
    expect(() => fromUtf8(Uint8Array.of(0xc3))).toThrow(refused('BYTES_NOT_UTF8'));
    expect(fromUtf8(utf8('\ufeffé'))).toBe('\ufeffé');
  });
});

describe('comparisons', () => {
  it('order and compare as Node does', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(concatBytes(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])));
      }),
    );
  });
});
