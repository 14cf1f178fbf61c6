/** Reviews through a real gateway: brought, answered, judged, and what is still owed. */
import type { ObjectInput, Subject } from '@tabellion/chaincode/review/record';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  acquisitionInput,
  CN,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { createReviewView } from './view.ts';

let consortium: TestConsortium;
let gateway: TestGateway;
let subject: Subject;
let liaison: TestPerson;
let prosecutor: TestPerson;
const basis = { id: 'cn-cpl-141', version: 1 };

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  const token = await gateway.signIn(CN, 'system', 'intake');
  const input = acquisitionInput();
  await gateway.call('POST', '/v1/evidence/acquire', { token, body: { input } });
  subject = { kind: 'ACQUISITION', id: input.id };
  liaison = await gateway.enrolPerson(SG, 'liaisonAuthority', 'liaison');
  prosecutor = await gateway.enrolPerson(CN, 'prosecutor', 'prosecutor');
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

const objecting = (changes: Partial<ObjectInput> = {}): ObjectInput => ({
  id: newId(),
  subject,
  by: { capacity: 'DATA_SUBJECT', person: newId(32) },
  legalBasis: basis,
  reason: 'the messages are privileged',
  ...changes,
});
const replying = (objection: string) => ({
  objection,
  outcome: 'PARTLY_UPHELD',
  legalBasis: basis,
  reason: 'two messages are set apart',
});
const read = async (path: string) => {
  const { status, json } = await gateway.call('GET', path, {
    token: liaison.token,
    headers: { 'tabellion-min-height': String(await consortium.ledger.height()) },
  });
  expect(status).toBe(200);
  return json;
};
const bring = async () => {
  const input = objecting();
  expect((await gateway.act(liaison, 'review/object', input)).status).toBe(200);
  return input.id;
};

it('an objection is due until its member answers', async () => {
  const id = await bring();
  const due = await read(`/v1/review/objections/${id}`);
  expect(due).toMatchObject({ state: 'DUE', replies: [], objection: { record: { answerer: CN } } });
  const open = await read(`/v1/review/objections?answerer=${CN}&state=DUE`);
  expect(open.items.map((each: typeof due) => each.objection.record.id)).toContain(id);

  const byOther = await gateway.act(liaison, 'review/reply', replying(id));
  expect([byOther.status, byOther.json.code]).toEqual([403, 'NOT_ANSWERER']);
  expect((await gateway.act(prosecutor, 'review/reply', replying(id))).status).toBe(200);
  const answered = await read(`/v1/review/objections/${id}`);
  expect(answered).toMatchObject({ state: 'ANSWERED', replies: [{ record: { overdue: false } }] });
  expect((await read('/v1/review/objections?state=DUE')).items).toEqual([]);
});

it('is overdue by the ledger’s time, not by the gateway’s clock', async () => {
  const id = await bring();
  await read(`/v1/review/objections/${id}`);
  const reviews = createReviewView(gateway.deps.projection.database);
  const { answerBy } = reviews.find(id, 0)!.objection.record;
  expect(reviews.find(id, answerBy)?.state).toBe('DUE');
  expect(reviews.find(id, answerBy + 1)?.state).toBe('OVERDUE');
  const page = { limit: 10 };
  const list = (state: 'DUE' | 'OVERDUE', latest: number) =>
    reviews
      .listObjections({ state }, latest, page)
      .items.map(({ objection }) => objection.record.id);
  expect(list('OVERDUE', answerBy)).toEqual([]);
  expect(list('OVERDUE', answerBy + 1)).toEqual([id]);
  expect(list('DUE', answerBy + 1)).toEqual([]);
});

it('all that was said of an acquisition is listed in order, page by page', async () => {
  const judged = await gateway.act(prosecutor, 'review/judge', {
    subject,
    outcome: 'CHALLENGED',
    legalBasis: basis,
    reason: 'the warrant is not on file',
  });
  expect(judged.status).toBe(200);
  const path = `/v1/review/subjects/${subject.id}`;
  const whole = await read(path);
  const types = whole.items.map(({ record }: { record: { type: string } }) => record.type);
  expect(types).toEqual([
    'tabellion.objection',
    'tabellion.reply',
    'tabellion.objection',
    'tabellion.regularity',
  ]);
  const first = await read(`${path}?limit=3`);
  const second = await read(`${path}?limit=3&cursor=${first.next}`);
  expect([...first.items, ...second.items]).toEqual(whole.items);
  expect((await read(`/v1/review/subjects/${newId()}`)).items).toEqual([]);
});

it('refuses who has not the role before anything is prepared', async () => {
  const token = await gateway.signIn(SG, 'auditor', 'auditor');
  const body = { input: objecting(), certificate: liaison.signer.certificate };
  const { status, json } = await gateway.call('POST', '/v1/review/object', { token, body });
  expect([status, json.code]).toEqual([403, 'ROLE_NOT_ALLOWED']);
});
