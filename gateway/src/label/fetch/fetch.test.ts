/** Manifests between two gateways on one ledger, and what becomes of a batch whose manifest is kept back. */
import { createHash } from 'node:crypto';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { canonicalBytes } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CN,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../../http/testing.ts';
import { signGatewayRequest } from '../../identity/gateway-request.ts';
import { performAct, type Signer } from '../../ledger/act.ts';
import { makeLabels, sampleAddress, sampleFacts } from '../testing.ts';
import { fetchPath } from './fetcher.ts';

const DE = 'DeAgencyMSP';
const EXCHANGE = 'ExchangeMSP';
const BASIS = { id: 'cn-cpl-141', version: 1 };
const TAXONOMY = { id: 'addresses', version: 1 };
const reason = 'wallets of a ransom campaign';
type Made = ReturnType<typeof makeLabels>;

let consortium: TestConsortium;
/** CN's own, which has what CN's people hand in. */
let cn: TestGateway;
/** Another member's, which fetches. */
let sg: TestGateway;
let analyst: TestPerson;
let reader: TestPerson;
/** A gateway that is in the operator's file and gives nothing. */
const silent = createServer((_, response) => response.writeHead(404).end());

const service = (member: string): Signer => consortium.serviceSigners.get(member)!;
const startFetching = (name: string, urls: Record<string, string>, more: object = {}) =>
  startTestGateway(consortium, {
    name,
    gateways: {
      sources: Object.entries(urls).map(([member, url]) => ({ member, url: new URL(url) })),
      signer: service(SG),
      declareMissing: false,
      ...more,
    },
  });

beforeAll(async () => {
  consortium = await openTestConsortium();
  cn = await startTestGateway(consortium, { name: 'cn' });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  sg = await startFetching('sg', { [DE]: `http://127.0.0.1:${port}`, [CN]: cn.base });
  analyst = await cn.enrolPerson(CN, 'analyst', 'analyst');
  reader = await sg.enrolPerson(SG, 'analyst', 'analyst');
});
afterAll(async () => {
  await sg?.close();
  await cn?.close();
  silent.close();
  await consortium?.close();
});

const assertion = ({ digest: manifest, root, size, tlp }: Made) => ({
  ...{ root, size, manifest, tlp, taxonomy: TAXONOMY, legalBasis: BASIS, reason },
});
/** By CN's own analyst, handed in at CN's gateway. Digest of the batch record. */
async function assertLabels(made: Made): Promise<string> {
  const put = await cn.call('PUT', `/v1/label/manifests/${made.digest}`, {
    token: analyst.token,
    raw: made.bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(put.status, put.text).toBe(201);
  expect((await cn.act(analyst, 'label/assert', assertion(made))).status).toBe(200);
  return findBatch(made);
}
/** As by a gateway that does not ask for the manifest. */
async function assertAnyhow(made: Made, by: Signer = analyst.signer): Promise<string> {
  await act(by, 'label:assert', assertion(made));
  return findBatch(made);
}
async function act(by: Signer, transaction: string, input: object) {
  const { status } = await performAct(
    consortium.ledger,
    by,
    { transaction, args: [canonicalBytes(input)] },
    () => undefined,
  );
  expect(status.code).toBe('VALID');
}
async function findBatch({ digest }: Made): Promise<string> {
  await sg.deps.projection.catchUp(AbortSignal.timeout(30_000));
  const { view } = sg.deps.labels;
  const all = view.listBatchesAfter([-1, -1], 1000);
  return all.findLast(({ record }) => record.manifest === digest)!.key.slice('label-batch/'.length);
}
const ask = (gateway: TestGateway, address: string, asOf?: number) =>
  gateway.call('POST', `/v1/label/screen${asOf === undefined ? '' : `?asOf=${asOf}`}`, {
    token: gateway === sg ? reader.token : analyst.token,
    body: { queries: [{ address }] },
    headers: { 'tabellion-purpose': 'CASE-2026-1' },
  });
const verdictOf = async (address: string, gateway = sg, asOf?: number) =>
  (await ask(gateway, address, asOf)).json.answers[0];
const eventually = (address: string, expected: object, gateway = sg) =>
  expect.poll(() => verdictOf(address, gateway), { timeout: 60_000 }).toMatchObject(expected);
const missing = async () =>
  (await sg.call('GET', '/v1/label/missing', { token: reader.token })).json;
const has = (gateway: TestGateway, { digest }: Made) =>
  access(join(gateway.deps.directory, 'labels', `${digest}.ndjson`)).then(
    () => true,
    () => false,
  );

describe('a manifest that another gateway holds', () => {
  it('is fetched by digest, checked, and screened from', async () => {
    const made = makeLabels([sampleFacts(1), sampleFacts(2)]);
    await assertLabels(made);
    await eventually(sampleAddress(1), { verdict: 'LABELLED', labels: [{ member: CN }] });
    expect(await has(sg, made)).toBe(true);
    expect(await missing()).toMatchObject({ items: [], count: 0, gateways: 2 });
    const file = join(sg.deps.directory, 'labels', `${made.digest}.ndjson`);
    expect(Buffer.compare(await readFile(file), made.bytes)).toBe(0);
  });

  it('stands in the journal of who gave it: by whose gateway it was fetched', async () => {
    const made = makeLabels([sampleFacts(3)]);
    await assertLabels(made);
    await eventually(sampleAddress(3), { verdict: 'LABELLED' });
    const entries = cn.journalStore
      .entries(CN, 1, 10_000)
      .map(({ bytes }) => JSON.parse(`${Buffer.from(bytes)}`));
    const given = entries.filter(({ operation }) => operation === 'fetchLabelManifest');
    expect(given.at(-1)).toMatchObject({
      ...{ kind: 'READ', member: CN, who: `member/${SG}`, role: 'system' },
      objects: [`label-manifest/${made.digest}`],
    });
  });

  it('is fetched anew where the file here is not what it was', async () => {
    const made = makeLabels([sampleFacts(4)]);
    await assertLabels(made);
    await eventually(sampleAddress(4), { verdict: 'LABELLED' });
    await sg.close();
    const labels = join(sg.deps.directory, 'labels');
    const file = join(labels, `${made.digest}.ndjson`);
    await writeFile(file, makeLabels([sampleFacts(5)]).bytes);
    await rm(join(labels, 'library.snapshot'));
    const { port } = silent.address() as AddressInfo;
    sg = await startFetching('sg', { [DE]: `http://127.0.0.1:${port}`, [CN]: cn.base });
    reader = await sg.enrolPerson(SG, 'analyst', 'again');
    await eventually(sampleAddress(4), { verdict: 'LABELLED' });
    expect(Buffer.compare(await readFile(file), made.bytes)).toBe(0);
  });
});

describe('handing a manifest out', () => {
  let made: Made;
  beforeAll(async () => {
    made = makeLabels([sampleFacts(10)]);
    await assertLabels(made);
  });
  const request = async (
    signer: Signer,
    asked: { to?: string; path?: string; at?: number } = {},
    path = fetchPath(made.digest),
  ) => {
    const { to = CN, at = Date.now() } = asked;
    const signed = { to, method: 'GET', path: asked.path ?? path } as const;
    const authorization = await signGatewayRequest(signer, signed, at);
    const answer = await fetch(cn.base + path, { headers: { authorization } });
    return { status: answer.status, text: await answer.text() };
  };
  const refused = { status: 401, text: expect.stringContaining('GATEWAY_REFUSED') };

  it('is for gateways of members, who sign for this one and now', async () => {
    expect(await request(service(SG))).toEqual({ status: 200, text: `${Buffer.from(made.bytes)}` });
    expect(await request(service(SG), { to: 'NobodyMSP' })).toEqual(refused);
    expect(await request(service(SG), { path: fetchPath('a'.repeat(64)) })).toEqual(refused);
    const minutes = (count: number) => Date.now() + count * 60_000;
    for (const at of [minutes(-6), minutes(6)])
      expect(await request(service(SG), { at })).toEqual(refused);
  });

  it('is not for people, whose keys say otherwise, nor for a token', async () => {
    expect(await request(reader.signer)).toEqual(refused);
    const answer = await fetch(cn.base + fetchPath(made.digest), {
      headers: { authorization: `Bearer ${analyst.token}` },
    });
    expect(answer.status).toBe(401);
  });

  it('is not for who signs with another key, or in another’s name', async () => {
    const forged: Signer = { ...service(SG), sign: (bytes) => service(CN).sign(bytes) };
    expect(await request(forged)).toEqual(refused);
    expect(await request({ ...service(SG), mspId: CN })).toEqual(refused);
    expect(await request({ ...service(SG), mspId: 'NobodyMSP' })).toEqual(refused);
  });

  it('says nothing of a manifest that is on no ledger', async () => {
    const parked = makeLabels([sampleFacts(11)]);
    await cn.call('PUT', `/v1/label/manifests/${parked.digest}`, {
      token: analyst.token,
      raw: parked.bytes as Uint8Array<ArrayBuffer>,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const answer = await request(service(SG), {}, fetchPath(parked.digest));
    expect(answer.status).toBe(404);
  });
});

describe('a batch that names what is no manifest', () => {
  it('is void here as for everybody, once its bytes were fetched', async () => {
    const made = makeLabels([sampleFacts(20)]);
    const bytes = Buffer.from('{"not":"a label"}\n');
    const digest = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(cn.deps.directory, 'labels', `${digest}.ndjson`), bytes);
    await assertAnyhow({ ...made, digest });
    await eventually(sampleAddress(20), { verdict: 'NO_LABEL', labels: [] });
  });
});

describe('a manifest that is kept back', { timeout: 90_000 }, () => {
  let withheld: string;
  let made: Made;
  let again: Made;
  let before: number;
  let between: number;

  // A library that is level with an earlier height answers for 30 s.
  it('stops the library, which says so, and which gateways were asked since when', async () => {
    before = await consortium.ledger.height();
    made = makeLabels([sampleFacts(30)]);
    withheld = await assertAnyhow(made);
    await eventually(sampleAddress(1), { verdict: 'STALE', code: 'INCOMPLETE' });
    const asked = [
      { member: CN, code: 'SOURCE_REFUSED' },
      { member: DE, code: 'SOURCE_REFUSED' },
    ];
    await expect
      .poll(async () => (await missing()).items[0]?.asked, { timeout: 20_000 })
      .toMatchObject(asked);
    const [item] = (await missing()).items;
    expect(item).toMatchObject({ batch: withheld, member: CN, declaredBy: [], from: null });
    expect(item.declareFrom - item.assertedAt).toBe(86_400_000);
    const ready = await sg.call('GET', '/v1/health/ready');
    expect(ready.json.missingManifests).toBe(1);
    const token = await sg.signIn(SG, 'auditor', 'auditor');
    const { text } = await sg.call('GET', '/metrics', { token });
    expect(text).toMatch(/^tabellion_label_manifests_missing 1$/m);
    // Others' libraries stop too: also who asserts it has to have it.
    await eventually(sampleAddress(1), { verdict: 'STALE' }, cn);
    between = await consortium.ledger.height();
  });

  it('is not declared before the time that the members agreed on', async () => {
    const liaison = await sg.enrolPerson(SG, 'liaisonAuthority', 'liaison');
    const early = await sg.act(liaison, 'label/miss', { batch: withheld, reason: 'asked twice' });
    expect(early.json).toMatchObject({ code: 'FETCH_TIME_RUNNING', status: 409 });
  });

  it('is void once most of the others have declared it, and the library goes on', async () => {
    await setFetchSeconds(1);
    const declare = (member: string) =>
      act(service(member), 'label:miss', { batch: withheld, reason: 'not given' });
    await declare(DE);
    expect((await missing()).items).toMatchObject([{ declaredBy: [DE] }]);
    expect(await verdictOf(sampleAddress(1))).toMatchObject({ verdict: 'STALE' });
    await declare(EXCHANGE);
    await eventually(sampleAddress(1), { verdict: 'LABELLED' });
    await eventually(sampleAddress(1), { verdict: 'LABELLED' }, cn);
    expect(await verdictOf(sampleAddress(30))).toMatchObject({ verdict: 'NO_LABEL', labels: [] });
    expect(await missing()).toMatchObject({ count: 0 });
    const said = await sg.call('GET', `/v1/label/batches/${withheld}/responses`, {
      token: reader.token,
    });
    expect(said.json.items.map(({ record }: { record: object }) => record)).toMatchObject([
      { type: 'tabellion.label-miss', outcome: 'WAITING', missing: 1, others: 3 },
      { type: 'tabellion.label-miss', outcome: 'WITHHELD', missing: 2, others: 3 },
    ]);
  });

  it('leaves the answers as of earlier heights as they were', async () => {
    expect(await verdictOf(sampleAddress(1), sg, before)).toMatchObject({ verdict: 'LABELLED' });
    expect(await verdictOf(sampleAddress(1), sg, between)).toMatchObject({ verdict: 'STALE' });
    again = makeLabels([sampleFacts(31)]);
    const held = await assertLabels(again);
    await eventually(sampleAddress(31), { verdict: 'LABELLED' });
    const height = await consortium.ledger.height();
    const past = JSON.stringify((await ask(sg, sampleAddress(31), height)).json.answers);
    for (const member of [SG, DE])
      await act(service(member), 'label:miss', { batch: held, reason: 'they collude' });
    // Whoever has it drops it too: every member's answer is the same.
    for (const gateway of [sg, cn])
      await eventually(sampleAddress(31), { verdict: 'NO_LABEL', labels: [] }, gateway);
    for (const gateway of [sg, cn]) {
      const { json } = await ask(gateway, sampleAddress(31), height);
      expect(JSON.stringify(json.answers)).toBe(past);
    }
  });

  it('stays as it is over a restart, from a snapshot and without one', async () => {
    const { port } = silent.address() as AddressInfo;
    const restart = async () => {
      sg = await startFetching('sg', { [DE]: `http://127.0.0.1:${port}`, [CN]: cn.base });
      reader = await sg.enrolPerson(SG, 'analyst', `analyst ${Math.random()}`);
      await eventually(sampleAddress(1), { verdict: 'LABELLED' });
      expect(await verdictOf(sampleAddress(30))).toMatchObject({ verdict: 'NO_LABEL' });
      expect(await verdictOf(sampleAddress(31))).toMatchObject({ verdict: 'NO_LABEL' });
      expect(await verdictOf(sampleAddress(1), sg, between)).toMatchObject({ verdict: 'STALE' });
      expect(await verdictOf(sampleAddress(1), sg, before)).toMatchObject({ verdict: 'LABELLED' });
    };
    await sg.close();
    await restart();
    const labels = join(sg.deps.directory, 'labels');
    await sg.close();
    await rm(join(labels, 'library.snapshot'));
    await restart();
    // Nobody gives it again, so that a damaged one is as none.
    await sg.close();
    await rm(join(labels, 'library.snapshot'));
    await writeFile(join(labels, `${again.digest}.ndjson`), makeLabels([sampleFacts(5)]).bytes);
    await restart();
  });

  it('can be asserted anew by who now hands it out, as another batch', async () => {
    const anew = await assertLabels(made);
    expect(anew).not.toBe(withheld);
    await eventually(sampleAddress(30), { verdict: 'LABELLED', labels: [{ batch: anew }] });
    const twice = await cn.act(analyst, 'label/assert', {
      ...assertion(made),
      reason: 'once more',
    });
    expect(twice.json).toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  it('is declared by the gateway itself only where its operator wants that', async () => {
    const kept = makeLabels([sampleFacts(40)]);
    const batch = await assertAnyhow(kept);
    await expect.poll(missing, { timeout: 20_000 }).toMatchObject({ count: 1 });
    const { port } = silent.address() as AddressInfo;
    const declaring = await startFetching(
      'declaring',
      { [DE]: `http://127.0.0.1:${port}` },
      { declareMissing: true, declareEveryMs: 200 },
    );
    try {
      await expect
        .poll(() => sg.deps.labels.view.listMissing(batch), { timeout: 30_000 })
        .toEqual([SG]);
    } finally {
      await declaring.close();
    }
    await act(service(DE), 'label:miss', { batch, reason: 'not given' });
    await eventually(sampleAddress(1), { verdict: 'LABELLED' });
  });
});

/** Carried by vote, as on any ledger. */
async function setFetchSeconds(value: number): Promise<void> {
  const id = 'f'.repeat(64);
  const change = { kind: 'SET_PARAMETER', name: 'labelFetchSeconds', value };
  const delegates = [];
  for (const member of [CN, SG, DE])
    delegates.push((await cn.enrolPerson(member, 'delegate', 'delegate')).signer);
  await act(delegates[0]!, 'member:propose', { id, change, legalBasis: BASIS, reason: 'a test' });
  for (const by of delegates)
    await act(by, 'member:vote', { proposal: id, choice: 'YES', reason: 'a test' });
}
