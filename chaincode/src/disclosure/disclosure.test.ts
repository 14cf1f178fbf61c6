/** The rules of access for people outside the membership. */
import { describe, expect, it } from 'vitest';
import {
  ACQUISITION,
  digest,
  expectRefusal,
  NOW,
  sampleAcquisition,
  sampleAct,
  sampleHead,
  sampleMember,
} from '../../test/samples.ts';
import type { MemberKind } from '../member/record.ts';
import {
  type GrantInput,
  grantInput,
  grantRecord,
  readArgument,
  revocationRecord,
} from './record.ts';
import { grantAccess, revokeAccess } from './rules.ts';

const GRANT = '5'.repeat(32);
const input: GrantInput = grantInput.parse({
  id: GRANT,
  acquisition: ACQUISITION,
  root: digest('d'),
  size: 3,
  to: { capacity: 'DEFENCE', person: digest('7') },
  access: digest('6'),
  expiresAt: NOW + 60_000,
  legalBasis: { id: 'charter', version: 1 },
  reason: 'the defence may see what the charge rests on',
});
const context = {
  exists: false,
  acquisition: sampleAcquisition(),
  head: sampleHead({ items: 10, closed: true }),
  parameters: { timeWindowSeconds: 900, disclosureMaxSeconds: 60 },
};
const act = sampleAct({ role: 'prosecutor' });
const grant = (
  changes: Partial<GrantInput> = {},
  other: Partial<typeof context> = {},
  by = act,
  kind: MemberKind = 'STATE',
) =>
  grantAccess(
    { ...input, ...changes },
    { ...context, ...other },
    { act: by, member: sampleMember({ kind }) },
  );

describe('a grant', () => {
  it('says what is shown and counts what is kept back', () => {
    const { key, record, also, markers } = grant();
    expect(key).toBe(`grant/${GRANT}`);
    expect(readArgument.safeParse(key).success).toBe(true);
    expect(grantRecord.parse(record)).toMatchObject({ ...input, withheld: 7, case: 'CASE-2026-1' });
    expect([also, markers]).toEqual([undefined, undefined]);
    expect(grantRecord.parse(grant({ size: 10 }).record).withheld).toBe(0);
  });

  it('ends, and not later than the members agreed', () => {
    expect(() => grant({ expiresAt: NOW + 1 })).not.toThrow();
    expectRefusal(() => grant({ expiresAt: NOW }), 'TIME_ORDER');
    expectRefusal(() => grant({ expiresAt: NOW + 60_001 }), 'DISCLOSURE_TOO_LONG');
  });

  it('is of one closed acquisition of the own member, once, and not of more than there is', () => {
    expectRefusal(() => grant({}, { exists: true }), 'ALREADY_EXISTS');
    expectRefusal(() => grant({}, {}, sampleAct({ member: 'DeMSP' })), 'NOT_OWN_MEMBER');
    const open = sampleHead({ items: 10, closed: false });
    expectRefusal(() => grant({}, { head: open }), 'ACQUISITION_OPEN');
    expectRefusal(() => grant({ size: 11 }), 'SET_EXCEEDS_ITEMS');
    expect(grantInput.safeParse({ ...input, size: 0 }).success).toBe(false);
  });

  it('of a member that is no state is to a court, and to nobody else', () => {
    for (const kind of ['EXCHANGE', 'PLATFORM'] as const) {
      const to = (capacity: GrantInput['to']['capacity']) => () =>
        grant({ to: { ...input.to, capacity } }, {}, act, kind);
      expect(to('COURT')).not.toThrow();
      expectRefusal(to('DEFENCE'), 'GRANTEE_NOT_ALLOWED');
      expectRefusal(to('DATA_SUBJECT'), 'GRANTEE_NOT_ALLOWED');
    }
  });

  it('holds the secret’s digest and nobody’s name', () => {
    expect(grantInput.safeParse({ ...input, access: 'secret' }).success).toBe(false);
    const named = { ...input, to: { capacity: 'DEFENCE', person: 'Jane Doe' } };
    expect(grantInput.safeParse(named).success).toBe(false);
  });
});

describe('a revocation', () => {
  const granted = grantRecord.parse(grant().record);
  const revoking = { grant: GRANT, reason: 'the mandate ended' };

  it('ends it, once, by the member that granted', () => {
    const { key, record } = revokeAccess(revoking, { exists: false, grant: granted }, act);
    expect(key).toBe(`revocation/${GRANT}`);
    expect(readArgument.safeParse(key).success).toBe(true);
    expect(revocationRecord.parse(record)).toMatchObject({
      ...revoking,
      case: 'CASE-2026-1',
      legalBasis: input.legalBasis,
    });
    expectRefusal(
      () => revokeAccess(revoking, { exists: true, grant: granted }, act),
      'ALREADY_EXISTS',
    );
    const other = sampleAct({ member: 'DeMSP' });
    expectRefusal(
      () => revokeAccess(revoking, { exists: false, grant: granted }, other),
      'NOT_OWN_MEMBER',
    );
  });

  it('is never too late', () => {
    const late = { ...act, at: granted.expiresAt + 1 };
    expect(() => revokeAccess(revoking, { exists: false, grant: granted }, late)).not.toThrow();
  });
});
