/** The word `member` on the embedded ledger: what is written, what is marked, what is told. */
import { createHash } from 'node:crypto';
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { toHex, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleProfile } from '../../chaincode/test/samples.ts';
import { carry, newId, propose, vote } from './scene.ts';
import { type Committed, openWorld, type World } from './world.ts';

let world: World;
let founded: Committed;
beforeAll(async () => {
  world = await openWorld();
  founded = await world.found();
});
afterAll(() => world.close());

/** What an auditor recomputes from a public record. */
function hashedMarker(mspId: string, record: unknown): Record<string, string> {
  const { key, value } = markerOf(record);
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  return { [`${implicitCollection(mspId)} ${sha256(utf8(key))}`]: sha256(value) };
}

describe('found', () => {
  it('writes exactly the consortium', () => {
    expect(founded.code).toBe('VALID');
    const { members, parameters, reference } = world.founding;
    expect(Object.keys(founded.writes).sort()).toEqual(
      [
        'founding',
        ...members.flatMap(({ mspId }) => [`member/${mspId}`, `member-history/${mspId}/1`]),
        ...Object.keys(parameters).flatMap((n) => [`parameter/${n}`, `parameter-history/${n}/1`]),
        ...reference.map((e) => `reference/${e.register}/${e.id}/${e.version}`),
      ].sort(),
    );
    expect(founded.writes['member/DeMSP']).toMatchObject({ jurisdiction: 'DE', status: 'ACTIVE' });
  });

  it('is marked by every founding member, whose peers all endorse', () => {
    const markers = world.founding.members.map(({ mspId }) =>
      hashedMarker(mspId, founded.writes[`member/${mspId}`]),
    );
    expect(founded.privateWrites).toEqual(Object.assign({}, ...markers));
    expect([...founded.endorsers].sort()).toEqual(['CnMSP', 'DeMSP', 'ExMSP', 'SgMSP']);
  });

  it('tells one event with key and record', () => {
    expect(founded.event).toEqual({
      name: 'member:found',
      payload: { key: 'founding', record: founded.writes.founding },
    });
    expect(founded.record).toEqual(founded.writes.founding);
  });
});

describe('propose and vote', () => {
  it('changes a parameter by votes and keeps its history', async () => {
    const change = { kind: 'SET_PARAMETER', name: 'batchMaxItems', value: 500 } as const;
    const id = await propose(world, change);
    const first = await vote(world, 'CnMSP', id);
    expect(Object.keys(first.writes)).toEqual([`vote/${id}/CnMSP`]);
    expect(first.record).toMatchObject({ outcome: 'OPEN', act: { jurisdiction: 'CN' } });
    await vote(world, 'DeMSP', id);
    const last = await vote(world, 'SgMSP', id);
    expect(Object.keys(last.writes).sort()).toEqual([
      'parameter-history/batchMaxItems/2',
      'parameter/batchMaxItems',
      `proposal/${id}`,
      `vote/${id}/SgMSP`,
    ]);
    expect(last.writes['parameter/batchMaxItems']).toMatchObject({ value: 500, version: 2 });
    expect(last.writes[`proposal/${id}`]).toMatchObject({ state: 'CARRIED' });
    expect(last.event.name).toBe('member:vote');
    expect(last.privateWrites).toEqual(hashedMarker('SgMSP', last.record));
  });

  it("is void without the voter's own peer", async () => {
    const id = await propose(world, { kind: 'SUSPEND', mspId: 'ExMSP' });
    const input = { proposal: id, choice: 'YES', reason: 'in the name of SG' };
    const delegate = await world.person('SgMSP', 'delegate');
    const others = { endorsers: ['CnMSP', 'DeMSP'] };
    const { code } = await world.act(delegate, 'member:vote', input, others);
    expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect((await vote(world, 'SgMSP', id)).code).toBe('VALID');
  });

  it('lets one of two racing votes of a member count', async () => {
    const id = await propose(world, { kind: 'SUSPEND', mspId: 'ExMSP' });
    const delegate = await world.person('DeMSP', 'delegate');
    const race = (choice: string) =>
      world.endorse(delegate, 'member:vote', { proposal: id, choice, reason: 'decided' }, {});
    const [yes, no] = [await race('YES'), await race('NO')];
    expect((await world.submit(delegate, yes)).code).toBe('VALID');
    expect((await world.submit(delegate, no)).code).toBe('PHANTOM_READ_CONFLICT');
  });

  it('counts again when votes of two members race', async () => {
    const id = await propose(world, { kind: 'SUSPEND', mspId: 'ExMSP' });
    const cast = async (mspId: string) => {
      const delegate = await world.person(mspId, 'delegate');
      const input = { proposal: id, choice: 'YES', reason: 'decided' };
      return { delegate, endorsed: await world.endorse(delegate, 'member:vote', input, {}) };
    };
    const [first, second] = [await cast('CnMSP'), await cast('DeMSP')];
    expect((await world.submit(first.delegate, first.endorsed)).code).toBe('VALID');
    expect((await world.submit(second.delegate, second.endorsed)).code).toBe(
      'PHANTOM_READ_CONFLICT',
    );
    expect((await vote(world, 'DeMSP', id)).record).toMatchObject({ outcome: 'OPEN' });
  });

  it('admits, suspends and resumes, and a suspended member is refused', async () => {
    const admitted = await carry(world, {
      kind: 'ADMIT',
      mspId: 'FrMSP',
      name: 'Agency FR',
      jurisdiction: 'FR',
      memberKind: 'STATE',
      profile: sampleProfile,
    });
    expect(admitted.writes['member/FrMSP']).toMatchObject({ jurisdiction: 'FR', version: 1 });
    const suspended = await carry(world, { kind: 'SUSPEND', mspId: 'ExMSP' });
    expect(suspended.writes['member/ExMSP']).toMatchObject({ status: 'SUSPENDED', version: 2 });
    const exchange = await world.person('ExMSP', 'delegate');
    const declaration = { profile: sampleProfile, reason: 'unchanged' };
    await world.refuse('MEMBER_SUSPENDED', exchange, 'member:declare', declaration);
    await carry(world, { kind: 'RESUME', mspId: 'ExMSP' });
    expect((await world.act(exchange, 'member:declare', declaration)).code).toBe('VALID');
  });
});

describe('declare', () => {
  it("replaces the profile, adds a version and bears the member's marker", async () => {
    const profile = { ...sampleProfile, acceptedAuthorisations: ['JUDICIAL', 'INTERNAL'] };
    const delegate = await world.person('DeMSP', 'delegate');
    const input = { profile, reason: 'the law was changed' };
    const { writes, privateWrites } = await world.act(delegate, 'member:declare', input);
    expect(Object.keys(writes).sort()).toEqual(['member-history/DeMSP/2', 'member/DeMSP']);
    expect(writes['member/DeMSP']).toMatchObject({ profile, jurisdiction: 'DE', version: 2 });
    expect(privateWrites).toEqual(hashedMarker('DeMSP', writes['member/DeMSP']));
  });
});

describe('read', () => {
  it('returns the exact bytes, having read that key only', async () => {
    const auditor = await world.person('SgMSP', 'auditor');
    const bytes = await world.read(auditor, 'member:read', 'founding');
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual(founded.record);
    const missing = `vote/${newId(32)}/CnMSP`;
    await expect(world.read(auditor, 'member:read', missing)).rejects.toMatchObject({
      contractCode: 'NOT_FOUND',
    });
    for (const key of [
      'acquisition/x',
      '',
      'member/',
      'member/../x?',
      '\u0000member\u0000',
      'act/1',
    ]) {
      await expect(world.read(auditor, 'member:read', key), key).rejects.toMatchObject({
        contractCode: 'BAD_INPUT',
      });
    }
    expect(toHex(bytes.slice(0, 1))).toBe('7b');
  });
});
