/** Deputies are told and see; they may nothing more than before, and are nobody's once either has left. */
import { X509Certificate } from 'node:crypto';
import type { Role } from '@tabellion/chaincode/member/record';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DE, SG, type TestPerson } from '../http/testing.ts';
import { MAX_DEPUTIES } from '../watch/deputies.ts';
import { EXCHANGE, type OrderScene, openOrderScene } from './testing.ts';

const PURPOSE = { 'tabellion-purpose': 'away for two weeks' };
let scene: OrderScene;
let clerk: TestPerson;
let stranger: TestPerson;
beforeAll(async () => {
  scene = await openOrderScene();
  clerk = await scene.gateway.enrolPerson(EXCHANGE, 'analyst', 'clerk');
  stranger = await scene.gateway.enrolPerson(SG, 'analyst', 'stranger');
}, 120_000);
afterAll(() => scene?.close());

const personOf = ({ signer }: TestPerson) =>
  /(?:^|\n)CN=(.*)/.exec(new X509Certificate(signer.certificate).subject)![1]!;
const name = (by: TestPerson, person: string, headers: Record<string, string> = PURPOSE) =>
  scene.gateway.call('POST', '/v1/order/deputies', { token: by.token, body: { person }, headers });
const listOf = async (token: string) =>
  (await scene.gateway.call('GET', '/v1/order/deputies', { token })).json;
async function mine(token: string): Promise<string[]> {
  const { json } = await scene.gateway.call('GET', '/v1/order/orders?scope=MINE', { token });
  return json.items.map(({ record }: { record: { id: string } }) => record.id);
}
async function toldOf(token: string, order: string): Promise<string[]> {
  const sets = await scene.gateway.call('GET', '/v1/watch/sets', { token });
  const own = sets.json.items.find(
    (watch: { kind: string; own: boolean }) => watch.kind === 'ORDERS' && watch.own,
  );
  if (own === undefined) return [];
  const path = `/v1/watch/alerts?watch=${own.id}&limit=200`;
  const { json } = await scene.gateway.call('GET', path, { token });
  return json.items
    .filter((alert: { order: string }) => alert.order === order)
    .map(({ status }: { status: string }) => status);
}

it('see the officer’s orders among their own, and are told of them by themselves', async () => {
  const { counsel, gateway, judge, received, take } = scene;
  const id = await received(['SUBSCRIBER']);
  expect(await mine(clerk.token)).toEqual([]);
  expect((await name(counsel, personOf(clerk), {})).json.code).toBe('PURPOSE_MISSING');
  const { status, json, text } = await name(counsel, personOf(clerk));
  expect(status, text).toBe(200);
  const since = expect.any(Number);
  expect(json).toEqual({
    named: [{ as: personOf(counsel), person: personOf(clerk), since }],
    deputyOf: [],
  });
  expect((await listOf(clerk.token)).deputyOf).toEqual([
    { as: personOf(clerk), person: personOf(counsel), since },
  ]);
  expect(await mine(clerk.token)).toEqual([id]);
  expect(await mine(await gateway.signIn(EXCHANGE, 'analyst', 'another'))).toEqual([]);
  await take(judge, id, 'withdraw');
  await expect.poll(() => toldOf(clerk.token, id), { timeout: 20_000 }).toEqual(['WITHDRAWN']);
  const auditor = await gateway.signIn(EXCHANGE, 'auditor', 'auditor');
  const journal = await gateway.call('GET', '/v1/journal?limit=200', { token: auditor });
  expect(journal.text).toContain('nameDeputy');
  expect(journal.text).toContain(`person/${personOf(clerk)}`);
});

it('are colleagues of the same member, known there, and not oneself', async () => {
  const { counsel, gateway } = scene;
  expect((await name(counsel, personOf(stranger))).status).toBe(404);
  expect((await name(counsel, 'p-nobody')).status).toBe(404);
  expect((await name(counsel, personOf(counsel))).status).toBe(400);
  const system = await gateway.signIn(EXCHANGE, 'system', 'exchange-service');
  const auditor = await gateway.signIn(EXCHANGE, 'auditor', 'auditor');
  for (const token of [system, auditor]) {
    const { status } = await gateway.call('GET', '/v1/order/deputies', { token });
    expect(status).toBe(403);
  }
  const unknown: TestPerson = {
    ...counsel,
    token: await gateway.signIn(EXCHANGE, 'delegate', 'without a certificate'),
  };
  expect((await name(unknown, personOf(clerk))).status).toBe(403);
});

it('are five at most, and end when they are ended or when either leaves', async () => {
  const { gateway, judge } = scene;
  const colleagues: TestPerson[] = [];
  for (let each = 0; each <= MAX_DEPUTIES; each += 1)
    colleagues.push(
      await gateway.enrolPerson(DE, 'prosecutor' satisfies Role, `prosecutor ${each}`),
    );
  const persons = colleagues.map(personOf);
  for (const person of persons.slice(0, MAX_DEPUTIES))
    expect((await name(judge, person)).status).toBe(200);
  const full = await name(judge, persons[MAX_DEPUTIES]!);
  expect([full.status, full.json.code]).toEqual([422, 'LIMIT_REACHED']);

  const end = (person: string) =>
    gateway.call('POST', `/v1/order/deputies/${person}/end`, {
      ...{ token: judge.token, headers: PURPOSE },
    });
  expect((await end(persons[0]!)).json.named).toHaveLength(MAX_DEPUTIES - 1);
  expect((await end(persons[0]!)).status).toBe(404);

  const leaving = colleagues[1]!;
  const serial = new X509Certificate(leaving.signer.certificate).serialNumber.toLowerCase();
  const revoked = await gateway.call('POST', '/v1/member/revoke', {
    ...{ token: leaving.token, body: { serial, reason: 'cessationOfOperation' } },
  });
  expect(revoked.status, revoked.text).toBeLessThan(300);
  const left = (await listOf(judge.token)).named.map(({ person }: { person: string }) => person);
  expect(left.sort()).toEqual(persons.slice(2, MAX_DEPUTIES).sort());
  expect(await mine(leaving.token)).toEqual([]);
});
