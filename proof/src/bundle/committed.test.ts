import { describe, expect, it } from 'vitest';
import { toBase64url, toHex, utf8 } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { canonicalBytes } from '../json/canonical.ts';
import { leafHash } from '../merkle/path.ts';
import { type Committed, committedBytes, extractCommitted, readCommitted } from './committed.ts';

const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';
const phone: Committed = {
  type: 'tabellion.exhibit',
  v: 1,
  exhibit: '2026-17/3',
  thing: 'mobile-phone',
  description: 'black, cracked screen, taken from the desk of Müller',
  marks: [{ kind: 'imei', value: '490154203237518' }],
  salt: SALT,
};
const report: Committed = {
  type: 'tabellion.item',
  v: 1,
  kind: 'file',
  digest: { sha256: toHex(sha256(utf8('findings'))) },
  size: 8,
  path: toBase64url(utf8('report.txt')),
  salt: SALT,
};

describe('what an item is committed to by', () => {
  it.each([phone, report])('reads back from its exact bytes ($type)', (item) => {
    const bytes = committedBytes(item);
    expect(readCommitted(bytes)).toEqual(item);
  });

  it('has another leaf when a single mark or the salt differs', () => {
    const leaves = [
      phone,
      { ...phone, salt: `${SALT.slice(1)}Q` },
      { ...phone, marks: [{ kind: 'imei', value: '490154203237519' }] },
    ].map((item) => toHex(leafHash(committedBytes(item))));
    expect(new Set(leaves).size).toBe(3);
  });

  it('is refused in any other encoding, with unknown fields, and without a salt', () => {
    const text = JSON.stringify(phone, undefined, 1);
    expect(() => readCommitted(utf8(text))).toThrow(
      expect.objectContaining({ code: 'JSON_NOT_CANONICAL' }),
    );
    const { salt: _, ...saltless } = phone;
    for (const bad of [{ ...phone, name: 'x' }, saltless, { ...phone, v: 2 }, 'text', null]) {
      expect(() => readCommitted(canonicalBytes(bad)), JSON.stringify(bad)).toThrow();
    }
  });

  it('is taken out of a proof that carries it, and else is the file itself', () => {
    const bytes = committedBytes(report);
    const proof = {
      type: 'tabellion.proof',
      v: 1,
      kind: 'compact',
      commitment: toBase64url(bytes),
    };
    expect(extractCommitted(canonicalBytes(proof))).toEqual(bytes);
    expect(extractCommitted(bytes)).toEqual(bytes);
    const { commitment: _, ...empty } = proof;
    expect(() => extractCommitted(canonicalBytes(empty))).toThrow();
    expect(() => extractCommitted(utf8('no JSON'))).toThrow(
      expect.objectContaining({ code: 'JSON_SYNTAX' }),
    );
  });
});
