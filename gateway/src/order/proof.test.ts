/** The proof of an order at the gateway: for its parties, and never more than one bundle holds. */
import { verify } from '@tabellion/proof';
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

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  await publishForOrders(gateway);
  const judge = await gateway.enrolPerson(DE, 'judicialReviewer', 'richter');
  const counsel = await gateway.enrolPerson(EXCHANGE, 'delegate', 'counsel');
  const act = async (person: TestPerson, verb: string, input: unknown, transient?: object) => {
    const { json, text } = await gateway.act(
      ...([person, `order/${verb}`, input, transient] as Parameters<TestGateway['act']>),
    );
    expect(json?.code, text).toBe('VALID');
  };
  const { input, transient } = draftHttpOrder(['SUBSCRIBER']);
  order = input.id;
  await act(judge, 'issue', input, transient);
  const take = async (person: TestPerson, verb: string, says: object) =>
    act(person, verb, await stepOf(gateway, order, says));
  await take(judge, 'serve', { channel: 'by hand' });
  await take(counsel, 'receive', { receivedAt: Date.now() });
  await take(counsel, 'execute', { extent: 'WHOLE', acquisitions: [await collect()] });
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
  const body = { sha256: newId(32), size: 10, path: 'traffic.csv' };
  const path = `/v1/evidence/acquisitions/${input.id}/items`;
  const sent = await gateway.call('POST', path, { token, body });
  expect(sent.status, sent.text).toBeLessThan(300);
  return input.id;
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
