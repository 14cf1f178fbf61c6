import { canonicalBytes, fromBase64url, sha256, toBase64url, toHex } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CN,
  DE,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from '../http/testing.ts';
import { BASIS, type CustodyScene, EXAMINED, openCustodyScene, RECEIVED } from './testing.ts';

let consortium: TestConsortium;
let gateway: TestGateway;
let scene: CustodyScene;
let reader: string;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  scene = await openCustodyScene(gateway);
  reader = await gateway.signIn(DE, 'auditor', 'schmidt');
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

const get = async (path: string, token = reader) => {
  const { status, json, text } = await gateway.call('GET', `/v1/custody/${path}`, { token });
  expect(status, text).toBe(200);
  return json;
};
const refused = async (path: string) => {
  const { status, json } = await gateway.call('GET', `/v1/custody/${path}`, { token: reader });
  return [status, json.code];
};
const toSg = { to: { member: SG } };

describe('the life of an item', () => {
  let photo: string;
  let copy: string;
  const mirrorOf = { jurisdiction: 'DE', custodian: 'Provider-7', sha256: 'd'.repeat(64) };

  beforeAll(async () => {
    const { people } = scene;
    photo = await scene.open(0, { mirrorOf });
    await scene.step(people.cn, 'offer', photo, toSg);
    await scene.step(people.sg, 'accept', photo, RECEIVED);
    await scene.step(people.sg, 'examine', photo, EXAMINED);
    const conversion = { form: 'CONVERSION', from: STANDARD, to: { id: 'rfc-3227', version: 1 } };
    copy = await scene.derive(people.sg, photo, conversion);
  });
  const STANDARD = { id: 'iso-iec-27037', version: 1 };

  it('stands in the order of its chain, from the collection on', async () => {
    const life = await get(`items/${photo}`);
    const { items: steps } = life.steps;
    expect(steps.map(({ record }: { record: object }) => record)).toMatchObject([
      { kind: 'OFFER', sequence: 1, previous: digestOf(life.opening.record) },
      { kind: 'ACCEPT', sequence: 2, previous: steps[0].key.slice(8) },
      { kind: 'EXAMINE', sequence: 3, previous: steps[1].key.slice(8) },
    ]);
    expect(life.head).toMatchObject({ sequence: 3, last: steps[2].key.slice(8) });
    expect(life.head.holder.member).toBe(SG);
    expect(life.provenance).toMatchObject({
      acquisition: { key: `acquisition/${scene.acquisition}` },
      batch: { key: `batch/${scene.batch}` },
      closing: null,
      sources: [],
    });
    expect(life.derived).toMatchObject({ items: [{ record: { item: copy } }], next: null });
    expect(life.steps.next).toBeNull();
  });

  it('goes back through what it was derived from, and fits the reader by its present form', async () => {
    const again = await scene.derive(scene.people.sg, copy);
    const life = await get(`items/${again}`);
    const sources = life.provenance.sources.map((one: { key: string }) => one.key);
    expect(sources).toEqual([`item/${copy}`, `item/${photo}`]);
    expect(life.provenance.batch.key).toBe(`batch/${scene.batch}`);
    // Germany has adopted the standard that the copy was converted to, Singapore has not.
    expect(life.reader).toEqual({ authorisation: 'NOT_ACCEPTED', standard: 'ADOPTED' });
    const singapore = await gateway.signIn(SG, 'auditor', 'lim');
    expect((await get(`items/${again}`, singapore)).reader.standard).toBe('NOT_ADOPTED');
    expect((await get(`items/${photo}`, singapore)).reader.standard).toBe('ADOPTED');
  });

  it('can be had in pages, and says where it was cut', async () => {
    const { steps: first } = await get(`items/${photo}?limit=2`);
    expect(first.items).toHaveLength(2);
    const rest = await get(`items/${photo}/steps?cursor=${first.next}`);
    expect(rest.items).toMatchObject([{ record: { sequence: 3 } }]);
    expect(rest.next).toBeNull();
    const whole = await get(`items/${photo}/steps`);
    expect(whole.items).toEqual((await get(`items/${photo}`)).steps.items);
    expect(await refused(`items/${photo}?limit=0`)).toEqual([400, 'BAD_INPUT']);
    expect(await refused(`items/${photo}?limit=201`)).toEqual([400, 'BAD_INPUT']);
    expect(await refused(`items/${photo}/steps?cursor=xx`)).toEqual([400, 'BAD_INPUT']);
  });

  it('tells objections, judgments and what is overdue', async () => {
    const { people } = scene;
    const about = { kind: 'ITEM', id: photo };
    const object = async (subject: object) => {
      const by = { capacity: 'DEFENCE', person: 'e'.repeat(64) };
      const id = newId();
      const because = { legalBasis: BASIS, reason: 'not relevant' };
      await scene.act(people.judge, 'review/object', { id, subject, by, ...because });
      return id;
    };
    const onItem = await object(about);
    const onAll = await object({ kind: 'ACQUISITION', id: scene.acquisition });
    const because = { legalBasis: BASIS, reason: 'looked at' };
    const judgment = { subject: about, outcome: 'CHALLENGED', ...because };
    await scene.act(people.judge, 'review/judge', judgment);

    // They wait for the member that collected, and for nobody else.
    const collector = await gateway.signIn(CN, 'auditor', 'wang');
    expect((await get('inbox', collector)).items).toMatchObject([
      { kind: 'OBJECTION', objection: { record: { id: onItem } }, overdue: false },
      { kind: 'OBJECTION', objection: { record: { id: onAll } } },
    ]);
    const reply = { objection: onItem, outcome: 'REJECTED', ...because };
    await scene.act(people.cn, 'review/reply', reply);
    const { items } = await get('inbox', collector);
    expect(items).toMatchObject([{ objection: { record: { id: onAll } } }]);

    const life = await get(`items/${photo}`);
    expect(life.objections.items).toMatchObject([
      { objection: { record: { id: onItem } }, replies: [{ record: { outcome: 'REJECTED' } }] },
      { objection: { record: { id: onAll } }, replies: [], overdue: false },
    ]);
    const { objections: first } = await get(`items/${photo}?limit=1`);
    expect(first.items).toEqual(life.objections.items.slice(0, 1));
    const rest = await get(`items/${photo}/objections?limit=1&cursor=${first.next}`);
    expect(rest).toMatchObject({ items: life.objections.items.slice(1), next: null });
    expect(await refused(`items/${newId(32)}/objections`)).toEqual([404, 'NOT_FOUND']);
    expect(life.regularity.items).toMatchObject([{ record: { outcome: 'CHALLENGED' } }]);
    const challenged = await get('items?flag=CHALLENGED');
    expect(challenged.items).toMatchObject([{ key: `item/${photo}` }]);
    expect(challenged.items[0].flags).toEqual(
      expect.arrayContaining(['CHALLENGED', 'MIRROR_UNCONFIRMED', 'OBJECTION']),
    );
    const counted = await get('statistics');
    expect(counted.objections).toEqual({ brought: 2, unanswered: 1, overdue: 0 });
  });

  it('waits for the state of the original, until that has confirmed the mirror', async () => {
    const liaison = await gateway.enrolPerson(DE, 'liaisonAuthority', 'weber');
    const { items } = await get('inbox', liaison.token);
    expect(items).toMatchObject([{ kind: 'MIRROR', item: { key: `item/${photo}` } }]);
    expect((await get('items?mirror=UNCONFIRMED')).items).toHaveLength(1);
    const confirm = { position: 'CONFIRMED', sha256: mirrorOf.sha256 };
    await scene.step(liaison, 'confirm', photo, confirm);
    expect((await get('inbox', liaison.token)).items).toEqual([]);
    expect((await get('items?mirror=UNCONFIRMED')).items).toEqual([]);
    expect((await get(`items/${photo}`)).head.mirror).toBe('CONFIRMED');
  });

  it('is found by the leaf of its commitment, and so is what another member has of it', async () => {
    const { leaf } = (await get(`items/${photo}`)).opening.record;
    const found = async () =>
      (await get(`items?leaf=${leaf}`)).items.map((one: { key: string }) => one.key);
    expect(await found()).toEqual([`item/${photo}`]);
    const theirs = await scene.derive(scene.people.sg, photo, { form: 'WORKING_COPY' }, leaf);
    expect(await found()).toEqual([`item/${photo}`, `item/${theirs}`]);
    expect((await get(`items?leaf=${photo}`)).items).toEqual([]);
    expect(await refused('items?leaf=xx')).toEqual([400, 'BAD_INPUT']);
  });

  it('is not there for an item without records of its own', async () => {
    expect(await refused(`items/${newId(32)}`)).toEqual([404, 'NOT_FOUND']);
    expect(await refused(`items/${newId(32)}/steps`)).toEqual([404, 'NOT_FOUND']);
    expect(await refused('items/short')).toEqual([400, 'BAD_INPUT']);
  });
});

describe('lists', () => {
  it('show an offer only while it is open', async () => {
    const { people } = scene;
    const item = await scene.register({ seals: ['S-1'] });
    const offered = async () =>
      (await get(`items?offeredTo=${SG}`)).items.map((one: { key: string }) => one.key);
    const singapore = people.sg.token;
    expect(await offered()).toEqual([]);
    await scene.step(people.cn, 'offer', item, toSg);
    expect(await offered()).toEqual([`item/${item}`]);
    // A hold in between leaves the offer where it was in the order of what waits.
    const [before] = (await get('inbox', singapore)).items;
    await scene.step(people.judge, 'hold', item, { legalBasis: BASIS });
    const [after] = (await get('inbox', singapore)).items;
    expect([after.block, after.position]).toEqual([before.block, before.position]);
    await scene.step(people.sg, 'refuse', item);
    expect(await offered()).toEqual([]);
    expect((await get('inbox', singapore)).items).toEqual([]);
    await scene.step(people.cn, 'offer', item, { to: { member: CN, person: 'p-other' } });
    await scene.step(people.cn, 'withdraw', item);
    expect((await get('statistics')).handOvers).toMatchObject({
      sameJurisdiction: { offered: 1, withdrawn: 1, open: 0 },
      acrossBorders: { offered: 2, accepted: 1, refused: 1, open: 0 },
    });
  });

  it('page without losing or repeating an item, whatever they filter by', async () => {
    await scene.open(1);
    await scene.open(2);
    const filters = ['', `holder=${CN}`, 'status=HELD', 'case=CN-2026-1', 'origin=ANCHORED'];
    for (const filter of [...filters, `acquisition=${scene.acquisition}`, 'flag=OBJECTION']) {
      const whole = await get(`items?${filter}`);
      const pages: unknown[] = [];
      for (let next: string | null = ''; next !== null; ) {
        const cursor: string = next === '' ? '' : `&cursor=${next}`;
        const page = await get(`items?limit=1&${filter}${cursor}`);
        pages.push(...page.items);
        ({ next } = page);
      }
      expect(whole.items.length, filter).toBeGreaterThan(0);
      expect(pages, filter).toEqual(whole.items);
    }
    const both = await get(`items?holder=${CN}&origin=EXHIBIT`);
    expect(both.items).toHaveLength(1);
    expect((await get('items?flag=SEAL_BROKEN')).items).toEqual([]);
    for (const bad of ['flag=NONE', 'status=LOST', 'mirror=YES', 'origin=FILE', 'who=me']) {
      expect(await refused(`items?${bad}`), bad).toEqual([400, 'BAD_INPUT']);
    }
  });

  it('count by what is, and define every figure', async () => {
    const counted = await get('statistics');
    const { byStatus, byOrigin } = counted.items;
    const total = (await get('items?limit=200')).items.length;
    const sum = (figures: Record<string, number>) =>
      Object.values(figures).reduce((all, one) => all + one, 0);
    expect([sum(byStatus), sum(byOrigin)]).toEqual([total, total]);
    expect(byOrigin).toMatchObject({ ANCHORED: 3, EXHIBIT: 1, DERIVED: 3 });
    expect(counted.retrieval.collections).toEqual({ of: 0, outOf: 0, basisPoints: null });
    expect(counted.retrieval.handOvers).toEqual({ of: 1, outOf: 2, basisPoints: 5000 });
    expect(counted.definitions.scope).toMatch(/Recorded cases only/);
    expect(counted.definitions['retrieval.handOvers']).toBeDefined();
  });

  it('leave an entry in the journal of the reader’s member for every look', async () => {
    const before = journalled();
    await get('items');
    await get('inbox');
    await get('statistics');
    expect(journalled().slice(before.length)).toMatchObject([
      { kind: 'READ', operation: 'listCustodyItems', objects: expect.arrayContaining(['items']) },
      { kind: 'READ', operation: 'listCustodyInbox' },
      { kind: 'READ', operation: 'countCustody' },
    ]);
  });
});

it('of two steps at once one is recorded, and the other one is not submitted', async () => {
  const { cn } = scene.people;
  const item = await scene.register();
  const { sequence, last } = scene.headOf(item);
  const chain = { item, sequence: sequence + 1, previous: last, happenedAt: Date.now() };
  const sign = async (text: string) => toBase64url(await cn.signer.sign(fromBase64url(text)));
  const post = (path: string, body: object) =>
    gateway.call('POST', `/v1/${path}`, { token: cn.token, body });
  const endorse = async (reason: string) => {
    const input = { ...chain, reason, ...EXAMINED };
    const { certificate } = cn.signer;
    const { json } = await post('custody/examine', { input, certificate });
    const signed = { proposal: json.proposal, signature: await sign(json.proposal) };
    const { payload } = (await post('acts/endorse', signed)).json;
    return { payload, signature: await sign(payload) };
  };
  const endorsed = [await endorse('one'), await endorse('other')];
  const height = await consortium.ledger.height();
  const answers = await Promise.all(endorsed.map((body) => post('acts/submit', body)));
  expect(answers.map(({ json }) => json.code).sort()).toEqual(['OVERTAKEN', 'VALID']);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await consortium.ledger.height()).toBe(height + 1);
});

const journalled = () =>
  gateway.journalStore
    .entries(DE, 1, 10_000)
    .map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()));
const digestOf = (record: unknown) => toHex(sha256(canonicalBytes(record)));
