import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectRefusal } from '../../test/samples.ts';
import { ContractError } from './errors.ts';
import { INPUT_LIMITS, parseCanonicalInput, parseInput } from './input.ts';

const schema = z.strictObject({ a: z.strictObject({ b: z.int().max(5) }) });
const bytes = (text: string) => new TextEncoder().encode(text);

describe('parseInput', () => {
  it('returns what the schema describes', () => {
    expect(parseInput(schema, bytes('{"a": {"b": 5}}'))).toEqual({ a: { b: 5 } });
  });

  it('names the field that does not fit (CNS-7)', () => {
    expect(() => parseInput(schema, bytes('{"a":{"b":6}}'))).toThrow(/^BAD_INPUT: a\.b: /);
    expect(() => parseInput(schema, bytes('{"a":{"b":1},"c":1}'))).toThrow(/^BAD_INPUT: \$: .*"c"/);
  });

  it.each([
    ['duplicate keys', bytes('{"a":{"b":1},"a":{"b":2}}')],
    ['a fraction', bytes('{"a":{"b":1.5}}')],
    ['an integer past 2^53-1', bytes('{"a":{"b":9007199254740993}}')],
    ['a lone surrogate', bytes('{"a":"\\ud800"}')],
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['a byte-order mark', bytes('\ufeff{"a":{"b":1}}')],
    ['trailing text', bytes('{"a":{"b":1}} x')],
    ['nothing', new Uint8Array()],
    ['deep nesting', bytes('['.repeat(INPUT_LIMITS.maxDepth + 1) + ']'.repeat(13))],
    ['too many bytes', bytes(`"${'x'.repeat(INPUT_LIMITS.maxBytes)}"`)],
  ])('refuses %s', (_what, input) => {
    expectRefusal(() => parseInput(z.unknown(), input), 'BAD_INPUT');
  });

  it('does not echo long keys', () => {
    const input = bytes(`{"a":{"b":1},"${'k'.repeat(5000)}":1}`);
    expect(() => parseInput(schema, input)).toThrow(ContractError);
    try {
      parseInput(schema, input);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(300);
    }
  });
});

describe('parseCanonicalInput', () => {
  it('takes the canonical form only', () => {
    expect(parseCanonicalInput(schema, bytes('{"a":{"b":5}}'))).toEqual({ a: { b: 5 } });
    expectRefusal(() => parseCanonicalInput(schema, bytes('{"a": {"b":5}}')), 'BAD_INPUT');
  });
});
