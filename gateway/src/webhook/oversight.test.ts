/** Endpoints that somebody left behind: what a delegate sees of them, and their end. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Principal } from '../http/deps.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import {
  CN,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
} from '../http/testing.ts';
import { journalEntry } from '../journal/entry.ts';

const URL_WITH_SECRET = 'https://hooks.example/in/a-secret-of-the-receiver';
const PURPOSE = { 'tabellion-purpose': 'its owner has left' };

let consortium: TestConsortium;
let gateway: TestGateway;
let tokens: Record<'service' | 'delegate' | 'abroad' | 'analyst' | 'auditor', string>;

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  tokens = {
    service: await gateway.signIn(CN, 'system', 'service'),
    delegate: await gateway.signIn(CN, 'delegate', 'delegate'),
    abroad: await gateway.signIn(SG, 'delegate', 'abroad'),
    analyst: await gateway.signIn(CN, 'analyst', 'analyst'),
    auditor: await gateway.signIn(CN, 'auditor', 'auditor'),
  };
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

async function register(): Promise<string> {
  const { status, json } = await gateway.call('POST', '/v1/webhook/endpoints', {
    ...{ token: tokens.service, body: { url: URL_WITH_SECRET } },
  });
  expect(status).toBe(201);
  return json.endpoint.id;
}
const oversee = (token: string) => gateway.call('GET', '/v1/webhook/oversight', { token });
const end = (id: string, token: string, headers: Record<string, string> = PURPOSE) =>
  gateway.call('POST', `/v1/webhook/oversight/${id}/end`, { token, headers });
const own = async () =>
  (await gateway.call('GET', '/v1/webhook/endpoints', { token: tokens.service })).json.items;
const newest = () => {
  const [last] = gateway.journalStore.entries(CN, 1, 100_000).slice(-1);
  return journalEntry.parse(JSON.parse(Buffer.from(last!.bytes).toString()));
};

it('shows a delegate whose they are and which host is told, not the URL', async () => {
  const id = await register();
  const { status, json, text } = await oversee(tokens.delegate);
  expect(status).toBe(200);
  const owner = pseudonymOf({ member: CN, subject: 'test:service' } as Principal);
  expect(json.items.find((each: { id: string }) => each.id === id)).toMatchObject({
    ...{ host: 'hooks.example', state: 'ENABLED', own: false, owner },
  });
  expect(text).not.toContain('a-secret');
  expect(newest()).toMatchObject({ operation: 'listOverseenWebhooks', role: 'delegate' });
  expect((await oversee(tokens.abroad)).json.items).toEqual([]);
});

it('is ended for a purpose, on record first, and its owner finds it gone', async () => {
  const [gone, kept] = [await register(), await register()];
  expect((await end(gone, tokens.delegate, {})).json.code).toBe('PURPOSE_MISSING');
  expect((await end(gone, tokens.delegate)).status).toBe(204);
  expect(newest()).toMatchObject({
    ...{ operation: 'endWebhook', purpose: PURPOSE['tabellion-purpose'] },
    objects: [`webhook/${gone}`, expect.stringMatching(/^person\//)],
  });
  const ids = (await own()).map(({ id }: { id: string }) => id);
  expect(ids).toContain(kept);
  expect(ids).not.toContain(gone);
  expect((await end(gone, tokens.delegate)).json.code).toBe('NOT_FOUND');
});

it('is for delegates of the own member alone', async () => {
  const id = await register();
  expect((await end(id, tokens.abroad)).json.code).toBe('NOT_FOUND');
  for (const token of [tokens.service, tokens.analyst, tokens.auditor]) {
    for (const refused of [await oversee(token), await end(id, token)])
      expect([refused.status, refused.json.code]).toEqual([403, 'ROLE_NOT_ALLOWED']);
  }
  expect((await own()).map((each: { id: string }) => each.id)).toContain(id);
});
