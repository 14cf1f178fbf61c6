/** What a member of kind `exchange` may do, must do and cannot do with labels and evidence. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayAct, PERMISSIONS, type TransactionName } from '@tabellion/chaincode/member/permission';
import type { Role } from '@tabellion/chaincode/member/record';
import { buildTree, toHex } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CN,
  newId,
  openTestConsortium,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { makeLabels, sampleAddress, sampleFacts } from '../label/testing.ts';

const EXCHANGE = 'ExchangeMSP';
/** The roles that an exchange has: no prosecutor, no court, no authority. */
const ROLES: readonly Role[] = ['investigator', 'analyst', 'delegate', 'system'];
const TRANSACTIONS = Object.keys(PERMISSIONS) as TransactionName[];

describe('the table in the docs', () => {
  it('is what the contracts allow', () => {
    const rows = new Map<string, string[]>();
    for (const name of TRANSACTIONS.filter((name) => name !== 'member:found')) {
      const roles = ROLES.filter((role) => mayAct(role, 'EXCHANGE', name)).join(', ');
      rows.set(roles, [...(rows.get(roles) ?? []), `\`${name}\``]);
    }
    const lines = [...rows]
      .toSorted(([one], [other]) => Number(one === '') - Number(other === ''))
      .map(([roles, names]) => `| ${roles || '**nobody**'} | ${names.join(', ')} |`);
    const table = ['| role at an exchange | acts |', '|---|---|', ...lines].join('\n');
    const file = join(import.meta.dirname, '../../../docs/watching.md');
    const docs = readFileSync(file, 'utf8');
    const begin = '<!-- begin exchange -->\n';
    const start = docs.indexOf(begin) + begin.length;
    const end = docs.indexOf('<!-- end exchange -->');
    if (process.env.UPDATE_GOLDEN) {
      writeFileSync(file, `${docs.slice(0, start)}${table}\n${docs.slice(end)}`);
    } else expect(docs.slice(start, end)).toBe(`${table}\n`);
  });

  it('leaves what binds states to states', () => {
    const all = ['investigator', 'judicialReviewer', 'prosecutor', 'centralAuthority'] as const;
    for (const role of [...all, 'liaisonAuthority', 'analyst', 'delegate', 'system'] as const) {
      const may = (name: TransactionName) => mayAct(role, 'EXCHANGE', name);
      for (const name of [
        ...(['evidence:answer', 'review:judge', 'custody:hold', 'custody:lift'] as const),
        'custody:confirm' as const,
      ])
        expect([role, name, may(name)]).toEqual([role, name, false]);
    }
  });
});

describe('an exchange', () => {
  const BASIS = { id: 'cn-cpl-141', version: 1 };
  const reason = 'seen at our deposit desk';
  let consortium: TestConsortium;
  let gateway: TestGateway;
  let desk: TestPerson;
  let speaker: TestPerson;
  let state: TestPerson;

  beforeAll(async () => {
    consortium = await openTestConsortium();
    gateway = await startTestGateway(consortium);
    desk = await gateway.enrolPerson(EXCHANGE, 'analyst', 'desk');
    speaker = await gateway.enrolPerson(EXCHANGE, 'delegate', 'speaker');
    state = await gateway.enrolPerson(CN, 'analyst', 'analyst');
  });
  afterAll(async () => {
    await gateway?.close();
    await consortium?.close();
  });

  const assertOne = async (by: TestPerson, number: number) => {
    const made = makeLabels([sampleFacts(number)]);
    const { digest: manifest, root, size, tlp } = made;
    await gateway.call('PUT', `/v1/label/manifests/${manifest}`, {
      token: by.token,
      raw: made.bytes as Uint8Array<ArrayBuffer>,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const taxonomy = { id: 'addresses', version: 1 };
    const input = { root, size, manifest, tlp, taxonomy, legalBasis: BASIS, reason };
    const done = await gateway.act(by, 'label/assert', input);
    if (done.status !== 200) return { done, subject: {} };
    await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
    const { database } = gateway.deps.projection;
    const select = database.prepare('SELECT digest FROM label_batch WHERE manifest = ?');
    const label = { leaf: toHex(made.leaves[0]!), index: 0 };
    const path = buildTree(made.leaves).path(0).map(toHex);
    return { done, subject: { batch: select.get(manifest)!.digest as string, label, path } };
  };
  const alertsOf = async (token: string) =>
    (await gateway.call('GET', '/v1/watch/alerts?limit=200', { token })).json.items;
  const refusal = async (person: TestPerson, path: string, input: object) => {
    const { status, json } = await gateway.act(person, path, { ...input, reason });
    return [status, json.code];
  };

  it('asserts, is disputed, is told by when to answer, and answers by its delegate', async () => {
    const { done, subject } = await assertOne(desk, 1);
    expect(done.status, done.text).toBe(200);
    const id = newId();
    const dispute = { ...subject, id, onBehalfOf: 'PERSON', legalBasis: BASIS, reason };
    expect((await gateway.act(state, 'label/dispute', dispute)).status).toBe(200);
    await expect
      .poll(() => alertsOf(speaker.token), { timeout: 20_000 })
      .toMatchObject([{ kind: 'DISPUTES', dispute: id, answerBy: expect.any(Number) }]);
    expect(await alertsOf(state.token)).toEqual([]);
    const answer = { dispute: id, position: 'MAINTAINED' };
    expect(await refusal(state, 'label/answer', answer)).toEqual([403, 'NOT_ANSWERER']);
    const answered = await gateway.act(speaker, 'label/answer', { ...answer, reason });
    expect(answered.status, answered.text).toBe(200);
  });

  it('is told when a label touches what it watches, and nobody else learns that it did', async () => {
    const created = await gateway.call('POST', '/v1/watch/sets', {
      token: desk.token,
      body: { name: 'Deposit addresses', access: 'MEMBER' },
    });
    await gateway.call('POST', `/v1/watch/sets/${created.json.id}/add`, {
      token: desk.token,
      body: { addresses: [{ address: sampleAddress(2), reference: 'hot wallet' }] },
      headers: { 'tabellion-purpose': 'own addresses' },
    });
    await assertOne(state, 2);
    const mine = async (token: string) =>
      (await alertsOf(token)).filter(({ watch }: { watch: string }) => watch === created.json.id);
    await expect
      .poll(() => mine(speaker.token), { timeout: 20_000 })
      .toMatchObject([{ event: 'ASSERTED', count: 1 }]);
    expect(await mine(state.token)).toEqual([]);
  });

  it('cannot speak for others, nor support itself', async () => {
    const { subject: theirs } = await assertOne(state, 3);
    const { subject: own } = await assertOne(desk, 4);
    expect(await refusal(speaker, 'label/withdraw', theirs)).toEqual([403, 'NOT_THE_ASSERTER']);
    const support = { legalBasis: BASIS };
    expect(await refusal(desk, 'label/corroborate', { ...own, ...support })).toEqual([
      ...[403, 'OWN_LABEL'],
    ]);
    const objection = { ...own, id: newId(), onBehalfOf: 'MEMBER', ...support };
    expect(await refusal(speaker, 'label/dispute', objection)).toEqual([403, 'OWN_LABEL']);
    // Its delegate speaks for it, and finds out nothing.
    const { done } = await assertOne(speaker, 5);
    expect([done.status, done.json.code]).toEqual([403, 'ROLE_NOT_ALLOWED']);
  });
});
