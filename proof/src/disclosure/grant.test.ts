import { beforeAll, describe, expect, it } from 'vitest';
import { type AttestationPlan, buildAttestation } from '../../test-support/attestation.ts';
import { planAttestation } from '../../test-support/bundle.ts';
import { createConsortium, NOW, type TestConsortium } from '../../test-support/consortium.ts';
import { canonicalBytes, fromHex, utf8 } from '../index.ts';
import { verifyGrant } from './grant.ts';

const ID = '5'.repeat(32);
const ROOT = 'ab'.repeat(32);
const grant = (changes: Record<string, unknown> = {}) =>
  canonicalBytes({
    type: 'tabellion.grant',
    v: 1,
    id: ID,
    acquisition: '0123456789abcdef0123456789abcdef',
    root: ROOT,
    size: 4,
    withheld: 6,
    access: 'cd'.repeat(32),
    expiresAt: NOW + 1000,
    case: '2026/117',
    act: { at: NOW - 5000, member: 'AlphaMSP' },
    ...changes,
  });

let consortium: TestConsortium;
beforeAll(async () => {
  consortium = await createConsortium('embedded');
});

const attest = (record: Uint8Array, plan: Partial<AttestationPlan> = {}, key = `grant/${ID}`) => {
  const asked = planAttestation(consortium, record);
  const [lifecycle, own] = asked.namespaces;
  return buildAttestation({
    ...asked,
    args: [utf8('disclosure:read'), utf8(key)],
    namespaces: [lifecycle!, { ...own!, reads: [{ key, version: { block: 61, transaction: 0 } }] }],
    ...plan,
  });
};
const verify = (attestation: Uint8Array) =>
  verifyGrant(attestation, consortium.trust, { now: NOW });

describe('an attested grant', () => {
  it('says what was shown, what was kept back, and who attests it', () => {
    expect(verify(attest(grant()))).toEqual({
      outcome: 'INTACT',
      code: 'INTACT',
      grant: {
        id: ID,
        acquisition: '0123456789abcdef0123456789abcdef',
        root: fromHex(ROOT),
        size: 4,
        withheld: 6,
        expiresAt: NOW + 1000,
        case: '2026/117',
        member: 'AlphaMSP',
        grantedAt: NOW - 5000,
        block: 61,
        endorsers: ['AlphaMSP', 'BravoMSP'],
      },
    });
  });

  it.each([
    ['another function', () => attest(grant(), { args: [utf8('evidence:read'), utf8('x')] })],
    ['a batch in its place', () => attest(grant({ type: 'tabellion.batch' }))],
    ['a later version', () => attest(grant({ v: 2 }))],
    ['a record under another key', () => attest(grant(), {}, `grant/${'6'.repeat(32)}`)],
    ['no size', () => attest(grant({ size: 0 }))],
    ['one endorser', () => attest(grant(), { endorsers: [consortium.member('AlphaMSP').peer] })],
    ['another channel', () => attest(grant(), { channel: 'other' })],
    ['bytes that are nothing', () => utf8('nothing')],
  ])('is not believed with %s', (_, make) => {
    const { outcome, grant: told } = verify(make());
    expect(outcome).not.toBe('INTACT');
    expect(told).toBeUndefined();
  });

  it('does not survive a changed byte', () => {
    const attestation = attest(grant());
    for (let at = 0; at < attestation.length; at += 13) {
      const changed = Uint8Array.from(attestation);
      changed[at] = changed[at]! ^ 1;
      expect(verify(changed).outcome).not.toBe('INTACT');
    }
  });
});
