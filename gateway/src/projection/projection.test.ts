/** What the projection computes itself: late transactions, sealed notices, and another ledger. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, ledger as ledgerPb, peer } from '@hyperledger/fabric-protos';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquisitionInput, CN, openTestConsortium, type TestConsortium } from '../http/testing.ts';
import { performAct } from '../ledger/act.ts';
import { createEventFeed } from './event-feed.ts';
import { createEvidenceView, type EvidenceView } from './evidence-view.ts';
import { type Projection, startProjection } from './projection.ts';
import { createRecords } from './records.ts';

const MINUTE = 60_000;
const logger = pino({ level: 'silent' });
const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';
const COVERT: AcquireInput['location'] = {
  systemJurisdiction: 'DE',
  mediumLocation: 'DE',
  source: { class: 'STANDALONE' },
};

let time = Date.now();
const now = () => time;
let directory: string;
let consortium: TestConsortium;
let projection: Projection;
let evidence: EvidenceView;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-projection-'));
  consortium = await openTestConsortium(now);
  projection = await startProjection({
    file: join(directory, 'projection.sqlite'),
    ledger: consortium.ledger,
    logger,
  });
  evidence = createEvidenceView(projection.database);
});
afterAll(async () => {
  await projection?.close();
  await consortium?.close();
  await rm(directory, { recursive: true, force: true });
});

const signer = () => consortium.serviceSigners.get(CN)!;
const catchUp = () => projection.catchUp(AbortSignal.timeout(5000));

async function act(transaction: string, input: unknown, transient?: Record<string, Uint8Array>) {
  const { status } = await performAct(
    consortium.ledger,
    signer(),
    { transaction, args: [canonicalBytes(input)], ...(transient && { transient }) },
    () => undefined,
    { now },
  );
  expect(status.code).toBe('VALID');
  await catchUp();
  return status;
}

/** Endorses now; the returned function submits. */
async function holdBack(input: AcquireInput) {
  const { ledger } = consortium;
  const { proposal } = await ledger.prepare({
    transaction: 'evidence:acquire',
    args: [canonicalBytes(input)],
    creator: signer().creator,
  });
  const { txId, payload } = await ledger.endorse({
    bytes: proposal,
    signature: await signer().sign(proposal),
  });
  const signature = await signer().sign(payload);
  return async () => {
    await ledger.submit({ bytes: payload, signature });
    const status = await ledger.status(txId);
    expect(status.code).toBe('VALID');
    await catchUp();
    return status;
  };
}

it('flags a transaction that was held back longer than the window, and no other', async () => {
  const startedAt = time - MINUTE;
  const held = acquisitionInput({ startedAt });
  const submitHeld = await holdBack(held);
  time += 10 * MINUTE;
  const nearby = acquisitionInput({ startedAt });
  const submitNearby = await holdBack(nearby);
  time += 10 * MINUTE;
  const timely = acquisitionInput({ startedAt });
  await act('evidence:acquire', timely);
  await submitNearby();
  const { block, position } = await submitHeld();

  expect(evidence.findAcquisition(held.id, CN)).toMatchObject({ late: true });
  expect(evidence.findAcquisition(held.id, CN)!.flags).toContain('LATE');
  expect(createEventFeed(projection).find(block, position)).toMatchObject({ late: true });
  for (const { id } of [nearby, timely]) {
    expect(evidence.findAcquisition(id, CN)).toMatchObject({ late: false });
  }
  const page = evidence.listAcquisitions({ flag: 'LATE' }, { limit: 10 });
  expect(page.items.map(({ key }) => key)).toEqual([`acquisition/${held.id}`]);
});

it('shows a sealed notice to the others once it is overdue, and to the touched one when opened', async () => {
  const sealed = canonicalBytes({ location: COVERT, salt: SALT });
  const latest = time + 60 * MINUTE;
  const { location: _, ...open } = acquisitionInput({
    startedAt: time - MINUTE,
    route: 'MUTUAL_ASSISTANCE',
    legalBases: [{ id: 'cn-icjal-25', version: 1 }],
    grounds: [{ kind: 'TREATY', reference: 'T-1' }],
    method: { id: 'assisted-collection', version: 1 },
  });
  await act(
    'evidence:acquire',
    {
      ...open,
      delayedNotice: {
        basis: { id: 'covert-measure-clause', version: 1 },
        latest,
        sealed: toHex(sha256(sealed)),
      },
    },
    { location: sealed },
  );
  const noticesOf = (member: string, jurisdiction: string, at: number) =>
    evidence
      .listNotices({ member, jurisdiction }, at, { limit: 10 })
      .items.map(({ state, acquisition }) => [state, acquisition.key]);
  const key = `acquisition/${open.id}`;
  expect(evidence.findAcquisition(open.id, CN)).toMatchObject({
    crossBorder: 'SEALED',
    touched: [],
  });
  expect(noticesOf('DeAgencyMSP', 'DE', latest)).toEqual([]);
  expect(noticesOf('DeAgencyMSP', 'DE', latest + 1)).toEqual([['NOTICE_OVERDUE', key]]);
  expect(noticesOf(CN, 'CN', latest + 1)).toEqual([]);

  time = latest + MINUTE;
  await act('evidence:disclose', {
    acquisition: open.id,
    location: COVERT,
    salt: SALT,
    reason: 'measure ended',
  });
  expect(noticesOf('DeAgencyMSP', 'DE', time)).toEqual([['AWAITING_ANSWER', key]]);
  expect(noticesOf('SgAgencyMSP', 'SG', time)).toEqual([]);
  expect(evidence.findAcquisition(open.id, CN)).toMatchObject({
    crossBorder: 'YES',
    touched: ['DE'],
    flags: ['CROSS_BORDER', 'GATEWAY_HELD_KEY', 'NOTICE_DELAYED', 'NOTICE_OVERDUE'],
  });
});

it('goes on where it stopped, and begins anew on another ledger', async () => {
  const file = join(directory, 'other.sqlite');
  const start = (ledger: TestConsortium['ledger']) => startProjection({ file, ledger, logger });
  const first = await start(consortium.ledger);
  await first.catchUp(AbortSignal.timeout(5000));
  const { height } = first;
  await first.close();

  const again = await start(consortium.ledger);
  expect(again.height).toBe(height);
  await again.close();

  const other = await openTestConsortium();
  // Nothing new stands there that would not link.
  const cut = Math.min(height, await other.ledger.height());
  const short = await startProjection({ file, ledger: cutAt(consortium.ledger, cut), logger });
  await short.rebuild();
  await short.close();
  const replaced = await startProjection({ file, ledger: cutAt(other.ledger, cut), logger });
  expect(replaced.height).toBe(cut);
  await expect.poll(() => genesisOf(replaced)).not.toBe(genesisOf(projection));
  await replaced.close();

  const moved = await start(other.ledger);
  await expect.poll(() => moved.height).toBe(await other.ledger.height());
  expect(createEvidenceView(moved.database).listAcquisitions({}, { limit: 10 }).items).toEqual([]);
  await moved.close();
  await other.close();
});

const genesisOf = ({ database }: Projection) =>
  (database.prepare('SELECT genesis FROM channel').get() as { genesis: string }).genesis;

/** The ledger as if it ended there. */
const cutAt = (ledger: TestConsortium['ledger'], end: number) => ({
  chaincode: ledger.chaincode,
  height: async () => end,
  async *blocks(from: number, options: { signal?: AbortSignal } = {}) {
    let number = from;
    if (number < end) {
      for await (const block of ledger.blocks(number, options)) {
        yield block;
        number += 1;
        if (number >= end) break;
      }
    }
    await new Promise((resolve) => options.signal?.addEventListener('abort', resolve));
  },
});

it('takes up the ledger again after it failed', async () => {
  let failures = 2;
  const shaky = await startProjection({
    file: join(directory, 'shaky.sqlite'),
    logger,
    retryMs: 10,
    ledger: {
      chaincode: consortium.ledger.chaincode,
      height: () => consortium.ledger.height(),
      async *blocks(from, options) {
        for await (const block of consortium.ledger.blocks(from, options)) {
          yield block;
          if (failures > 0) {
            failures -= 1;
            throw new Error('connection lost');
          }
        }
      },
    },
  });
  expect(await shaky.catchUp(AbortSignal.timeout(5000))).toBe(true);
  expect(failures).toBe(0);
  await shaky.close();
});

it('lets many wait for a block at once, and warns of no leak', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const ended = new AbortController();
  try {
    const far = (await consortium.ledger.height()) + 100;
    const waiting = Array.from({ length: 20 }, () => projection.waitForHeight(far, ended.signal));
    await new Promise(setImmediate);
    ended.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([false]));
    await new Promise(setImmediate);
  } finally {
    process.off('warning', note);
  }
  expect(warnings).toEqual([]);
});

/** The consortium's own blocks, each valid transaction altered on its way. */
const altered = (alter: (envelope: common.Envelope) => void) => ({
  chaincode: consortium.ledger.chaincode,
  height: () => consortium.ledger.height(),
  async *blocks(from: number, options?: { signal?: AbortSignal }) {
    for await (const bytes of consortium.ledger.blocks(from, options)) {
      const block = common.Block.deserializeBinary(bytes);
      const data = block.getData()!;
      const envelopes = data.getDataList_asU8().map((one) => {
        const envelope = common.Envelope.deserializeBinary(one);
        alter(envelope);
        return envelope.serializeBinary();
      });
      data.setDataList(envelopes);
      yield block.serializeBinary();
    }
  },
});

const projectAltered = async (name: string, alter: (envelope: common.Envelope) => void) => {
  const file = join(directory, `${name}.sqlite`);
  const started = await startProjection({ file, logger, ledger: altered(alter) });
  expect(await started.catchUp(AbortSignal.timeout(10_000))).toBe(true);
  return started;
};

/** A field that no version of Fabric has: whoever submits can put it outside of what is signed. */
const withUnknownField = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from([0x78, 0x01])]);

it('reads whatever encoding the peers accepted, as they did', async () => {
  await act('evidence:acquire', acquisitionInput());
  const odd = await projectAltered('odd', (envelope) => {
    envelope.setPayload(withUnknownField(envelope.getPayload_asU8()));
  });
  const rows = (of: Projection) => of.database.prepare('SELECT * FROM state').all();
  expect(rows(odd)).toEqual(rows(projection));
  expect(rows(odd).length).toBeGreaterThan(0);
  await odd.close();
});

/** Changes what the endorsers' answer of a transaction says. */
function editAction(envelope: common.Envelope, edit: (action: peer.ChaincodeAction) => void) {
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = payload.getHeader()!.getChannelHeader_asU8();
  if (common.ChannelHeader.deserializeBinary(header).getType() !== 3) return;
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const [first] = transaction.getActionsList();
  const asked = peer.ChaincodeActionPayload.deserializeBinary(first!.getPayload_asU8());
  const answer = peer.ProposalResponsePayload.deserializeBinary(
    asked.getAction()!.getProposalResponsePayload_asU8(),
  );
  const action = peer.ChaincodeAction.deserializeBinary(answer.getExtension_asU8());
  edit(action);
  answer.setExtension$(action.serializeBinary());
  asked.getAction()!.setProposalResponsePayload(answer.serializeBinary());
  first!.setPayload(asked.serializeBinary());
  payload.setData(transaction.serializeBinary());
  envelope.setPayload(payload.serializeBinary());
}

/** Changes the values written under keys that begin so. */
const editWrites = (prefix: string, value: Uint8Array) => (envelope: common.Envelope) =>
  editAction(envelope, (action) => {
    const { TxReadWriteSet, kvrwset } = ledgerPb.rwset;
    const all = TxReadWriteSet.deserializeBinary(action.getResults_asU8());
    for (const set of all.getNsRwsetList()) {
      const written = kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8());
      for (const write of written.getWritesList()) {
        if (write.getKey().startsWith(prefix)) write.setValue(value);
      }
      set.setRwset(written.serializeBinary());
    }
    action.setResults(all.serializeBinary());
  });

it('goes on past what our contracts never write, and says of its keys that they are unreadable', async () => {
  const input = acquisitionInput();
  await act('evidence:acquire', input);
  const spoiled = await projectAltered('spoiled', editWrites('acquisition/', Buffer.from('{}')));
  const records = createRecords(spoiled.database);
  const corrupt = expect.objectContaining({ code: 'STATE_CORRUPT' });
  expect(() => records.find(`acquisition/${input.id}`)).toThrow(corrupt);
  // The transaction wrote this too; half of one is not shown.
  expect(() => records.find(`head/${input.id}`)).toThrow(corrupt);
  expect(records.find(`member/${CN}`)).toBeDefined();
  expect(records.find('acquisition/never')).toBeUndefined();
  await spoiled.close();
});

it('takes a time that no clock shows for unreadable, and for no measure of what is late', async () => {
  const input = acquisitionInput({ startedAt: time - MINUTE });
  await act('evidence:acquire', input);
  await act('evidence:acquire', acquisitionInput({ startedAt: time - MINUTE }));
  const { txId } = createRecords(projection.database).find(`acquisition/${input.id}`)!;
  const absurd = await projectAltered('absurd', (envelope) => {
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const header = payload.getHeader()!;
    const channel = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    if (channel.getTxId() !== txId) return;
    channel.getTimestamp()!.setSeconds(2 ** 60);
    header.setChannelHeader(channel.serializeBinary());
    envelope.setPayload(payload.serializeBinary());
  });
  const records = createRecords(absurd.database);
  expect(() => records.find(`acquisition/${input.id}`)).toThrow(
    expect.objectContaining({ code: 'STATE_CORRUPT' }),
  );
  const late = (of: Projection) =>
    of.database.prepare('SELECT tx_id FROM event WHERE late = 1').all();
  expect(late(absurd)).toEqual(late(projection));
  await absurd.close();
});

it('leaves out the events and writes of other chaincodes', async () => {
  const other = await projectAltered('foreign', (envelope) =>
    editAction(envelope, (action) => {
      const { TxReadWriteSet } = ledgerPb.rwset;
      const all = TxReadWriteSet.deserializeBinary(action.getResults_asU8());
      for (const set of all.getNsRwsetList()) set.setNamespace('other');
      action.setResults(all.serializeBinary());
      const event = peer.ChaincodeEvent.deserializeBinary(action.getEvents_asU8());
      event.setChaincodeId('other');
      action.setEvents(event.serializeBinary());
    }),
  );
  expect(other.database.prepare('SELECT * FROM state').all()).toEqual([]);
  expect(other.database.prepare('SELECT * FROM event').all()).toEqual([]);
  await other.close();
});
