/** What the passing of time raises: by which time, for whom, and each once. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buildTree, type LabelFacts, toHex } from '@tabellion/proof';
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
import { makeLabels, sampleAddress, sampleFacts } from '../label/testing.ts';
import { createFallDue } from './fall-due.ts';
import { createMatcher } from './match.ts';
import { openWatchStore, type Watch, type WatchStore } from './store.ts';

const BASIS = { id: 'cn-cpl-141', version: 1 };
const reason = 'wallets of a ransom campaign';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EVERYBODY = { name: 'wallets', access: 'MEMBER', categories: [] } as const;

let consortium: TestConsortium;
let gateway: TestGateway;
let labeller: TestPerson;
let abroad: TestPerson;
/** By how much the clock of everything on the ledger is ahead of this machine's. */
let ahead = 0;
const ledgerNow = () => Date.now() + ahead;

let directory: string;
let store: WatchStore;
/** The clock of whoever is told. */
let clock: () => number | undefined = ledgerNow;

beforeAll(async () => {
  consortium = await openTestConsortium(ledgerNow);
  gateway = await startTestGateway(consortium, { now: ledgerNow });
  labeller = await gateway.enrolPerson(CN, 'analyst', 'labeller');
  abroad = await gateway.enrolPerson(SG, 'analyst', 'labeller');
  directory = await mkdtemp(join(tmpdir(), 'tabellion-fall-due-'));
});
afterAll(async () => {
  store?.close();
  await gateway?.close();
  await consortium?.close();
  await rm(directory, { recursive: true, force: true });
});

let files = 0;
const fileOf = (number: number) => join(directory, `watch-${number}.sqlite`);
beforeEach(() => {
  store?.close();
  files += 1;
  clock = ledgerNow;
  store = openWatchStore(fileOf(files), ledgerNow);
});

/** As a restart: what is not on disk is gone. */
function reopen(change?: string): void {
  store.close();
  if (change !== undefined) {
    const database = new DatabaseSync(fileOf(files));
    database.exec(change);
    database.close();
  }
  store = openWatchStore(fileOf(files), ledgerNow);
}

type Made = ReturnType<typeof makeLabels>;
async function level(): Promise<void> {
  const { projection, labels } = gateway.deps;
  await projection.catchUp(AbortSignal.timeout(30_000));
  await expect
    .poll(() => labels.feed.library.level?.height, { timeout: 20_000 })
    .toBe(projection.height);
}
async function assertLabels(made: Made): Promise<string> {
  const put = await gateway.call('PUT', `/v1/label/manifests/${made.digest}`, {
    token: labeller.token,
    raw: made.bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(put.status, put.text).toBe(201);
  const { digest: manifest, root, size, tlp } = made;
  const taxonomy = { id: 'addresses', version: 1 };
  await say(labeller, 'assert', { root, size, manifest, tlp, taxonomy, legalBasis: BASIS });
  await level();
  const { database } = gateway.deps.projection;
  const found = database.prepare('SELECT digest FROM label_batch WHERE manifest = ?').get(manifest);
  return found!.digest as string;
}
const say = async (person: TestPerson, verb: string, input: object) => {
  const { status, text } = await gateway.act(person, `label/${verb}`, { ...input, reason });
  expect(status, text).toBe(200);
};
const oneOf = (batch: string, made: Made, index: number) => ({
  batch,
  label: { leaf: toHex(made.leaves[index]!), index },
  path: buildTree(made.leaves).path(index).map(toHex),
});
/** Time passes on the ledger only with a transaction. */
async function passTo(time: number, other: number): Promise<void> {
  ahead += time - ledgerNow();
  await assertLabels(makeLabels([sampleFacts(other)]));
}

const keyOf = (number: number) => {
  const read = normaliseAddress(sampleAddress(number));
  if (isRefusal(read)) throw new Error(read.code);
  return read.key;
};
const watchAddresses = (...numbers: readonly number[]): Watch => {
  const watch = store.add({ member: CN, owner: 'ana' }, { ...EVERYBODY, kind: 'ADDRESSES' });
  const entries = numbers.map((number) => ({
    key: keyOf(number),
    address: sampleAddress(number),
    reference: `r${number}`,
  }));
  store.addEntries(watch, entries, []);
  return watch;
};
const watchDisputes = (member: string): Watch =>
  store.add({ member, owner: null }, { ...EVERYBODY, kind: 'DISPUTES' });
const watchCategory = (category: string): Watch =>
  store.add(
    { member: CN, owner: 'ana' },
    { ...EVERYBODY, kind: 'CATEGORIES', categories: [category] },
  );
const alertsOf = ({ id, member }: Watch) =>
  store.alerts.list({ member, who: 'ana' }, { watch: id }, 0, 100);
const told = (watch: Watch) => alertsOf(watch).map(({ event, at }) => [event, at]);

async function lookAround(): Promise<void> {
  const { feed, view, manifests } = gateway.deps.labels;
  const matcher = createMatcher({ feed, view, manifests, store });
  const fallDue = createFallDue({ feed, view, manifests, store, matcher, clock: () => clock() });
  await fallDue.catchUp(AbortSignal.timeout(60_000));
}
const datesKept = () => {
  const database = new DatabaseSync(fileOf(files), { readOnly: true });
  const { count } = database.prepare('SELECT count(*) AS count FROM expiry').get() as {
    count: number;
  };
  database.close();
  return count;
};
const ending = (number: number, validUntil: number, changes: Partial<LabelFacts> = {}) =>
  sampleFacts(number, { validUntil, ...changes });

describe('a label that holds no longer', () => {
  it('is told once of each end to whoever watches then, also what was asserted before', async () => {
    const end = ledgerNow() + HOUR;
    const made = makeLabels([
      ...[ending(1, end), ending(2, end), ending(3, end + HOUR), sampleFacts(4)],
      ...[ending(5, end), ending(6, end, { category: 'scam' })],
    ]);
    const batch = await assertLabels(made);
    const early = watchAddresses(1, 2, 3, 4);
    const filed = watchCategory('abuse');
    await lookAround();
    expect(told(early)).toEqual([]);
    const late = watchAddresses(2);
    await passTo(end + 1, 100);
    await lookAround();
    expect(alertsOf(early)).toMatchObject([
      { event: 'EXPIRED', at: end, batch, label: null, count: 2, dispute: null },
    ]);
    expect(store.alerts.listLabels(alertsOf(early)[0]!, -1, 10)).toEqual([
      { index: 0, address: sampleAddress(1), reference: 'r1' },
      { index: 1, address: sampleAddress(2), reference: 'r2' },
    ]);
    expect(alertsOf(late)).toMatchObject([{ event: 'EXPIRED', count: 1 }]);
    expect(alertsOf(filed)).toMatchObject([{ event: 'EXPIRED', count: 1 }]);
    const screened = gateway.deps.labels.screen.begin().find(keyOf(1));
    expect(screened.labels).toMatchObject([{ status: 'EXPIRED' }]);
    await passTo(end + HOUR + 1, 101);
    await lookAround();
    expect(alertsOf(early)).toMatchObject([{ at: end }, { at: end + HOUR, label: 2, count: 1 }]);
    expect(told(late)).toHaveLength(1);
  });

  it('is told neither by the one clock alone nor by the other', async () => {
    const end = ledgerNow() + HOUR;
    await assertLabels(makeLabels([ending(10, end)]));
    const watch = watchAddresses(10);
    await lookAround();
    // The gateway's clock jumps ahead: by the ledger's time the label still holds.
    clock = () => end + DAY;
    await lookAround();
    expect(told(watch)).toEqual([]);
    // A transaction is dated ahead: by the gateway's own clock the label still holds.
    await passTo(end + DAY, 110);
    clock = () => end - 1;
    await lookAround();
    expect(told(watch)).toEqual([]);
    // At exactly its end it holds; nothing is due either by a clock that is not believed.
    clock = () => end;
    await lookAround();
    clock = () => undefined;
    await lookAround();
    expect(told(watch)).toEqual([]);
    clock = () => end + 1;
    await lookAround();
    expect(told(watch)).toEqual([['EXPIRED', end]]);
    // Set back and forward again.
    for (const time of [end - HOUR, end + HOUR]) {
      clock = () => time;
      await lookAround();
    }
    expect(told(watch)).toHaveLength(1);
  });

  it('is not told where it was withdrawn, ended by its asserter, or had ended before anybody watched', async () => {
    const end = ledgerNow() + HOUR;
    const made = makeLabels([ending(20, end), ending(21, end), ending(22, end)]);
    const batch = await assertLabels(made);
    const watch = watchAddresses(20, 21);
    await lookAround();
    await say(labeller, 'withdraw', oneOf(batch, made, 0));
    const over = { sighting: 'EXPIRED', happenedAt: ledgerNow() };
    await say(labeller, 'sight', { ...oneOf(batch, made, 1), ...over });
    await passTo(end + 1, 120);
    await lookAround();
    const late = watchAddresses(22);
    await lookAround();
    expect([told(watch), told(late)]).toEqual([[], []]);
    expect(datesKept()).toBe(0);
  });

  it('leaves no trace where nobody watches, and is found again once somebody does', async () => {
    const end = ledgerNow() + HOUR;
    await assertLabels(makeLabels([ending(30, end), sampleFacts(31)]));
    await lookAround();
    expect(datesKept()).toBe(0);
    const watch = watchAddresses(30);
    await lookAround();
    expect(datesKept()).toBe(1);
    store.remove(watch);
    await lookAround();
    expect(datesKept()).toBe(0);
    const again = watchAddresses(30);
    await lookAround();
    await passTo(end + 1, 130);
    await lookAround();
    expect(told(again)).toEqual([['EXPIRED', end]]);
  });

  it('is told once although the gateway was down when it ended, and the ledger is read again', async () => {
    const end = ledgerNow() + HOUR;
    const watch = watchAddresses(40);
    await lookAround();
    await assertLabels(makeLabels([ending(40, end)]));
    reopen();
    await passTo(end + DAY, 140);
    await lookAround();
    const before = alertsOf(watch);
    expect(before).toMatchObject([{ event: 'EXPIRED', at: end }]);
    reopen();
    await lookAround();
    reopen('UPDATE cursor SET block = -1, position = -1');
    await gateway.deps.projection.rebuild();
    await level();
    await lookAround();
    expect(alertsOf(watch)).toEqual(before);
    // Nor after it was seen and removed in time.
    store.acknowledge(before[0]!, 'ana');
    expect(store.alerts.removeAcknowledged(ledgerNow() + 1, 10)).toBe(1);
    reopen();
    await gateway.deps.projection.rebuild();
    await level();
    await lookAround();
    expect(alertsOf(watch)).toEqual([]);
  });

  it('costs a look at what is due, however many are not', async () => {
    const end = ledgerNow() + HOUR;
    const many = Array.from({ length: 3000 }, (_, number) => ending(5000 + number, end + DAY));
    await assertLabels(makeLabels([ending(50, end), ...many]));
    const watch = watchAddresses(50);
    await lookAround();
    expect(datesKept()).toBe(3001);
    const { feed, manifests } = gateway.deps.labels;
    const read: string[] = [];
    const spied = new Proxy(manifests, {
      get(target, name) {
        read.push(String(name));
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await passTo(end + 1, 150);
    const { view } = gateway.deps.labels;
    const matcher = createMatcher({ feed, view, manifests: spied, store });
    const ports = { feed, view, manifests: spied, store, matcher, clock: ledgerNow };
    await createFallDue(ports).catchUp(AbortSignal.timeout(60_000));
    // The batch that moved the ledger's time, and the one label.
    expect(read).toEqual(['readLines', 'readLine']);
    expect(told(watch)).toEqual([['EXPIRED', end]]);
    read.length = 0;
    await createFallDue(ports).catchUp(AbortSignal.timeout(60_000));
    expect(read).toEqual([]);
  });

  it('is told of each end, however many there are, also of those before one that cannot be read', async () => {
    const end = ledgerNow() + HOUR;
    const many = Array.from({ length: 300 }, (_, at) => ending(9000 + at, end + at));
    await assertLabels(makeLabels(many));
    const watch = watchAddresses(...many.map((_, at) => 9000 + at));
    const filed = watchCategory('mixer');
    await lookAround();
    const kept = datesKept();
    await passTo(end + many.length, 160);
    const { feed, view, manifests } = gateway.deps.labels;
    let lines = 0;
    const read: string[] = [];
    const spied = new Proxy(view, {
      get(target, name) {
        read.push(String(name));
        return Reflect.get(target, name);
      },
    });
    const failing = new Proxy(manifests, {
      get(target, name) {
        if (name === 'readLine' && ++lines > 200) throw new Error('a manifest cannot be read');
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const broken = { feed, view: spied, manifests: failing, store };
    const ports = { ...broken, matcher: createMatcher(broken), clock: ledgerNow };
    await expect(createFallDue(ports).catchUp(AbortSignal.timeout(60_000))).rejects.toThrow();
    const countOf = ({ id, member }: Watch) =>
      store.alerts.list({ member, who: 'ana' }, { watch: id }, 0, 1000).length;
    expect([countOf(watch), countOf(filed), datesKept()]).toEqual([200, 200, kept - 200]);
    // What all of them go by is read once.
    expect(read.filter((name) => name === 'taxonomyOf')).toHaveLength(1);
    expect(read.filter((name) => name === 'listResponsesBelow')).toEqual([]);
    await lookAround();
    expect([countOf(watch), countOf(filed), datesKept()]).toEqual([300, 300, kept - 300]);
  });
});

describe('a dispute that nobody answers', () => {
  it('is told once when its date has passed: to whoever has to answer, and to whoever watches', async () => {
    const made = makeLabels([sampleFacts(60), sampleFacts(61), sampleFacts(62)]);
    const batch = await assertLabels(made);
    const dispute = newId();
    const answered = newId();
    const input = { onBehalfOf: 'PERSON', legalBasis: BASIS };
    await say(abroad, 'dispute', { ...oneOf(batch, made, 0), ...input, id: dispute });
    await say(abroad, 'dispute', { ...oneOf(batch, made, 1), ...input, id: answered });
    await say(labeller, 'answer', { dispute: answered, position: 'MAINTAINED' });
    await level();
    const [own, other] = [watchDisputes(CN), watchDisputes(SG)];
    await lookAround();
    const { answerBy } = gateway.deps.labels.view.findDispute(dispute, 0)!.dispute.record;
    await passTo(answerBy - HOUR, 160);
    await lookAround();
    expect(told(own)).toEqual([]);
    // Who begins to watch before its date is told as well.
    const watch = watchAddresses(60, 61);
    await passTo(answerBy + 1, 161);
    clock = () => answerBy;
    await lookAround();
    expect(told(own)).toEqual([]);
    clock = ledgerNow;
    for (let round = 0; round < 2; round += 1) {
      await lookAround();
      const overdue = { event: 'OVERDUE', dispute, answerBy, at: answerBy, batch, label: 0 };
      expect(alertsOf(own)).toMatchObject([{ ...overdue, count: 1 }]);
      expect(alertsOf(watch)).toMatchObject([{ ...overdue, count: 1 }]);
      expect(told(other)).toEqual([]);
      reopen('UPDATE cursor SET block = -1, position = -1');
    }
    const shown = gateway.deps.labels.screen.begin();
    expect(shown.find(keyOf(60)).labels).toMatchObject([
      { status: 'DISPUTED', openDisputes: 1, overdueDisputes: 1 },
    ]);
    expect(shown.find(keyOf(61)).labels![0]).not.toHaveProperty('overdueDisputes');
    // A late answer ends it; who asks as of then is told as then.
    const height = gateway.deps.projection.height;
    await say(labeller, 'answer', { dispute, position: 'MAINTAINED' });
    await level();
    const { screen } = gateway.deps.labels;
    expect(screen.begin().find(keyOf(60)).labels![0]).not.toHaveProperty('overdueDisputes');
    expect(screen.begin(height).find(keyOf(60)).labels).toMatchObject([{ overdueDisputes: 1 }]);
    await lookAround();
    expect(told(own)).toHaveLength(1);
  });
});
