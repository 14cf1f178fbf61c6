/** Transfers whose manifest is not here, was kept back, or is not what it was: through a real gateway. */
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes, type TransferFacts } from '@tabellion/proof';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  acquisitionInput,
  CN,
  DE,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { LabelManifestStore } from '../label/manifest-store.ts';
import { ETHEREUM, sampleAddress } from '../label/testing.ts';
import { performAct, type Signer } from '../ledger/act.ts';
import { makeTransfers, sampleTransfer } from './testing.ts';
import { startTransferFeed } from './transfer-feed.ts';

const EXCHANGE = 'ExchangeMSP';
const legalBasis = { id: 'cn-cpl-141', version: 1 };
const reason = 'traced in our own case';
type Made = ReturnType<typeof makeTransfers>;

let consortium: TestConsortium;
let gateway: TestGateway;
let analyst: TestPerson;
let delegates: Signer[];
let links: TransferFacts['links'];

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  analyst = await gateway.enrolPerson(CN, 'analyst', 'analyst');
  delegates = [];
  for (const member of [CN, SG, DE])
    delegates.push((await gateway.enrolPerson(member, 'delegate', 'delegate')).signer);
  const input = acquisitionInput();
  const investigator = await gateway.enrolPerson(CN, 'investigator', 'collector');
  expect((await gateway.act(investigator, 'evidence/acquire', input)).status).toBe(200);
  links = [{ kind: 'ACQUISITION', id: input.id }];
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

async function act(by: Signer, transaction: string, input: object) {
  const proposal = { transaction, args: [canonicalBytes(input)] };
  const { status } = await performAct(consortium.ledger, by, proposal, () => undefined);
  expect(status.code).toBe('VALID');
}
/** As by a gateway that does not ask for the manifest. Digest of the batch record. */
async function assertAnyhow({ digest: manifest, root, size, tlp }: Made): Promise<string> {
  await act(analyst.signer, 'label:assert', {
    ...{ root, size, manifest, tlp, legalBasis, reason, evidence: links },
    ...{ taxonomy: { id: 'addresses', version: 1 }, content: 'TRANSFERS' },
  });
  await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
  const batches = gateway.deps.labels.view.listBatchesAfter([-1, -1], 1000);
  return batches
    .find(({ record }) => record.manifest === manifest)!
    .key.slice('label-batch/'.length);
}
async function handIn({ digest, bytes }: Made) {
  const stored = await gateway.call('PUT', `/v1/label/manifests/${digest}`, {
    token: analyst.token,
    raw: bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(stored.status, stored.text).toBe(201);
}
async function setFetchSeconds(value: number) {
  const id = newId(32);
  const change = { kind: 'SET_PARAMETER', name: 'labelFetchSeconds', value };
  await act(delegates[0]!, 'member:propose', { id, change, legalBasis, reason });
  for (const by of delegates) await act(by, 'member:vote', { proposal: id, choice: 'YES', reason });
}
/** What is followed from an address: how many transfers, or why there is no answer. */
async function follow(from: number, asOf?: number): Promise<number | string> {
  const path = `/v1/flow/follow${asOf === undefined ? '' : `?asOf=${asOf}`}`;
  const { json } = await gateway.call('POST', path, {
    token: analyst.token,
    body: { network: ETHEREUM, address: sampleAddress(from), direction: 'FORWARD' },
    headers: { 'tabellion-purpose': 'CASE-1' },
  });
  return json.transfers?.length ?? `${json.code}: ${json.detail}`;
}
const eventually = (from: number, expected: number | string, asOf?: number) =>
  expect.poll(() => follow(from, asOf), { timeout: 60_000 }).toBe(expected);
const MISSING = 'NOT_READY: 1 manifests of transfers are not here';

describe('a manifest of transfers', { timeout: 120_000 }, () => {
  it('that is not here lets nothing be said, but as of before; and as of then once it was kept back', async () => {
    const before = await consortium.ledger.height();
    const made = makeTransfers([sampleTransfer([1, 2, 10, 1], { links })]);
    const batch = await assertAnyhow(made);
    const between = await consortium.ledger.height();
    await eventually(1, MISSING);
    await eventually(1, 0, before);

    await setFetchSeconds(1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const member of [DE, EXCHANGE])
      await act(consortium.serviceSigners.get(member)!, 'label:miss', { batch, reason });
    await eventually(1, 0);
    expect(await follow(1, between)).toBe(MISSING);
    expect(await follow(1, before)).toBe(0);

    await handIn(made);
    await eventually(1, 1, between);
    // It counts for nobody any more, also where it is.
    expect(await follow(1)).toBe(0);
  });

  it('that was kept back and is not what it was is not here, and is read once', async () => {
    const made = makeTransfers([sampleTransfer([3, 4, 10, 1], { links })]);
    const batch = await assertAnyhow(made);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const member of [DE, EXCHANGE])
      await act(consortium.serviceSigners.get(member)!, 'label:miss', { batch, reason });
    await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
    const directory = await mkdtemp(join(tmpdir(), 'tabellion-feed-'));
    const manifests = await LabelManifestStore.open(join(directory, 'manifests'));
    const bytes = () => [made.bytes] as unknown as AsyncIterable<Uint8Array>;
    await manifests.put(made.digest, bytes());
    await truncate(join(directory, 'manifests', `${made.digest}.ndjson`), made.bytes.length - 2);
    const read = vi.spyOn(manifests, 'read');
    const told = vi.fn();
    const { projection, labels } = gateway.deps;
    const feed = startTransferFeed({
      ...{ directory, projection, view: labels.view, manifests, now: Date.now },
      ...{ logger: pino({ level: 'silent' }), onDamaged: told },
    });
    try {
      await expect.poll(() => feed.height, { timeout: 30_000 }).toBe(projection.height);
      // It looks again at what is missing with every block.
      for (const seconds of [2, 1]) await setFetchSeconds(seconds);
      await projection.catchUp(AbortSignal.timeout(30_000));
      await expect.poll(() => feed.height, { timeout: 30_000 }).toBe(projection.height);
      expect(read.mock.calls.filter(([digest]) => digest === made.digest)).toHaveLength(1);
      expect(told).not.toHaveBeenCalled();
    } finally {
      await feed.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('that is not what it was is told, so that it is fetched anew, and taken in once it is here', async () => {
    const made = makeTransfers([sampleTransfer([5, 6, 10, 1], { links })]);
    await handIn(made);
    const batch = await assertAnyhow(made);
    const directory = await mkdtemp(join(tmpdir(), 'tabellion-feed-'));
    const manifests = await LabelManifestStore.open(join(directory, 'manifests'));
    const bytes = () => [made.bytes] as unknown as AsyncIterable<Uint8Array>;
    await manifests.put(made.digest, bytes());
    await truncate(join(directory, 'manifests', `${made.digest}.ndjson`), made.bytes.length - 2);
    const told: string[] = [];
    const { projection, labels } = gateway.deps;
    const feed = startTransferFeed({
      ...{ directory, projection, view: labels.view, manifests, now: Date.now },
      logger: pino({ level: 'silent' }),
      onDamaged: (damaged) => void told.push(damaged),
    });
    try {
      await expect.poll(() => told, { timeout: 30_000 }).toContain(batch);
      expect(feed.height).toBeUndefined();
      await manifests.keep(made.digest, bytes());
      await expect.poll(() => feed.height, { timeout: 60_000 }).toBe(projection.height);
    } finally {
      await feed.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
