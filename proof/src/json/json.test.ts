import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../bytes/encoding.ts';
import { canonicalBytes, canonicalText } from './canonical.ts';
import type { JsonErrorCode } from './error.ts';
import { parseCanonical, parseStrict } from './parse.ts';

const codeOf = (code: JsonErrorCode) => expect.objectContaining({ name: 'JsonError', code });

describe('canonicalText', () => {
  it('writes RFC 8785: keys by UTF-16 unit, shortest escapes, no blanks', () => {
    const value = {
      '\u20ac': 'e',
      '\r': '\u000f\n',
      1: [true, null, -7],
      '\ud83d\ude00': '',
      ö: {},
    };
    expect(canonicalText(value)).toBe(
      '{"\\r":"\\u000f\\n","1":[true,null,-7],"ö":{},"€":"e","😀":""}',
    );
  });

  it.each([
    [undefined, 'JSON_NOT_CANONICAL'],
    [{ a: undefined }, 'JSON_NOT_CANONICAL'],
    [[undefined], 'JSON_NOT_CANONICAL'],
    [new Date(0), 'JSON_NOT_CANONICAL'],
    [1n, 'JSON_NOT_CANONICAL'],
    [0.5, 'JSON_NUMBER'],
    [Number.NaN, 'JSON_NUMBER'],
    [2 ** 53, 'JSON_NUMBER'],
    ['\ud800', 'JSON_LONE_SURROGATE'],
    [{ '\udc00': 1 }, 'JSON_LONE_SURROGATE'],
  ] as const)('refuses what has no canonical form: %o', (value, code) => {
    expect(() => canonicalText(value)).toThrow(codeOf(code));
  });

  it('refuses a circle instead of walking it for ever', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => canonicalText(circle)).toThrow(codeOf('JSON_TOO_DEEP'));
  });
});

describe('parseStrict', () => {
  it.each([
    ['{"a":1,"a":2}', 'JSON_DUPLICATE_KEY'],
    ['{"a":1,"\\u0061":2}', 'JSON_DUPLICATE_KEY'],
    ['[{"x":{}},{"b":[],"b":0}]', 'JSON_DUPLICATE_KEY'],
    ['"\\ud800"', 'JSON_LONE_SURROGATE'],
    ['{"\\udfff":1}', 'JSON_LONE_SURROGATE'],
    ['9007199254740992', 'JSON_NUMBER'],
    ['-9007199254740992', 'JSON_NUMBER'],
    ['12345678901234567890', 'JSON_NUMBER'],
    ['[1.0]', 'JSON_NUMBER'],
    ['1e3', 'JSON_NUMBER'],
    ['-0', 'JSON_NUMBER'],
    ['{"a":01}', 'JSON_SYNTAX'],
    ['{"a":1,}', 'JSON_SYNTAX'],
    ['{"a":"1}', 'JSON_SYNTAX'],
    ['\ufeff{}', 'JSON_SYNTAX'],
    ['', 'JSON_SYNTAX'],
    ['NaN', 'JSON_SYNTAX'],
    ['{"a":1}{', 'JSON_SYNTAX'],
    ['{"a\\x":1,"a\\x":1}', 'JSON_SYNTAX'],
    ['['.repeat(33) + ']'.repeat(33), 'JSON_TOO_DEEP'],
    ['['.repeat(500_000), 'JSON_TOO_DEEP'],
    ['['.repeat(500_000) + ']'.repeat(500_000), 'JSON_TOO_DEEP'],
  ] as const)('refuses %j', (text, code) => {
    expect(() => parseStrict(utf8(text))).toThrow(codeOf(code));
  });

  it('refuses bytes that are not UTF-8, an encoded surrogate among them', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
    ]) {
      expect(() => parseStrict(Uint8Array.from(bytes))).toThrow(codeOf('JSON_NOT_UTF8'));
    }
  });

  it('judges a text as it judges the same text after a blank, which takes the long way', () => {
    const fragment = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        ' ',
        '\n',
        '-',
        '0',
        '1',
        '1.5',
        '1e3',
        '-0',
        '2e-7',
      ],
      ...[
        '9007199254740991',
        '9007199254740992',
        '1e21',
        'null',
        'true',
        '"a"',
        '"\\u0061"',
        '"b":',
      ],
      ...[
        '"a":',
        '"a":1,',
        '"__proto__":',
        '"toJSON":',
        '"1":',
        '"0":',
        '"\\ud800"',
        '"\\ud83d\\ude00"',
      ],
      ...['"é"', '"\\/"', '"\\u001f"', '\ufeff', '{"a":[[]]}', '"\u2028"', '"\\n"'],
    );
    const soup = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(''));
    const member = fc.tuple(
      fc.constantFrom('"a"', '"b"', '"\\u0061"', '"1"', '"0"', '"__proto__"'),
      fc.oneof(soup, fragment, fc.json({ maxDepth: 3 })),
    );
    const object = fc
      .array(member, { maxLength: 4 })
      .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`);
    const judge = (text: string) => {
      try {
        return { value: parseStrict(utf8(text), { maxDepth: 3 }) };
      } catch (error) {
        return { code: (error as { code: string }).code };
      }
    };
    fc.assert(
      fc.property(fc.oneof(soup, object, fc.json()), (text) => {
        expect(judge(text)).toEqual(judge(` ${text}`));
      }),
      { numRuns: 5000 },
    );
  });

  it('keeps to its limits', () => {
    expect(() => parseStrict(utf8('"aaaa"'), { maxBytes: 5 })).toThrow(codeOf('JSON_TOO_LARGE'));
    expect(() => parseStrict(utf8('[[1]]'), { maxDepth: 1 })).toThrow(codeOf('JSON_TOO_DEEP'));
    expect(parseStrict(utf8('[[1]]'), { maxDepth: 2 })).toEqual([[1]]);
  });

  it('accepts blanks, escapes, brackets inside strings and the largest integers', () => {
    const text =
      ' {"a\\"}[" : [ -9007199254740991 , 9007199254740991, 0 ], "\\\\":"{", "__proto__":1}\n';
    expect(parseStrict(utf8(text))).toEqual(JSON.parse(text));
  });
});

describe('parseCanonical', () => {
  it.each(['{"b":1,"a":2}', '{"a": 1}', '["\\u0061"]', '"\\/"'])('refuses %s', (text) => {
    expect(() => parseCanonical(utf8(text))).toThrow(codeOf('JSON_NOT_CANONICAL'));
  });

  it('takes what the reference writes and nothing else, in whatever order the keys stand', () => {
    // The engine has an order of its own for keys that are integers.
    const key = fc.constantFrom('a', 'b', 'B', 'é', '\ud83d\ude00', '\uffff', '9', '10', '1', '');
    const leaf = fc.constantFrom('0', '"x"', '[]', '{"b":1,"a":2}', '{"9":1,"10":2}', '[{"a":[]}]');
    const members = fc.uniqueArray(fc.tuple(key, leaf), {
      selector: ([name]) => name,
      maxLength: 5,
    });
    const isTaken = (text: string) => {
      try {
        return canonicalize(parseCanonical(utf8(text))) === text;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(members, (list) => {
        const text = `{${list.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
        const form = canonicalize(JSON.parse(text)) as string;
        expect(isTaken(text)).toBe(text === form);
        expect(isTaken(form)).toBe(true);
        expect(canonicalText(JSON.parse(text))).toBe(form);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back every value that has a canonical form', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger().map((integer) => integer + 0),
        fc.string({ unit: 'binary' }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(value, (original) => {
        const bytes = canonicalBytes(original);
        expect(canonicalBytes(parseCanonical(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe('numbers of other formats', () => {
  it('pass where they are asked for, and nothing else does', () => {
    const any = { numbers: 'any' } as const;
    const read = (text: string) => parseStrict(new TextEncoder().encode(text), any);
    expect(read('[1.5,-0.25,1e3]')).toEqual([1.5, -0.25, 1000]);
    expect(read(' {"a":1.5} ')).toEqual({ a: 1.5 });
    expect(() => read('{"a":1.5,"a":2}')).toThrow(
      expect.objectContaining({ code: 'JSON_DUPLICATE_KEY' }),
    );
    expect(() => read('{"a":1.5,"b":"\\ud800"}')).toThrow(
      expect.objectContaining({ code: 'JSON_LONE_SURROGATE' }),
    );
    expect(() => parseStrict(new TextEncoder().encode('[1.5]'))).toThrow(
      expect.objectContaining({ code: 'JSON_NUMBER' }),
    );
  });
});
