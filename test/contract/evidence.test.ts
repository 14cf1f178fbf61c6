/** The word `evidence` on the embedded ledger: what is written, who may, and who stands in whose way. */
import { createHash } from 'node:crypto';
import {
  type AnchorInput,
  acquisitionRecord,
  batchRecord,
  type CloseInput,
} from '@tabellion/chaincode/evidence/record';
import { buildBatchRecord } from '@tabellion/chaincode/evidence/rules';
import { buildAct, readCredentials } from '@tabellion/chaincode/kernel/credentials';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { canonicalBytes, canonicalText, readEnvelope, sha256, toHex, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, digest, NOW, sampleAcquire, sampleAnchor } from '../../chaincode/test/samples.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { acquire, acquireAbroad, GROUNDS, newId, TREATY } from './scene.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let investigator: Signer;
let judgeOfDe: Signer;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  investigator = await world.person('CnMSP', 'investigator');
  judgeOfDe = await world.person('DeMSP', 'judicialReviewer');
});
beforeEach(() => {
  world.clock.time = NOW;
});
afterAll(() => world.close());

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const anchor = (input: AnchorInput, signer = investigator) =>
  world.act(signer, 'evidence:anchor', input);
const closing = (acquisition: string, changes: Partial<CloseInput> = {}): CloseInput => ({
  acquisition,
  batches: 0,
  items: 0,
  bytes: 0,
  endedAt: NOW,
  unread: 0,
  reason: 'collection finished',
  ...changes,
});
const answer = (acquisition: string) => ({
  acquisition,
  position: 'OBJECTION',
  legalBasis: TREATY,
  reason: 'no request was made',
});

describe('one acquisition from start to end', () => {
  it('acquire, anchor twice, close: each writes exactly its records', async () => {
    const input = sampleAcquire({ id: newId() });
    const acquired = await world.act(investigator, 'evidence:acquire', input);
    expect(Object.keys(acquired.writes).sort()).toEqual([
      `acquisition/${input.id}`,
      `head/${input.id}`,
      `location-head/${input.id}`,
    ]);
    expect(acquired.event).toEqual({
      name: 'evidence:acquire',
      payload: { key: `acquisition/${input.id}`, record: acquired.record },
    });
    expect(acquired.privateWrites).toEqual({});
    expect(acquired.endorsers.length).toBe(2);

    const first = await anchor(sampleAnchor({ acquisition: input.id }));
    const last = digestRecord(first.record);
    expect(Object.keys(first.writes).sort()).toEqual([`batch/${last}`, `head/${input.id}`]);
    expect(first.record).toEqual(first.writes[`batch/${last}`]);

    const second = await anchor(
      sampleAnchor({ acquisition: input.id, sequence: 2, previous: last, size: 5, bytes: 7 }),
    );
    const totals = { batches: 2, items: 15, bytes: 1007 };
    const closed = await world.act(investigator, 'evidence:close', closing(input.id, totals));
    expect(Object.keys(closed.writes).sort()).toEqual([`closing/${input.id}`, `head/${input.id}`]);
    expect(closed.record).toMatchObject({ ...totals, last: digestRecord(second.record) });
    expect(closed.writes[`head/${input.id}`]).toMatchObject({ closed: true, items: 15 });
  });

  it('names who acted from certificate and register, and a client can rebuild the record', async () => {
    const id = await acquire(world);
    const input = sampleAnchor({ acquisition: id });
    const committed = await anchor(input);
    const record = batchRecord.parse(committed.record);
    const credentials = readCredentials('CnMSP', investigator.certificate);
    const act = buildAct(credentials, 'CN', { txId: committed.txId, at: NOW });
    expect(record.act).toEqual(act);
    expect(act.role).toBe('investigator');
    const stored = await world.read(investigator, 'evidence:read', `acquisition/${id}`);
    const acquisition = acquisitionRecord.parse(JSON.parse(Buffer.from(stored).toString()));
    const context = { acquisition, touched: [], parameters: world.founding.parameters };
    expect(canonicalText(buildBatchRecord(input, context, act))).toBe(canonicalText(record));
  });

  it('is bound to one batch at a time, however many race', async () => {
    const id = await acquire(world);
    const inputs = ['d', 'e', 'f'].map((c) => sampleAnchor({ acquisition: id, root: digest(c) }));
    const endorsed = [];
    for (const input of inputs) {
      endorsed.push(await world.endorse(investigator, 'evidence:anchor', input, {}));
    }
    const done = await Promise.all(endorsed.map((each) => world.submit(investigator, each)));
    expect(done.map(({ code }) => code).sort()).toEqual([
      'MVCC_READ_CONFLICT',
      'MVCC_READ_CONFLICT',
      'VALID',
    ]);
  });

  it('lets acquisitions go on side by side', async () => {
    const ids = await Promise.all([acquire(world), acquire(world), acquire(world)]);
    const done = await Promise.all(ids.map((id) => anchor(sampleAnchor({ acquisition: id }))));
    expect(done.map(({ code }) => code)).toEqual(['VALID', 'VALID', 'VALID']);
  });

  it("goes on by the member's system, which is flagged, and after the key was renewed", async () => {
    const id = await acquire(world);
    const system = await world.person('CnMSP', 'system', { keyCustody: 'gateway' });
    const first = await anchor(sampleAnchor({ acquisition: id }), system);
    expect(first.record).toMatchObject({ flags: ['GATEWAY_HELD_KEY'], act: { role: 'system' } });
    const { person } = readCredentials('CnMSP', investigator.certificate);
    const renewed = await world.person('CnMSP', 'investigator', { pseudonym: person });
    expect(renewed.certificate).not.toBe(investigator.certificate);
    const previous = digestRecord(first.record);
    const next = sampleAnchor({ acquisition: id, sequence: 2, previous });
    expect((await anchor(next, renewed)).code).toBe('VALID');
  });
});

describe('read', () => {
  it('returns the exact bytes; attested, it reads the chaincode and that one key', async () => {
    const id = await acquire(world);
    const { record } = await anchor(sampleAnchor({ acquisition: id }));
    const key = `batch/${digestRecord(record)}`;
    const bytes = await world.read(judgeOfDe, 'evidence:read', key);
    expect(Uint8Array.from(bytes)).toEqual(Uint8Array.from(canonicalBytes(record)));
    const { ledger } = world;
    const { creator } = judgeOfDe;
    const prepared = await ledger.prepare({
      transaction: 'evidence:read',
      args: [utf8(key)],
      creator,
    });
    const signature = await judgeOfDe.sign(prepared.proposal);
    const attestation = readEnvelope(await ledger.attest({ bytes: prepared.proposal, signature }));
    const touched = attestation.rwset.map(({ namespace, reads, writes }) => ({
      namespace,
      reads: reads.map((read) => read.key),
      writes: writes.length,
    }));
    expect(touched).toEqual([
      { namespace: '_lifecycle', reads: ['namespaces/fields/tabellion/Sequence'], writes: 0 },
      { namespace: 'tabellion', reads: [key], writes: 0 },
    ]);
    expect(attestation.event).toBeNull();
  });
});

describe('the touched state', () => {
  it('is named by acquisition and batch, and answers with its own peer (CNS-5)', async () => {
    const id = await acquireAbroad(world);
    const { record } = await anchor(sampleAnchor({ acquisition: id }));
    expect(record).toMatchObject({ touched: ['DE'] });
    const answered = await world.act(judgeOfDe, 'evidence:answer', answer(id));
    expect(Object.keys(answered.writes)).toEqual([`answer/${id}/DE/${answered.txId}`]);
    const { key, value } = markerOf(answered.record);
    expect(answered.privateWrites).toEqual({
      [`${implicitCollection('DeMSP')} ${hash(utf8(key))}`]: hash(value),
    });
    expect(answered.endorsers).toContain('DeMSP');
    const again = await world.act(judgeOfDe, 'evidence:answer', answer(id));
    expect(Object.keys(again.writes)).not.toEqual(Object.keys(answered.writes));
  });

  it('cannot be answered for: without its peer the act is void', async () => {
    const id = await acquireAbroad(world);
    const others = { endorsers: ['CnMSP', 'SgMSP'] };
    const { code } = await world.act(judgeOfDe, 'evidence:answer', answer(id), others);
    expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  it('neither blocks the collector nor is blocked by it', async () => {
    const id = await acquireAbroad(world);
    const batch = await world.endorse(
      investigator,
      'evidence:anchor',
      sampleAnchor({ acquisition: id }),
      {},
    );
    const objection = await world.endorse(judgeOfDe, 'evidence:answer', answer(id), {});
    expect((await world.submit(judgeOfDe, objection)).code).toBe('VALID');
    expect((await world.submit(investigator, batch)).code).toBe('VALID');
  });
});

describe('a delayed notice', () => {
  const location = at('DE');
  const salt = 'c2FsdHNhbHRzYWx0c2FsdA';
  const sealed = canonicalBytes({ location, salt });

  async function acquireCovertly() {
    const { location: _, ...facts } = sampleAcquire({
      id: newId(),
      route: 'MUTUAL_ASSISTANCE',
      legalBases: [TREATY],
      grounds: GROUNDS,
    });
    const delayedNotice = { basis: TREATY, latest: NOW + 1000, sealed: toHex(sha256(sealed)) };
    const input = { ...facts, delayedNotice };
    const committed = await world.act(investigator, 'evidence:acquire', input, {
      transient: { location: sealed },
    });
    return { id: facts.id, committed };
  }

  it('keeps the place in the private data of the collector alone', async () => {
    const { id, committed } = await acquireCovertly();
    expect(committed.record).toMatchObject({ crossBorder: 'SEALED', touched: [] });
    expect(committed.privateWrites).toEqual({
      [`${implicitCollection('CnMSP')} ${hash(utf8(`location/${id}`))}`]: hash(sealed),
    });
    let blocks = 0;
    for await (const block of world.ledger.blocks(0)) {
      expect(Buffer.from(block).includes(Buffer.from(salt))).toBe(false);
      blocks += 1;
      if (blocks === (await world.ledger.height())) break;
    }
    const { record } = await anchor(sampleAnchor({ acquisition: id }));
    expect(record).toMatchObject({ touched: [] });
    await world.refuse('NOT_TOUCHED', judgeOfDe, 'evidence:answer', answer(id));
  });

  it('gives the sealed place to the own member and to no other', async () => {
    const { id } = await acquireCovertly();
    expect(await world.read(investigator, 'evidence:readSealed', id)).toEqual(sealed);
    await expect(world.read(judgeOfDe, 'evidence:readSealed', id)).rejects.toMatchObject({
      contractCode: 'NOT_FOUND',
    });
    await expect(world.read(investigator, 'evidence:readSealed', `../${id}`)).rejects.toMatchObject(
      { contractCode: 'BAD_INPUT' },
    );
  });

  it('opens by disclosure, late ones flagged; then the state answers and batches name it', async () => {
    const { id } = await acquireCovertly();
    world.clock.time = NOW + 1001;
    const disclosure = { acquisition: id, location, salt, reason: 'the measure has ended' };
    const disclosed = await world.act(investigator, 'evidence:disclose', disclosure);
    expect(Object.keys(disclosed.writes).sort()).toEqual([
      `location-head/${id}`,
      `location/${id}/${disclosed.txId}`,
    ]);
    expect(disclosed.record).toMatchObject({ overdue: true, touched: ['DE'] });
    const { record } = await anchor(sampleAnchor({ acquisition: id }));
    expect(record).toMatchObject({ touched: ['DE'] });
    expect((await world.act(judgeOfDe, 'evidence:answer', answer(id))).code).toBe('VALID');
    await world.refuse('NOT_SEALED', investigator, 'evidence:disclose', disclosure);
  });
});

describe('what follows', () => {
  it('determine gives notice to a state that was unknown', async () => {
    const id = await acquireAbroad(world, { route: 'UNILATERAL', location: at('UNKNOWN') });
    const input = { acquisition: id, location: at('DE'), reason: 'the provider answered' };
    const determined = await world.act(investigator, 'evidence:determine', input);
    expect(determined.record).toMatchObject({ cause: 'DETERMINED', touched: ['DE'] });
    expect((await world.act(judgeOfDe, 'evidence:answer', answer(id))).code).toBe('VALID');
  });

  it('segregate names the relevant part of a closed full copy', async () => {
    const extent = { kind: 'FULL_COPY', justification: 'encrypted disk' } as const;
    const id = await acquire(world, { extent });
    await anchor(sampleAnchor({ acquisition: id }));
    const totals = { batches: 1, items: 10, bytes: 1000 };
    await world.act(investigator, 'evidence:close', closing(id, totals));
    const segregated = await world.act(investigator, 'evidence:segregate', {
      acquisition: id,
      relevantRoot: digest('d'),
      relevant: 3,
      rest: 'RETURNED',
      reason: 'three files concern the case',
    });
    expect(Object.keys(segregated.writes)).toEqual([`segregation/${id}/${segregated.txId}`]);
  });

  it("anchorJournal chains each member's own journal", async () => {
    for (const mspId of ['CnMSP', 'ExMSP']) {
      const system = await world.person(mspId, 'system');
      const input = { root: digest('d'), size: 3, from: NOW - 5, to: NOW };
      const first = await world.act(system, 'evidence:anchorJournal', {
        ...input,
        sequence: 1,
        previous: null,
      });
      const last = digestRecord(first.record);
      expect(Object.keys(first.writes).sort()).toEqual([
        `journal-head/${mspId}`,
        `journal/${last}`,
      ]);
      const next = { ...input, sequence: 2, previous: last };
      expect((await world.act(system, 'evidence:anchorJournal', next)).code).toBe('VALID');
    }
  });
});
