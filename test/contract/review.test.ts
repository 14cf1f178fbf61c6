/** Reviews and disclosure on the embedded ledger: what is written, by whom, and with whose mark. */
import { readCredentials } from '@tabellion/chaincode/kernel/credentials';
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { canonicalBytes, sha256, toHex, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { derivationOf } from '../../chaincode/test/custody-scene.ts';
import { digest, NOW } from '../../chaincode/test/samples.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { anchorItems } from './custody-scene.ts';
import { acquire, closedWithItems, newId, sampleGrant, sampleObjection, TREATY } from './scene.ts';
import { type Committed, openWorld, type World } from './world.ts';

let world: World;
let acquisition: string;
let liaison: Signer;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  acquisition = await closedWithItems(world);
  liaison = await world.person('SgMSP', 'liaisonAuthority');
});
beforeEach(() => {
  world.clock.time = NOW;
});
afterAll(() => world.close());

const subject = () => ({ kind: 'ACQUISITION' as const, id: acquisition });
const reply = (objection: string) => ({
  objection,
  outcome: 'REJECTED',
  legalBasis: TREATY,
  reason: 'it was seized lawfully',
});
const judgement = () => ({
  subject: subject(),
  outcome: 'EXCLUDED',
  legalBasis: TREATY,
  reason: 'collected without an order',
});

function expectMark({ privateWrites, record }: Committed, mspId: string): void {
  const { key, value } = markerOf(record);
  const expected = [`${implicitCollection(mspId)} ${toHex(sha256(utf8(key)))}`];
  expect(Object.keys(privateWrites)).toEqual(expected);
  expect(Object.values(privateWrites)).toEqual([toHex(sha256(value))]);
}

it('an objection is brought, answered late, and answered again; each binds its member', async () => {
  const input = sampleObjection(subject());
  const brought = await world.act(liaison, 'review:object', input);
  expect(brought.code).toBe('VALID');
  const head = `objection-head/${acquisition}/SgMSP`;
  expect(Object.keys(brought.writes).sort()).toEqual([head, `objection/${input.id}`].sort());
  expect(brought.writes[head]).toMatchObject({
    open: [{ id: input.id, answerBy: NOW + 2_592_000_000 }],
  });
  expect(brought.record).toMatchObject({ answerer: 'CnMSP', answerBy: NOW + 2_592_000_000 });
  expectMark(brought, 'SgMSP');
  const stored = await world.read(liaison, 'review:read', `objection/${input.id}`);
  expect(Uint8Array.from(stored)).toEqual(Uint8Array.from(canonicalBytes(brought.record)));

  const prosecutor = await world.person('CnMSP', 'prosecutor');
  const other = await world.person('DeMSP', 'prosecutor');
  await world.refuse('NOT_ANSWERER', other, 'review:reply', reply(input.id));
  const answered = await world.act(prosecutor, 'review:reply', reply(input.id));
  expect(answered.record).toMatchObject({ overdue: false, subject: subject() });
  expectMark(answered, 'CnMSP');
  expect(answered.writes[head]).toMatchObject({ open: [] });
  world.clock.time = NOW + 2_592_000_001;
  const again = await world.act(prosecutor, 'review:reply', reply(input.id));
  expect(again.record).toMatchObject({ overdue: true });
  expect(Object.keys(again.writes)).toEqual([`reply/${input.id}/${again.txId}`]);
});

it('a member cannot object, reply or judge in another’s name: its own peer must endorse', async () => {
  const endorsers = ['CnMSP', 'DeMSP'];
  const input = sampleObjection(subject());
  const { code } = await world.act(liaison, 'review:object', input, { endorsers });
  expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
  await expect(world.read(liaison, 'review:read', `objection/${input.id}`)).rejects.toThrow(
    /NOT_FOUND/,
  );
});

it('regularity is judged by those who may, and not of what they collected', async () => {
  const reviewer = await world.person('DeMSP', 'judicialReviewer');
  const judged = await world.act(reviewer, 'review:judge', judgement());
  expectMark(judged, 'DeMSP');
  expect(Object.keys(judged.writes)).toEqual([`regularity/${acquisition}/${judged.txId}`]);
  for (const role of ['investigator', 'analyst', 'liaisonAuthority', 'system'] as const) {
    const without = await world.person('DeMSP', role);
    await world.refuse('NOT_ALLOWED', without, 'review:judge', judgement());
  }
  const ofExchange = await world.person('ExMSP', 'prosecutor');
  await world.refuse('NOT_ALLOWED', ofExchange, 'review:judge', judgement());
});

it('a reply by the collector is taken and flagged; by a colleague it is not', async () => {
  const input = sampleObjection(subject());
  await world.act(liaison, 'review:object', input);
  const collector = await world.person('CnMSP', 'investigator');
  const own = await world.act(collector, 'review:reply', reply(input.id));
  expect(own.record).toMatchObject({ flags: ['SELF_REVIEW'] });
  const prosecutor = await world.person('CnMSP', 'prosecutor');
  const other = await world.act(prosecutor, 'review:reply', reply(input.id));
  expect(other.record).toMatchObject({ flags: [] });
  // What a signer claims of itself is no part of the input.
  const claimed = { ...reply(input.id), flags: [] };
  await world.refuse('BAD_INPUT', collector, 'review:reply', claimed);
});

it('an item is followed to whoever opened it, derived it, or collected what it came from', async () => {
  const { items, openingOf } = await anchorItems(world, 1);
  const [source = ''] = items;
  const opener = await world.person('CnMSP', 'investigator', { pseudonym: 'p-opener' });
  await world.act(opener, 'custody:open', openingOf(0));
  const derived = derivationOf(source, { leaf: newId(32) });
  const analyst = await world.person('CnMSP', 'analyst', { pseudonym: 'p-analyst' });
  await world.act(analyst, 'custody:derive', derived);
  const about = { kind: 'ITEM' as const, id: derived.item };

  const { certificate } = await world.person('CnMSP', 'investigator');
  const collector = readCredentials('CnMSP', certificate).person;
  for (const pseudonym of ['p-opener', 'p-analyst', collector]) {
    const own = await world.person('CnMSP', 'prosecutor', { pseudonym });
    await world.refuse('SELF_REVIEW', own, 'review:judge', { ...judgement(), subject: about });
  }
  const other = await world.person('CnMSP', 'prosecutor');
  const judged = await world.act(other, 'review:judge', { ...judgement(), subject: about });
  expect(judged.record).toMatchObject({ subject: about, case: 'CASE-2026-1' });
  const brought = await world.act(liaison, 'review:object', sampleObjection(about));
  expect(brought.record).toMatchObject({ answerer: 'CnMSP', subject: about });
});

it('authenticity and weight are statements that need nobody else’s mark', async () => {
  const analyst = await world.person('DeMSP', 'analyst');
  const examined = await world.act(analyst, 'review:examine', {
    subject: subject(),
    method: 'error level analysis',
    tools: [{ name: 'ela', version: '1' }],
    result: 'INCONCLUSIVE',
    reason: 'compressed too often',
    report: { sha256: digest('8'), size: 10 },
  });
  const weighed = await world.act(analyst, 'review:weigh', {
    subject: subject(),
    showsDestination: 'NO',
    reason: 'the platform pooled its clients',
  });
  expect([examined.privateWrites, weighed.privateWrites]).toEqual([{}, {}]);
  const without = await world.person('DeMSP', 'delegate');
  await world.refuse('NOT_ALLOWED', without, 'review:weigh', {
    subject: subject(),
    showsDestination: 'NO',
    reason: 'x',
  });
});

it('speaks only of what is there', async () => {
  const nothing = { kind: 'ACQUISITION' as const, id: newId() };
  await world.refuse('NOT_FOUND', liaison, 'review:object', sampleObjection(nothing));
  const noItem = { kind: 'ITEM' as const, id: digest('0') };
  await world.refuse('NOT_FOUND', liaison, 'review:object', sampleObjection(noItem));
  // An acquisition's id is no item's, nor the other way round.
  const crossed = { kind: 'ITEM', id: acquisition } as never;
  await world.refuse('BAD_INPUT', liaison, 'review:object', sampleObjection(crossed));
});

it('access is granted to a set of a closed acquisition and ended once', async () => {
  const prosecutor = await world.person('CnMSP', 'prosecutor');
  const input = sampleGrant(acquisition);
  const granted = await world.act(prosecutor, 'disclosure:grant', input);
  expect(granted.record).toMatchObject({ withheld: 6 });
  expect([Object.keys(granted.writes), granted.privateWrites]).toEqual([[`grant/${input.id}`], {}]);
  await world.refuse('ALREADY_EXISTS', prosecutor, 'disclosure:grant', input);
  const open = sampleGrant(await acquire(world));
  await world.refuse('ACQUISITION_OPEN', prosecutor, 'disclosure:grant', open);

  const other = await world.person('DeMSP', 'prosecutor');
  await world.refuse('NOT_OWN_MEMBER', other, 'disclosure:grant', sampleGrant(acquisition));
  const revoking = { grant: input.id, reason: 'the mandate ended' };
  await world.refuse('NOT_OWN_MEMBER', other, 'disclosure:revoke', revoking);
  const revoked = await world.act(prosecutor, 'disclosure:revoke', revoking);
  expect(Object.keys(revoked.writes)).toEqual([`revocation/${input.id}`]);
  await world.refuse('ALREADY_EXISTS', prosecutor, 'disclosure:revoke', revoking);
});
