/** What the projection computes itself: late transactions, sealed notices, and another ledger. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquisitionInput, CN, openTestConsortium, type TestConsortium } from '../http/testing.ts';
import { performAct } from '../ledger/act.ts';
import { createEventFeed } from './event-feed.ts';
import { createEvidenceView, type EvidenceView } from './evidence-view.ts';
import { type Projection, startProjection } from './projection.ts';

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
  const moved = await start(other.ledger);
  await expect.poll(() => moved.height).toBe(await other.ledger.height());
  expect(createEvidenceView(moved.database).listAcquisitions({}, { limit: 10 }).items).toEqual([]);
  await moved.close();
  await other.close();
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
