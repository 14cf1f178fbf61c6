/** The proof of an order at the gateway: for its parties, and never more than one bundle holds. */
import {
  canonicalBytes,
  MAX_BUNDLE_BYTES,
  type ProvenOrder,
  parseCanonical,
  verify,
} from '@tabellion/proof';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { draftHttpOrder, publishForOrders, stepOf } from '../../../test/recovery/every-order.ts';
import { draftAcquisition } from '../evidence/testing.ts';
import {
  CN,
  DE,
  newId,
  openTestConsortium,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { assembleOrderProof } from './proof.ts';

const EXCHANGE = 'ExchangeMSP';
const ALL = { batches: true, custody: true };

let consortium: TestConsortium;
let gateway: TestGateway;
let order: string;
let issue: () => Promise<string>;
let take: (person: 'judge' | 'counsel', id: string, verb: string, says?: object) => Promise<void>;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  await publishForOrders(gateway);
  const people = {
    judge: await gateway.enrolPerson(DE, 'judicialReviewer', 'richter'),
    counsel: await gateway.enrolPerson(EXCHANGE, 'delegate', 'counsel'),
  };
  const act = async (person: TestPerson, verb: string, input: unknown, transient?: object) => {
    const { json, text } = await gateway.act(
      ...([person, `order/${verb}`, input, transient] as Parameters<TestGateway['act']>),
    );
    expect(json?.code, text).toBe('VALID');
  };
  take = async (person, id, verb, says = {}) =>
    act(people[person], verb, await stepOf(gateway, id, says));
  issue = async () => {
    const { input, transient } = draftHttpOrder(['SUBSCRIBER']);
    await act(people.judge, 'issue', input, transient);
    await take('judge', input.id, 'serve', { channel: 'by hand' });
    await take('counsel', input.id, 'receive', { receivedAt: Date.now() });
    return input.id;
  };
  order = await issue();
  await take('counsel', order, 'execute', { extent: 'WHOLE', acquisitions: [await collect()] });
}, 240_000);
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

/** One item of the exchange's own service. */
async function collect(): Promise<string> {
  const token = await gateway.signIn(EXCHANGE, 'system', 'intake');
  const input = draftAcquisition('SG', 'sg-cpc-39');
  const opened = await gateway.call('POST', '/v1/evidence/acquire', { token, body: { input } });
  expect(opened.status, opened.text).toBe(201);
  await addItem(input.id);
  return input.id;
}

async function addItem(acquisition: string): Promise<void> {
  const token = await gateway.signIn(EXCHANGE, 'system', 'intake');
  const body = { sha256: newId(32), size: 10, path: 'traffic.csv' };
  const path = `/v1/evidence/acquisitions/${acquisition}/items`;
  const sent = await gateway.call('POST', path, { token, body });
  expect(sent.status, sent.text).toBeLessThan(300);
}

it('is given to parties, and to nobody else', async () => {
  const path = `/v1/order/orders/${order}/proof`;
  const ask = async (member: string, query = '') =>
    gateway.call('GET', path + query, { token: await gateway.signIn(member, 'auditor', member) });
  for (const member of [DE, EXCHANGE]) expect((await ask(member)).status).toBe(200);
  const foreign = await ask(CN);
  expect([foreign.status, foreign.json.code]).toEqual([403, 'NOT_A_PARTY']);
  expect((await ask(DE, '?custody=perhaps')).status).toBe(400);
  const unknown = await gateway.call('GET', `/v1/order/orders/${newId()}/proof`, {
    token: await gateway.signIn(DE, 'auditor', 'a'),
  });
  expect(unknown.status).toBe(404);
}, 60_000);

it('is intact with and without what it yielded, and refuses what does not fit', async () => {
  const { deps } = gateway;
  const trust = await deps.trust();
  const prove = async (parts: typeof ALL, limits?: { batches: number; custody: number }) =>
    verify(await assembleOrderProof(deps, order, parts, limits), trust, { now: deps.now() });
  const { order: whole } = await prove(ALL);
  expect([whole?.acquisitions[0]?.roots?.length, whole?.custody]).toEqual([1, []]);
  const limits = { batches: 0, custody: 0 };
  await expect(prove(ALL, limits)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  const { order: bare } = await prove({ batches: false, custody: false }, limits);
  expect(bare?.acquisitions).toMatchObject([{ items: 1, batches: 1 }]);
  expect([bare?.acquisitions[0]?.roots, bare?.custody]).toEqual([undefined, undefined]);
}, 60_000);

type Json = string | readonly Json[] | { readonly [name: string]: Json };

/** Every place of a bundle at which a part stands or a list of them, with what stands there elsewhere. */
function* listForgeries(bundle: Json, others: readonly Json[]): Generator<readonly [string, Json]> {
  const at = (value: Json | undefined, name: string): Json | undefined =>
    typeof value === 'object' ? (value as Record<string, Json>)[name] : undefined;
  if (typeof bundle === 'string') {
    for (const other of others)
      if (typeof other === 'string' && other !== bundle) yield ['another', other];
    return;
  }
  if (Array.isArray(bundle)) {
    const list = bundle as readonly Json[];
    const strangers = others.flatMap((other) => (Array.isArray(other) ? (other as Json[]) : []));
    for (const [index, part] of list.entries()) {
      yield [`${index} left out`, list.toSpliced(index, 1)];
      yield [`${index} twice`, list.toSpliced(index, 0, part)];
      if (index > 0)
        yield [`${index} before`, list.with(index, list[index - 1]!).with(index - 1, part)];
      if (typeof part === 'object')
        for (const stranger of strangers) yield [`${index} another`, list.with(index, stranger)];
      for (const [what, forged] of listForgeries(part, [...strangers, ...list]))
        yield [`${index} ${what}`, list.with(index, forged)];
    }
    for (const stranger of strangers)
      if (!list.includes(stranger)) yield ['one more', [...list, stranger]];
    return;
  }
  for (const [name, part] of Object.entries(bundle)) {
    const elsewhere = others.flatMap((other) => at(other, name) ?? []);
    const forgeries = listForgeries(part, Array.isArray(part) ? [elsewhere] : elsewhere);
    for (const [what, forged] of forgeries)
      yield [`${name} ${what}`, { ...bundle, [name]: forged }];
  }
}

it('is not made of parts of others, nor of its own as they stood before', async () => {
  const { deps } = gateway;
  const trust = await deps.trust();
  const takeProof = async (id: string) => assembleOrderProof(deps, id, ALL);
  const judge = (bytes: Uint8Array) => verify(bytes, trust, { now: deps.now() });
  const early = await takeProof(order);
  const { acquisition } = judge(early).order!.acquisitions[0]!;
  await addItem(acquisition);
  const whole = { extent: 'WHOLE', acquisitions: [acquisition] };
  await take('counsel', order, 'deliver', whole);
  const other = await issue();
  await take('counsel', other, 'execute', { ...whole, acquisitions: [await collect()] });
  const late = await takeProof(order);
  const told = judge(late).order!;
  // In whatever order they stand.
  const tell = ({ rules, ...rest }: ProvenOrder) =>
    JSON.stringify({ ...rest, rules: rules.map((rule) => JSON.stringify(rule)).sort() });
  expect(told).toMatchObject({ status: 'DELIVERED', acquisitions: [{ items: 2 }] });
  const parse = (bytes: Uint8Array) =>
    parseCanonical(bytes, { maxBytes: MAX_BUNDLE_BYTES }) as Json;
  const elsewhere = [early, await takeProof(other)].map(parse);
  const intact: string[] = [];
  let tried = 0;
  for (const [what, forged] of listForgeries(parse(late), elsewhere)) {
    tried += 1;
    const verdict = judge(canonicalBytes(forged));
    if (verdict.outcome !== 'INTACT') continue;
    // The same record, attested another time, says nothing else.
    if (tell(verdict.order!) !== tell(told)) intact.push(what);
  }
  expect(tried).toBeGreaterThan(100);
  expect(intact).toEqual([]);
}, 300_000);
