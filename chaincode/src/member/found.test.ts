import { describe, expect, it } from 'vitest';
import { expectRefusal, sampleAct, sampleFounding, sampleProfile } from '../../test/samples.ts';
import { foundConsortium, identifyFounder } from './found.ts';
import { foundInput, memberRecord, parameterRecord, referenceRecord } from './record.ts';

const act = sampleAct({ role: 'delegate' });

describe('foundConsortium', () => {
  const decision = foundConsortium(sampleFounding(), false, act);
  const keys = (decision.also ?? []).map(({ key }) => key);

  it('writes members, parameters and reference data with their histories', () => {
    expect(decision.key).toBe('founding');
    expect(keys.filter((key) => key.startsWith('member'))).toEqual(
      ['CnMSP', 'SgMSP', 'DeMSP', 'ExMSP'].flatMap((id) => [
        `member/${id}`,
        `member-history/${id}/1`,
      ]),
    );
    expect(keys.filter((key) => key.startsWith('parameter/'))).toHaveLength(
      Object.keys(sampleFounding().parameters).length,
    );
    expect(keys.filter((key) => key.startsWith('parameter-history/'))).toHaveLength(
      Object.keys(sampleFounding().parameters).length,
    );
    expect(keys).toContain('reference/method/remote-inspection/1');
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('writes what its schemas describe', () => {
    for (const { key, record } of decision.also ?? []) {
      const word = key.split('/')[0]?.replace('-history', '');
      const schema = {
        member: memberRecord,
        parameter: parameterRecord,
        reference: referenceRecord,
      };
      expect(schema[word as keyof typeof schema].safeParse(record).error, key).toBeUndefined();
    }
  });

  it('is marked by every founding member', () => {
    expect(decision.markers?.map(({ mspId }) => mspId)).toEqual([
      'CnMSP',
      'SgMSP',
      'DeMSP',
      'ExMSP',
    ]);
  });

  it('happens once', () => {
    expectRefusal(() => foundConsortium(sampleFounding(), true, act), 'ALREADY_FOUNDED');
  });

  it('needs distinct members and entries, one state member a jurisdiction', () => {
    const input = sampleFounding();
    const [first, second] = input.members as [(typeof input.members)[0], (typeof input.members)[0]];
    expectRefusal(
      () => foundConsortium({ ...input, members: [first, first] }, false, act),
      'DUPLICATE_ENTRY',
    );
    expectRefusal(
      () =>
        foundConsortium(
          { ...input, members: [first, { ...second, jurisdiction: 'CN' }] },
          false,
          act,
        ),
      'JURISDICTION_TAKEN',
    );
    const reference = [...input.reference, input.reference[0]!];
    expectRefusal(() => foundConsortium({ ...input, reference }, false, act), 'DUPLICATE_ENTRY');
  });

  it('needs its own basis and the adopted standards among the entries', () => {
    const input = sampleFounding();
    expectRefusal(
      () => foundConsortium({ ...input, legalBasis: { id: 'charter', version: 2 } }, false, act),
      'REFERENCE_UNKNOWN',
    );
    const profile = { ...sampleProfile, adoptedStandards: [{ id: 'none', version: 1 }] };
    const members = input.members.map((member) => ({ ...member, profile }));
    expectRefusal(() => foundConsortium({ ...input, members }, false, act), 'REFERENCE_UNKNOWN');
  });

  it('needs members enough for its threshold, and every parameter named (no silent default)', () => {
    const input = sampleFounding();
    const parameters = { ...input.parameters, endorsementThreshold: 5 };
    expectRefusal(() => foundConsortium({ ...input, parameters }, false, act), 'TOO_FEW_MEMBERS');
    for (const name of Object.keys(input.parameters)) {
      const rest = Object.fromEntries(Object.entries(input.parameters).filter(([n]) => n !== name));
      expect(foundInput.safeParse({ ...input, parameters: rest }).success, name).toBe(false);
    }
  });
});

describe('identifyFounder', () => {
  const { jurisdiction: _, txId, at, ...credentials } = act;
  it('takes the jurisdiction from the member that the certificate belongs to', () => {
    const founder = identifyFounder(
      { ...credentials, member: 'DeMSP' },
      { txId, at },
      sampleFounding(),
    );
    expect(founder.jurisdiction).toBe('DE');
  });
  it('refuses who is no founder, or no delegate', () => {
    const found = (changes: object) => () =>
      identifyFounder({ ...credentials, ...changes }, { txId, at }, sampleFounding());
    expectRefusal(found({ member: 'XxMSP' }), 'NOT_A_FOUNDER');
    expectRefusal(found({ role: 'investigator' }), 'NOT_ALLOWED');
    expectRefusal(found({ role: 'king' }), 'ROLE_UNKNOWN');
  });
});
