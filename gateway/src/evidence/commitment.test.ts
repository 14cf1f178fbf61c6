import '@tabellion/proof/node';
import { type Commitment, canonicalBytes, commitment } from '@tabellion/proof';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkCommitment,
  drawSalt,
  encodeCommitment,
  type ItemFacts,
  parseCommitment,
} from './commitment.ts';

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'));
const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength });
const integer = fc.oneof(
  fc.integer({ min: 0, max: 10_000 }),
  fc.maxSafeNat(),
  fc.constantFrom(0, 999_999_999_999_999, 1_000_000_000_000_000, Number.MAX_SAFE_INTEGER),
);
const facts: fc.Arbitrary<ItemFacts> = fc
  .record(
    {
      kind: fc.constantFrom('file' as const, 'link' as const, 'message' as const, 'row' as const),
      digest: fc.record(
        { sha256: hex(32), sha1: hex(20), md5: hex(16) },
        { requiredKeys: ['sha256'] },
      ),
      size: integer,
      path: fc.uint8Array({ maxLength: 80 }).map((b) => Buffer.from(b).toString('base64url')),
      mediaType: text(127),
      exhibit: text(64),
      seal: text(64),
      modifiedAt: integer,
      container: fc.record(
        {
          format: fc.constantFrom('EWF' as const, 'AFF4' as const),
          size: integer,
          sha256: hex(32),
          sha1: hex(20),
          md5: hex(16),
        },
        { requiredKeys: ['format', 'size'] },
      ),
    },
    { requiredKeys: ['kind', 'digest', 'size', 'path'] },
  )
  .filter((item) => commitment.safeParse(toCommitment(item)).success);

const SALT = 'AAECAwQFBgcICQoLDA0ODw';
function toCommitment(item: ItemFacts): Commitment {
  return { type: 'tabellion.item', v: 1, ...item, salt: SALT };
}

/** The size and digest, or the error's code. */
function outcome(read: () => { sha256: string; size: number }) {
  try {
    return read();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}
const check = (bytes: Uint8Array) => outcome(() => checkCommitment(bytes));
const parse = (bytes: Uint8Array) =>
  outcome(() => {
    const { digest, size } = parseCommitment(bytes);
    return { sha256: digest.sha256, size };
  });

describe('the fast encoding', () => {
  it('gives the bytes of RFC 8785 for every commitment', () => {
    fc.assert(
      fc.property(facts, (item) => {
        expect(Buffer.from(encodeCommitment(item, SALT))).toEqual(
          Buffer.from(canonicalBytes(toCommitment(item))),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses what canonical JSON cannot hold', () => {
    const item = { kind: 'row', digest: { sha256: '0'.repeat(64) }, size: 1, path: '' } as const;
    const refused = expect.objectContaining({ code: 'ITEM_INVALID' });
    expect(() => encodeCommitment({ ...item, exhibit: '\ud800' }, SALT)).toThrow(refused);
    expect(() => encodeCommitment({ ...item, size: 2 ** 53 }, SALT)).toThrow(refused);
    expect(() => encodeCommitment({ ...item, size: -1 }, SALT)).toThrow(refused);
    expect(() => encodeCommitment({ ...item, modifiedAt: 0.5 }, SALT)).toThrow(refused);
  });
});

describe('the fast check', () => {
  it('accepts what the full check accepts, with the same facts', () => {
    fc.assert(
      fc.property(facts, (item) => {
        const bytes = encodeCommitment(item, SALT);
        expect(check(bytes)).toEqual({ sha256: item.digest.sha256, size: item.size });
        expect(check(bytes)).toEqual(parse(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the full check’s answer for altered bytes', () => {
    const alteration = fc.record({
      at: fc.nat(),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.constantFrom('"', '\\', ',', '0', 'é', '\u0000', '"size":1,', '}', ' ', '\n'),
        text(3),
      ),
    });
    fc.assert(
      fc.property(facts, alteration, (item, { at, remove, insert }) => {
        const bytes = encodeCommitment(item, SALT);
        const from = at % (bytes.length + 1);
        const altered = Buffer.concat([
          bytes.subarray(0, from),
          Buffer.from(insert),
          bytes.subarray(from + remove),
        ]);
        expect(check(altered)).toEqual(parse(altered));
      }),
      { numRuns: 4000 },
    );
  });

  it.each([
    ['another key order', '{"v":1,"type":"tabellion.item"}'],
    ['a duplicate key', `{"digest":{"sha256":"${'0'.repeat(64)}"},"kind":"row","kind":"row"}`],
    ['no JSON', 'hello'],
    ['an array', '[]'],
  ])('refuses %s', (_, line) => {
    expect(check(Buffer.from(line))).toBe('MANIFEST_INVALID');
  });
});

it('draws a salt of 128 bits that does not repeat', () => {
  const salts = Array.from({ length: 5000 }, drawSalt);
  expect(new Set(salts).size).toBe(5000);
  expect(salts.every((salt) => Buffer.from(salt, 'base64url').length === 16)).toBe(true);
});
