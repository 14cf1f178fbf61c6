/** Labels on the embedded ledger: what is written, by whom, and with whose mark. */
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { MAX_LABEL_ACTS } from '@tabellion/chaincode/label/record';
import { canonicalBytes, sha256, toHex, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { digest, NOW } from '../../chaincode/test/samples.ts';
import {
  type AssertedLabels,
  assertLabels,
  sampleAssertion,
  sampleDispute,
} from './label-scene.ts';
import { CHARTER } from './scene.ts';
import { type Committed, openWorld, type World } from './world.ts';

let world: World;
let labels: AssertedLabels;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
});
beforeEach(async () => {
  world.clock.time = NOW;
  labels = await assertLabels(world);
});
afterAll(() => world.close());

const reason = 'seen in our own case';
function expectMark({ privateWrites, record }: Committed, mspId: string): void {
  const { key, value } = markerOf(record);
  expect(privateWrites).toEqual({
    [`${implicitCollection(mspId)} ${toHex(sha256(utf8(key)))}`]: toHex(sha256(value)),
  });
}

it('a batch is written once, under its digest, and read back as it is', async () => {
  const system = await world.person('ExMSP', 'system');
  const sample = sampleAssertion(digest('a'), 100_000);
  const asserted = await world.act(system, 'label:assert', sample);
  expect(asserted.code).toBe('VALID');
  const key = `label-batch/${toHex(sha256(canonicalBytes(asserted.record)))}`;
  const once = `label-manifest/ExMSP/${sample.manifest}`;
  expect(Object.keys(asserted.writes).sort()).toEqual([key, once].sort());
  const again = { ...sample, reason: 'said anew' };
  await world.refuse('ALREADY_EXISTS', system, 'label:assert', again);
  const other = await world.person('CnMSP', 'analyst');
  expect((await world.act(other, 'label:assert', again)).code).toBe('VALID');
  const stored = await world.read(system, 'label:read', key);
  expect(Uint8Array.from(stored)).toEqual(Uint8Array.from(canonicalBytes(asserted.record)));
});

it('rests on a current taxonomy and basis, and is asserted by those who may', async () => {
  const analyst = await world.person('CnMSP', 'analyst');
  const sample = sampleAssertion(digest('a'), 1);
  const unknown = { ...sample, taxonomy: { id: 'nobody-knows', version: 1 } };
  await world.refuse('REFERENCE_UNKNOWN', analyst, 'label:assert', unknown);
  await world.refuse('BAD_INPUT', analyst, 'label:assert', { ...sample, size: 131_073 });
  const auditor = await world.person('CnMSP', 'auditor');
  await world.refuse('NOT_ALLOWED', auditor, 'label:assert', sample);
});

it('others corroborate once each, opine and sight; none of it changes the batch', async () => {
  const [sg, de] = [await world.person('SgMSP', 'analyst'), await world.person('DeMSP', 'analyst')];
  const corroboration = { ...labels.one(0), legalBasis: CHARTER, reason };
  const first = await world.act(sg, 'label:corroborate', corroboration);
  const { label } = labels.one(0);
  expect(Object.keys(first.writes)).toEqual([`corroboration/${labels.batch}/${label.leaf}/SgMSP`]);
  await world.refuse('ALREADY_EXISTS', sg, 'label:corroborate', corroboration);
  expect((await world.act(de, 'label:corroborate', corroboration)).code).toBe('VALID');
  const opined = await world.act(de, 'label:opine', { ...labels.one(1), opinion: 30, reason });
  expect(opined.record).toMatchObject({ opinion: 30, legalBasis: CHARTER });
  const sighting = { batch: labels.batch, sighting: 'SEEN', happenedAt: NOW, reason };
  const seen = await world.act(sg, 'label:sight', sighting);
  expect(Object.keys(seen.writes)).toEqual([`sighting/${labels.batch}/all/SgMSP/1`]);
});

it('a dispute binds who brings it, is answered late, and only as the ledger bears out', async () => {
  const by = await world.person('SgMSP', 'liaisonAuthority');
  const dispute = sampleDispute(labels.one(1));
  const brought = await world.act(by, 'label:dispute', dispute);
  expect(brought.record).toMatchObject({ answerer: 'CnMSP', answerBy: NOW + 2_592_000_000 });
  const head = `dispute-head/${labels.batch}/${labels.one(1).label.leaf}/SgMSP`;
  expect(Object.keys(brought.writes).sort()).toEqual([head, `dispute/${dispute.id}`].sort());
  expect(brought.writes[head]).toMatchObject({ ids: [dispute.id] });
  expectMark(brought, 'SgMSP');
  const prosecutor = await world.person('CnMSP', 'prosecutor');
  await world.refuse('NOT_ANSWERER', by, 'label:answer', {
    dispute: dispute.id,
    position: 'MAINTAINED',
    reason,
  });
  await world.act(prosecutor, 'label:withdraw', {
    ...labels.one(1),
    replacedBy: { batch: labels.batch, label: labels.one(2).label },
    replacementPath: labels.one(2).path,
    reason,
  });
  world.clock.time = NOW + 2_592_000_001;
  const answered = await world.act(prosecutor, 'label:answer', {
    dispute: dispute.id,
    position: 'CORRECTED',
    reason,
  });
  expect(answered.record).toMatchObject({ overdue: true, label: labels.one(1).label });
  expectMark(answered, 'CnMSP');
});

it('a member cannot dispute in another’s name: its own peer must endorse', async () => {
  const by = await world.person('SgMSP', 'liaisonAuthority');
  const dispute = sampleDispute(labels.one(1));
  const { code } = await world.act(by, 'label:dispute', dispute, {
    endorsers: ['CnMSP', 'DeMSP'],
  });
  expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
});

it('a member’s opinions count against nobody else’s', async () => {
  const [sg, de] = [await world.person('SgMSP', 'analyst'), await world.person('DeMSP', 'analyst')];
  const input = { ...labels.one(0), opinion: 30, reason };
  for (let count = 0; count < MAX_LABEL_ACTS; count += 1) {
    expect((await world.act(sg, 'label:opine', input)).code).toBe('VALID');
  }
  await world.refuse('LABEL_ACTS_USED_UP', sg, 'label:opine', input);
  const opined = await world.act(de, 'label:opine', input);
  expect(Object.keys(opined.writes)).toEqual([
    `opinion/${labels.batch}/${labels.one(0).label.leaf}/DeMSP/1`,
  ]);
});

it('a service does not take down what its member asserts', async () => {
  const system = await world.person('CnMSP', 'system');
  const expired = { ...labels.one(0), sighting: 'EXPIRED', happenedAt: NOW, reason };
  await world.refuse('NOT_ALLOWED', system, 'label:sight', expired);
  const analyst = await world.person('CnMSP', 'analyst');
  const early = { ...expired, happenedAt: NOW - 1 };
  await world.refuse('TIME_ORDER', analyst, 'label:sight', early);
  expect((await world.act(analyst, 'label:sight', expired)).code).toBe('VALID');
});

it('what is withdrawn is no replacement', async () => {
  const analyst = await world.person('CnMSP', 'analyst');
  await world.act(analyst, 'label:withdraw', { ...labels.one(2), reason });
  const correction = {
    ...labels.one(1),
    replacedBy: { batch: labels.batch, label: labels.one(2).label },
    replacementPath: labels.one(2).path,
    reason,
  };
  await world.refuse('LABEL_WITHDRAWN', analyst, 'label:withdraw', correction);
});

it('what is withdrawn as a whole is withdrawn label by label', async () => {
  const analyst = await world.person('CnMSP', 'analyst');
  const withdrawn = await world.act(analyst, 'label:withdraw', { batch: labels.batch, reason });
  expect(Object.keys(withdrawn.writes)).toEqual([`withdrawal/${labels.batch}/all`]);
  const of = { ...labels.one(0), reason };
  await world.refuse('LABEL_WITHDRAWN', analyst, 'label:withdraw', of);
});

it('a manifest that most others miss voids the batch, by the mark of each, and may be asserted anew', async () => {
  const analyst = await world.person('CnMSP', 'analyst');
  const sample = sampleAssertion(digest('a'), 3);
  const asserted = await world.act(analyst, 'label:assert', sample);
  const batch = toHex(sha256(canonicalBytes(asserted.record)));
  world.clock.time = NOW + world.founding.parameters.labelFetchSeconds * 1000;
  const input = { batch, reason: 'asked for an hour' };
  const sg = await world.act(await world.person('SgMSP', 'system'), 'label:miss', input);
  expect(Object.keys(sg.writes)).toEqual([`label-miss/${batch}/SgMSP/1`]);
  expectMark(sg, 'SgMSP');
  const ex = await world.act(await world.person('ExMSP', 'delegate'), 'label:miss', input);
  const withheld = `label-withheld/${batch}`;
  expect(Object.keys(ex.writes).sort()).toEqual([`label-miss/${batch}/ExMSP/1`, withheld].sort());
  expect(ex.writes[withheld]).toMatchObject({ members: ['ExMSP', 'SgMSP'] });
  expectMark(ex, 'ExMSP');
  const again = await world.act(analyst, 'label:assert', sample);
  expect(again.code).toBe('VALID');
  const once = again.writes[`label-manifest/CnMSP/${sample.manifest}`];
  expect(once).toMatchObject({ batch: toHex(sha256(canonicalBytes(again.record))) });
  await world.refuse('ALREADY_EXISTS', analyst, 'label:assert', sample);
});

it('two members that declare it at once do not both decide: the later one is ordered again', async () => {
  world.clock.time = NOW + world.founding.parameters.labelFetchSeconds * 1000;
  const input = { batch: labels.batch, reason: 'asked for an hour' };
  const [sg, de] = [
    await world.person('SgMSP', 'liaisonAuthority'),
    await world.person('DeMSP', 'liaisonAuthority'),
  ];
  const [one, two] = [
    await world.endorse(sg, 'label:miss', input, {}),
    await world.endorse(de, 'label:miss', input, {}),
  ];
  expect((await world.submit(sg, one)).code).toBe('VALID');
  expect((await world.submit(de, two)).code).toBe('PHANTOM_READ_CONFLICT');
  const retried = await world.act(de, 'label:miss', input);
  expect(retried.record).toMatchObject({ outcome: 'WITHHELD', missing: 2 });
});

it('an auditor, who relies on no library, declares nothing', async () => {
  world.clock.time = NOW + world.founding.parameters.labelFetchSeconds * 1000;
  const auditor = await world.person('SgMSP', 'auditor');
  await world.refuse('NOT_ALLOWED', auditor, 'label:miss', { batch: labels.batch, reason });
});
