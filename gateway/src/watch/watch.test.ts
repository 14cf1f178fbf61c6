/** Watches through a real gateway: who sees them, what raises an alert, and that nothing does twice. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buildTree, toHex } from '@tabellion/proof';
import { networkOf, writeReserved } from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CN,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { LabelManifestStore } from '../label/manifest-store.ts';
import { ETHEREUM, makeLabels, sampleAddress, sampleFacts } from '../label/testing.ts';
import { type Receiver, startReceiver } from '../webhook/testing.ts';
import { createFollower } from './follow.ts';
import { MAX_ADDRESSES } from './limits.ts';
import { createMatcher } from './match.ts';
import { openWatchStore } from './store.ts';

const BASIS = { id: 'cn-cpl-141', version: 1 };
const TAXONOMY = { id: 'addresses', version: 1 };
const NDJSON = 'application/x-ndjson';
const PURPOSE = { 'tabellion-purpose': 'CASE-2026-1' };
const reason = 'wallets of a ransom campaign';

let consortium: TestConsortium;
let gateway: TestGateway;
let labeller: TestPerson;
let abroad: TestPerson;
let receiver: Receiver;
/** Tokens, by who. */
let tokens: Record<'ana' | 'ben' | 'auditor' | 'service' | 'sg' | 'exchange', string>;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  receiver = await startReceiver();
  labeller = await gateway.enrolPerson(CN, 'analyst', 'labeller');
  abroad = await gateway.enrolPerson(SG, 'analyst', 'labeller');
  const sign = (member: string, role: Parameters<typeof gateway.signIn>[1], subject: string) =>
    gateway.signIn(member, role, subject, '1h');
  tokens = {
    ana: await sign(CN, 'investigator', 'ana'),
    ben: await sign(CN, 'analyst', 'ben'),
    auditor: await sign(CN, 'auditor', 'wang'),
    service: await sign(CN, 'system', 'cn-collector'),
    sg: await sign(SG, 'investigator', 'ana'),
    exchange: await sign('ExchangeMSP', 'system', 'exchange-service'),
  };
});
afterAll(async () => {
  await gateway?.close();
  await receiver?.close();
  await consortium?.close();
});

type Made = ReturnType<typeof makeLabels>;
async function assertLabels(made: Made, by = labeller): Promise<string> {
  const put = await gateway.call('PUT', `/v1/label/manifests/${made.digest}`, {
    token: by.token,
    raw: made.bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': NDJSON },
  });
  expect(put.status, put.text).toBe(201);
  const { digest: manifest, root, size, tlp } = made;
  const input = { root, size, manifest, tlp, taxonomy: TAXONOMY, legalBasis: BASIS, reason };
  const done = await gateway.act(by, 'label/assert', input);
  expect(done.status, done.text).toBe(200);
  await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
  const { database } = gateway.deps.projection;
  const found = database.prepare('SELECT digest FROM label_batch WHERE manifest = ?').get(manifest);
  return found!.digest as string;
}
const oneOf = (batch: string, made: Made, index: number) => ({
  batch,
  label: { leaf: toHex(made.leaves[index]!), index },
  path: buildTree(made.leaves).path(index).map(toHex),
});
const say = async (person: TestPerson, path: string, input: object) => {
  const { status, text } = await gateway.act(person, path, { ...input, reason });
  expect(status, text).toBe(200);
};

const get = (path: string, token: string) => gateway.call('GET', path, { token });
const post = (path: string, token: string, body?: object, headers = {}) =>
  gateway.call('POST', path, { token, ...(body && { body }), headers });
const create = async (token: string, body: object = {}): Promise<string> => {
  const made = await post('/v1/watch/sets', token, { name: 'wallets', ...body });
  expect(made.status, made.text).toBe(201);
  return made.json.id;
};
const add = (id: string, token: string, addresses: readonly object[], headers: object = PURPOSE) =>
  post(`/v1/watch/sets/${id}/add`, token, { addresses }, headers);
const alertsOf = async (token: string, watch: string) => {
  const { json, status, text } = await get(`/v1/watch/alerts?watch=${watch}&limit=200`, token);
  expect(status, text).toBe(200);
  return json.items as Record<string, unknown>[];
};
/** Until every act that the ledger has was looked at. */
async function followed(): Promise<void> {
  const { database } = gateway.deps.projection;
  const last = database.prepare('SELECT max(block) AS block FROM label_act').get()!.block as number;
  using progress = new DatabaseSync(join(gateway.deps.directory, 'watch.sqlite'), {
    readOnly: true,
  });
  const block = () =>
    progress.prepare(`SELECT block FROM cursor WHERE name = 'ALERTS'`).get()?.block ?? -1;
  await expect.poll(block, { timeout: 20_000 }).toBeGreaterThanOrEqual(last);
}
const eventsOf = async (token: string, watch: string) =>
  (await alertsOf(token, watch)).map(({ event }) => event);
const waitForEvents = (token: string, watch: string, events: readonly string[]) =>
  expect.poll(() => eventsOf(token, watch), { timeout: 20_000 }).toEqual(events);

describe('a watch', () => {
  it('is seen by whoever made it, or by the member, and by nobody else', async () => {
    const own = await create(tokens.ana);
    const shared = await create(tokens.ana, { access: 'MEMBER' });
    const statusOf = async (id: string, token: string) =>
      (await get(`/v1/watch/sets/${id}`, token)).status;
    for (const token of [tokens.ben, tokens.sg, tokens.exchange])
      expect(await statusOf(own, token)).toBe(404);
    expect(await statusOf(shared, tokens.ben)).toBe(200);
    expect(await statusOf(shared, tokens.sg)).toBe(404);
    expect(await statusOf(shared, tokens.auditor)).toBe(403);
    const listed = async (token: string) =>
      (await get('/v1/watch/sets', token)).json.items.map(({ id }: { id: string }) => id);
    expect(await listed(tokens.ana)).toEqual(expect.arrayContaining([own, shared]));
    expect(await listed(tokens.ben)).not.toContain(own);
    expect(await listed(tokens.ben)).toContain(shared);
    expect(await listed(tokens.sg)).not.toContain(shared);
    for (const verb of ['remove', 'add', 'drop']) {
      const body = verb === 'remove' ? undefined : { addresses: [{ address: sampleAddress(1) }] };
      const path = `/v1/watch/sets/${own}/${verb}`;
      expect([verb, (await post(path, tokens.ben, body, PURPOSE)).status]).toEqual([verb, 404]);
    }
    expect((await post(`/v1/watch/sets/${own}`, tokens.sg, { name: 'mine' })).status).toBe(404);
    const kept = await post(`/v1/watch/sets/${shared}`, tokens.ben, { access: 'OWNER' });
    expect([kept.status, kept.json.code]).toEqual([403, 'NOT_ALLOWED']);
    const changed = await post(`/v1/watch/sets/${shared}`, tokens.ana, { access: 'OWNER' });
    expect(changed.json).toMatchObject({ access: 'OWNER', own: true });
    expect(await statusOf(shared, tokens.ben)).toBe(404);
    expect((await post(`/v1/watch/sets/${own}/remove`, tokens.ana)).status).toBe(204);
    expect(await statusOf(own, tokens.ana)).toBe(404);
  });

  it('takes addresses in any writing, once, and says which it cannot take', async () => {
    const id = await create(tokens.ana);
    const first = await add(id, tokens.ana, [
      { address: sampleAddress(900), reference: 'deposit 1' },
      { address: sampleAddress(900).toLowerCase() },
      { address: '0xD0cC2B24980CBCCA47EF755Da88B220a82291408' },
      { address: sampleAddress(901), network: 'bip122:000000000019d6689c085ae165831e93' },
    ]);
    expect(first.json).toEqual({
      ...{ added: 1, present: 1, refusals: 2, size: 1 },
      refused: [
        { at: 2, code: 'ADDRESS_CHECKSUM' },
        { at: 3, code: 'ADDRESS_NETWORK' },
      ],
    });
    const lines = Array.from({ length: 1500 }, (_, at) => ({ address: sampleAddress(1000 + at) }));
    const streamed = await gateway.call('POST', `/v1/watch/sets/${id}/add`, {
      token: tokens.ana,
      raw: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      headers: { 'content-type': NDJSON, ...PURPOSE },
    });
    expect(streamed.json).toMatchObject({ added: 1500, present: 0, size: 1501 });
    const listed: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const page = await get(`/v1/watch/sets/${id}/addresses?limit=200${cursor}`, tokens.ana);
      listed.push(...page.json.items.map(({ address }: { address: string }) => address));
      ({ next } = page.json);
    }
    expect(listed.toSorted()).toEqual(
      [sampleAddress(900), ...lines.map(({ address }) => address)].toSorted(),
    );
    const dropped = await post(`/v1/watch/sets/${id}/drop`, tokens.ana, {
      addresses: [{ address: sampleAddress(900) }, { address: sampleAddress(5) }],
    });
    expect(dropped.json).toEqual({ removed: 1, size: 1500 });
  });

  it('is on record as a screening is: who, why and how many, and not which', async () => {
    const id = await create(tokens.ana);
    const nameless = await add(id, tokens.ana, [{ address: sampleAddress(2) }], {});
    expect([nameless.status, nameless.json.code]).toEqual([422, 'PURPOSE_MISSING']);
    expect((await get(`/v1/watch/sets/${id}`, tokens.ana)).json.size).toBe(0);
    await add(id, tokens.ana, [{ address: sampleAddress(2) }, { address: sampleAddress(3) }]);
    const entries = gateway.journalStore.entries(CN, 1, 10_000);
    const entry = JSON.parse(Buffer.from(entries.at(-1)!.bytes).toString());
    expect(entry).toMatchObject({
      ...{ kind: 'SCREENING', operation: 'watchAddresses', queries: 2, purpose: 'CASE-2026-1' },
      role: 'investigator',
    });
    expect(JSON.stringify(entry)).not.toContain(sampleAddress(2));
  });

  it('is on record when it ends too, in part or whole, and not where nothing did', async () => {
    const id = await create(tokens.ana, { access: 'MEMBER' });
    await add(id, tokens.ana, [{ address: sampleAddress(2) }, { address: sampleAddress(3) }]);
    const last = () => {
      const [entry] = gateway.journalStore.entries(CN, 1, 10_000).slice(-1);
      return JSON.parse(Buffer.from(entry!.bytes).toString());
    };
    const drop = { addresses: [{ address: sampleAddress(2) }] };
    expect((await post(`/v1/watch/sets/${id}/drop`, tokens.ben, drop, PURPOSE)).status).toBe(200);
    const dropped = last();
    const role = 'analyst';
    expect(dropped).toMatchObject({
      ...{ kind: 'READ', operation: 'dropAddresses', role, objects: [`watch/${id}`] },
      purpose: 'CASE-2026-1',
    });
    expect(JSON.stringify(dropped)).not.toContain(sampleAddress(2));
    const { length } = gateway.journalStore.entries(CN, 1, 10_000);
    expect((await post(`/v1/watch/sets/${newId()}/remove`, tokens.ben)).status).toBe(404);
    expect(gateway.journalStore.entries(CN, 1, 10_000)).toHaveLength(length);
    expect((await post(`/v1/watch/sets/${id}/remove`, tokens.ben)).status).toBe(204);
    expect(last()).toMatchObject({
      ...{ kind: 'READ', operation: 'removeWatch', role, objects: [`watch/${id}`] },
    });
  });

  it('takes nothing at a gateway that cannot put it on record', async () => {
    const mute = await startTestGateway(consortium, {
      name: 'mute',
      change: { serviceSigners: new Map([[CN, gateway.deps.serviceSigners.get(CN)!]]) },
    });
    try {
      const call = (path: string, body: object) =>
        mute.call('POST', path, { token: tokens.sg, body, headers: PURPOSE });
      const { id } = (await call('/v1/watch/sets', { name: 'wallets' })).json;
      const before = mute.journalStore.entries(SG, 1, 1000).length;
      const addresses = [{ address: sampleAddress(2) }];
      const { status, json } = await call(`/v1/watch/sets/${id}/add`, { addresses });
      expect([status, json.code]).toEqual([403, 'KEY_NOT_HELD']);
      const kinds = mute.journalStore
        .entries(SG, 1, 1000)
        .slice(before)
        .map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()).kind);
      expect(kinds).toEqual(['REFUSAL']);
    } finally {
      await mute.close();
    }
  });

  it('is bounded', async () => {
    const id = await create(tokens.ana);
    const viewer = { member: CN, who: 'somebody' };
    const many = Array.from({ length: MAX_ADDRESSES + 1 }, (_, at) => ({
      address: `0x${at.toString(16).padStart(40, '0')}`,
    }));
    const watch = gateway.deps.watches.create(viewer, { name: 'many', access: 'OWNER' });
    expect(() => gateway.deps.watches.addAddresses(watch.id, viewer, many)).toThrow(
      expect.objectContaining({ code: 'LIMIT_REACHED' }),
    );
    gateway.deps.watches.remove(watch.id, viewer);
    expect((await get(`/v1/watch/sets/${id}`, tokens.ana)).json.size).toBe(0);
    for (let count = 0; count < 100; count += 1)
      gateway.deps.watches.create(viewer, { name: 'one', access: 'OWNER' });
    expect(() => gateway.deps.watches.create(viewer, { name: 'one', access: 'OWNER' })).toThrow(
      expect.objectContaining({ code: 'LIMIT_REACHED' }),
    );
  });

  it('has a name that tells nobody’s address', async () => {
    const named = await post('/v1/watch/sets', tokens.ana, { name: sampleAddress(1) });
    expect([named.status, named.json.code]).toEqual([400, 'BAD_INPUT']);
  });

  it('stands in a file that others cannot read', async () => {
    const file = join(gateway.deps.directory, 'watch.sqlite');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

describe('an alert', () => {
  it('is raised by an assertion and by every change of its standing, once for each act', async () => {
    const id = await create(tokens.ana);
    const before = makeLabels([sampleFacts(50)]);
    await assertLabels(before);
    await followed();
    await add(id, tokens.ana, [
      { address: sampleAddress(50), reference: 'a' },
      { address: sampleAddress(52), reference: 'b' },
    ]);
    const made = makeLabels([sampleFacts(50), sampleFacts(51), sampleFacts(52)]);
    const batch = await assertLabels(made);
    await waitForEvents(tokens.ana, id, ['ASSERTED']);
    const [alert] = await alertsOf(tokens.ana, id);
    expect(alert).toMatchObject({ batch, label: null, count: 2, watch: id, acknowledgedAt: null });
    const labels = await get(`/v1/watch/alerts/${alert!.id}/labels`, tokens.ana);
    expect(labels.json.items).toEqual([
      { index: 0, address: sampleAddress(50), reference: 'a' },
      { index: 2, address: sampleAddress(52), reference: 'b' },
    ]);
    await say(abroad, 'label/corroborate', { ...oneOf(batch, made, 0), legalBasis: BASIS });
    // Of a label that is not watched.
    await say(abroad, 'label/corroborate', { ...oneOf(batch, made, 1), legalBasis: BASIS });
    const dispute = newId();
    const disputed = { ...oneOf(batch, made, 2), id: dispute, onBehalfOf: 'PERSON' };
    await say(abroad, 'label/dispute', { ...disputed, legalBasis: BASIS });
    await say(labeller, 'label/withdraw', oneOf(batch, made, 2));
    await say(labeller, 'label/answer', { dispute, position: 'WITHDRAWN' });
    const all = ['ASSERTED', 'CORROBORATED', 'DISPUTED', 'WITHDRAWN', 'ANSWERED'];
    await waitForEvents(tokens.ana, id, all);
    const alerts = await alertsOf(tokens.ana, id);
    expect(alerts.map(({ label, count }) => [label, count])).toEqual([
      ...[
        [null, 2],
        [0, 1],
        [2, 1],
        [2, 1],
        [2, 1],
      ],
    ]);
    expect(alerts[2]).toMatchObject({ dispute, answerBy: expect.any(Number) });
    const sequences = alerts.map(({ sequence }) => sequence as number);
    expect(sequences).toEqual(sequences.toSorted((one, other) => one - other));
  });

  it('tells the member whose label is disputed, without anybody having asked for it', async () => {
    const { json } = await get('/v1/watch/sets', tokens.ben);
    const [built] = json.items.filter(({ kind }: { kind: string }) => kind === 'DISPUTES');
    expect(built).toMatchObject({ access: 'MEMBER', own: false });
    await waitForEvents(tokens.ben, built.id, ['DISPUTED']);
    const [alert] = await alertsOf(tokens.ben, built.id);
    expect(alert).toMatchObject({ answerBy: expect.any(Number), dispute: expect.any(String) });
    const removed = await post(`/v1/watch/sets/${built.id}/remove`, tokens.ben);
    expect([removed.status, removed.json.code]).toEqual([403, 'NOT_ALLOWED']);
    expect((await get(`/v1/watch/alerts/${alert!.id}`, tokens.sg)).status).toBe(404);
  });

  it('of a private watch is seen by its owner alone, and acknowledged once', async () => {
    const id = await create(tokens.ana);
    await add(id, tokens.ana, [{ address: sampleAddress(60) }]);
    await assertLabels(makeLabels([sampleFacts(60)]));
    await waitForEvents(tokens.ana, id, ['ASSERTED']);
    const [alert] = await alertsOf(tokens.ana, id);
    for (const token of [tokens.ben, tokens.sg]) {
      expect(await alertsOf(token, id)).toEqual([]);
      for (const path of ['', '/labels'])
        expect((await get(`/v1/watch/alerts/${alert!.id}${path}`, token)).status).toBe(404);
      const path = `/v1/watch/alerts/${alert!.id}/acknowledge`;
      expect((await post(path, token)).status).toBe(404);
    }
    const done = await post(`/v1/watch/alerts/${alert!.id}/acknowledge`, tokens.ana);
    const again = await post(`/v1/watch/alerts/${alert!.id}/acknowledge`, tokens.ana);
    expect(done.json.acknowledgedAt).toEqual(expect.any(Number));
    expect(again.json).toEqual(done.json);
    const open = await get(`/v1/watch/alerts?watch=${id}&state=OPEN`, tokens.ana);
    expect(open.json.items).toEqual([]);
  });

  it('comes of what is filed under a category or below it', async () => {
    const id = await create(tokens.ana, { categories: ['abuse'] });
    const other = await create(tokens.ana, { categories: ['mixing'] });
    const facts = [70, 71, 72].map((number, at) =>
      sampleFacts(number, { category: ['romance-scam', 'exchange', 'scam'][at]! }),
    );
    const made = makeLabels(facts);
    const batch = await assertLabels(made);
    await say(abroad, 'label/corroborate', { ...oneOf(batch, made, 1), legalBasis: BASIS });
    await say(abroad, 'label/corroborate', { ...oneOf(batch, made, 2), legalBasis: BASIS });
    await waitForEvents(tokens.ana, id, ['ASSERTED', 'CORROBORATED']);
    expect((await alertsOf(tokens.ana, id)).map(({ count }) => count)).toEqual([2, 1]);
    expect(await alertsOf(tokens.ana, other)).toEqual([]);
    const refused = await add(id, tokens.ana, [{ address: sampleAddress(1) }]);
    expect([refused.status, refused.json.code]).toEqual([403, 'NOT_ALLOWED']);
  });

  it('waits for a manifest that is not what it was, and comes once that is here again', async () => {
    const made = makeLabels([sampleFacts(75)]);
    const batch = await assertLabels(made);
    const { feed, view } = gateway.deps.labels;
    await expect
      .poll(() => feed.index.isWhole(feed.numberOf(batch) ?? -1), { timeout: 20_000 })
      .toBe(true);
    const directory = await mkdtemp(join(tmpdir(), 'tabellion-watch-'));
    const manifests = await LabelManifestStore.open(join(directory, 'manifests'));
    const file = join(directory, 'manifests', `${made.digest}.ndjson`);
    const store = openWatchStore(join(directory, 'watch.sqlite'), Date.now);
    try {
      const categories = ['mixer'];
      const watch = store.add(
        { member: CN, owner: null },
        { name: 'schemes', access: 'MEMBER', kind: 'CATEGORIES', categories },
      );
      const before = view.findBatch(batch)!;
      const ledger = store.deadlines.ledgerOf(view.genesis()!);
      store.deadlines.advance(ledger, 'ALERTS', [before.block, before.position - 1]);
      const matcher = createMatcher({ feed, view, manifests, store });
      const follower = createFollower({ feed, view, store, matcher });
      const catchUp = () => follower.catchUp(AbortSignal.timeout(20_000));
      const alerts = () =>
        store.alerts.list({ member: CN, who: 'ana' }, { watch: watch.id }, 0, 10);
      const bent = Buffer.from(made.bytes);
      bent[bent.indexOf('wallet 75')]! ^= 1;
      await writeFile(file, bent);
      await expect(catchUp()).rejects.toMatchObject({ name: 'ChangedFile' });
      expect(alerts()).toEqual([]);
      await writeFile(file, made.bytes);
      await catchUp();
      expect(alerts()).toMatchObject([{ event: 'ASSERTED', batch, count: 1 }]);
    } finally {
      store.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('is streamed as it is raised, and again after a cursor', async () => {
    const id = await create(tokens.ana);
    await add(id, tokens.ana, [{ address: sampleAddress(80) }]);
    const before = (await get('/v1/watch/alerts?limit=200', tokens.ana)).json.items.at(-1).sequence;
    const response = await gateway.request('GET', '/v1/watch/events', {
      token: tokens.ana,
      headers: { 'last-event-id': String(before) },
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    await assertLabels(makeLabels([sampleFacts(80)]));
    let text = '';
    while (!text.includes('event: watch.alert')) text += (await reader.read()).value ?? '';
    await reader.cancel();
    expect(text).toContain(`"watch":"${id}"`);
    const bad = await gateway.call('GET', '/v1/watch/events', {
      token: tokens.ana,
      headers: { 'last-event-id': '1.2' },
    });
    expect(bad.status).toBe(400);
  });
});

describe('the feed of a category', () => {
  const readAll = async (category: string, limit: number) => {
    const items: Record<string, unknown>[] = [];
    let cursor = '';
    for (;;) {
      const from = cursor === '' ? '' : `&cursor=${cursor}`;
      const path = `/v1/label/feed?category=${category}&limit=${limit}${from}`;
      const page = await get(path, tokens.exchange);
      expect(page.status, page.text).toBe(200);
      items.push(...page.json.items);
      ({ cursor } = page.json);
      if (!page.json.more) return { items, cursor };
    }
  };

  it('has its labels and what happened to them, each once, whatever the page', async () => {
    await followed();
    const { items, cursor } = await readAll('scam', 200);
    const seen = items.map(({ event, index, label }) => [
      ...[event, index, (label as { category: string }).category],
    ]);
    expect(seen).toEqual([
      ['ASSERTED', 0, 'romance-scam'],
      ['ASSERTED', 2, 'scam'],
      ['CORROBORATED', 2, 'scam'],
    ]);
    for (const limit of [1, 2]) expect((await readAll('scam', limit)).items).toEqual(items);
    const more = makeLabels([sampleFacts(75), sampleFacts(76, { category: 'scam' })]);
    await assertLabels(more);
    await followed();
    const path = `/v1/label/feed?category=scam,mixing&cursor=${cursor}`;
    const later = await get(path, tokens.exchange);
    expect(later.json).toMatchObject({ more: false, items: [{ index: 1 }] });
    expect(JSON.stringify(later.json)).not.toContain('salt');
    for (const query of ['', '?category=', '?category=A', '?category=scam&cursor=x'])
      expect((await get(`/v1/label/feed${query}`, tokens.exchange)).status).toBe(400);
  });
});

describe('after a restart', () => {
  it('no alert is raised again, also where the ledger is read from its beginning', async () => {
    const all = async () => (await get('/v1/watch/alerts?limit=200', tokens.ana)).json.items;
    const before = await all();
    expect(before.length).toBeGreaterThan(7);
    await gateway.close();
    // As if it had ended between an act and the note of how far it had come.
    const database = new DatabaseSync(join(gateway.deps.directory, 'watch.sqlite'));
    database.exec('UPDATE cursor SET block = -1, position = -1');
    database.close();
    gateway = await startTestGateway(consortium);
    const id = await create(tokens.ana);
    await add(id, tokens.ana, [{ address: sampleAddress(90) }]);
    await assertLabels(makeLabels([sampleFacts(90)]));
    await waitForEvents(tokens.ana, id, ['ASSERTED']);
    // What is watched by now was found again in the whole ledger: the same alerts, and those of watches
    // that were made after the act.
    const after = await all();
    expect(after.slice(0, before.length)).toEqual(before);
    const names = after.map(({ id }: { id: string }) => id);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a webhook', () => {
  it('tells of an address to try things out with, from the watch to the receiver and back', async () => {
    const made = await post('/v1/webhook/endpoints', tokens.service, { url: receiver.url });
    expect(made.status, made.text).toBe(201);
    const { endpoint } = made.json;
    const watch = await create(tokens.ana, { access: 'MEMBER' });
    const hidden = await create(tokens.ana);
    const address = writeReserved(networkOf(ETHEREUM)!, 'LABELLED')!;
    await add(hidden, tokens.ana, [{ address }]);
    await add(watch, tokens.ana, [{ address, reference: 'integration' }]);
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(1);
    const { body } = receiver.received[0]!;
    const { type, data } = JSON.parse(body);
    expect([type, data.test]).toEqual(['watch.alert', true]);
    expect(body).not.toContain(address);
    const alert = await get(`/v1/watch/alerts/${data.id}`, tokens.service);
    expect(alert.json).toMatchObject({ event: 'TEST', watch, count: 1, key: null });
    const { items } = (await get(`/v1/watch/alerts/${data.id}/labels`, tokens.service)).json;
    expect(items).toEqual([{ index: 0, address, reference: 'integration' }]);
    const path = `/v1/webhook/endpoints/${endpoint.id}`;
    const messages = await get(`${path}/messages`, tokens.service);
    expect(messages.json.items).toMatchObject([
      { state: 'DELIVERED', attempts: [{ status: 204 }] },
    ]);
    for (const token of [tokens.ana, tokens.auditor])
      expect((await get(path, token)).status).toBe(403);
    expect((await get(path, tokens.exchange)).status).toBe(404);
    const [{ id }] = messages.json.items;
    await post(`${path}/messages/${id}/redeliver`, tokens.service);
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(2);
    expect(receiver.received[1]!.headers['webhook-id']).toBe(id);
    const private10 = await post(path, tokens.service, { url: 'https://10.0.0.1/' });
    expect([private10.status, private10.json.code]).toEqual([422, 'WEBHOOK_URL_REFUSED']);
    const rotated = await post(`${path}/rotate`, tokens.service, { overlapHours: 1 });
    expect(rotated.json.secret).not.toBe(made.json.secret);
    expect((await post(`${path}/test`, tokens.service)).status).toBe(202);
    expect((await post(`${path}/remove`, tokens.service)).status).toBe(204);
  });

  it('that failed before a restart is delivered after it, under the same ID', async () => {
    receiver.answer = (response) => response.writeHead(503).end();
    const made = await post('/v1/webhook/endpoints', tokens.service, { url: receiver.url });
    const watch = await create(tokens.ana, { access: 'MEMBER' });
    await add(watch, tokens.ana, [{ address: sampleAddress(95) }]);
    const count = receiver.received.length;
    await assertLabels(makeLabels([sampleFacts(95)]));
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBeGreaterThan(count);
    const failed = receiver.received.at(-1)!.headers['webhook-id'];
    await gateway.close();
    receiver.answer = (response) => response.writeHead(204).end();
    gateway = await startTestGateway(consortium);
    const path = `/v1/webhook/endpoints/${made.json.endpoint.id}`;
    await expect
      .poll(async () => (await get(`${path}/messages`, tokens.service)).json.items, {
        timeout: 20_000,
      })
      .toMatchObject([{ id: failed, state: 'DELIVERED' }]);
    expect(receiver.received.at(-1)!.headers['webhook-id']).toBe(failed);
  });
});

it('writes no watched address into a log or the ledger', async () => {
  const { database } = gateway.deps.projection;
  const rows = database.prepare('SELECT value FROM state').all() as { value: Uint8Array }[];
  const text = rows.map(({ value }) => Buffer.from(value).toString('latin1')).join('');
  expect(text).not.toContain(sampleAddress(95));
  const file = await readFile(join(gateway.deps.directory, 'webhook.sqlite'), 'latin1');
  expect(file).not.toContain(sampleAddress(95));
});
