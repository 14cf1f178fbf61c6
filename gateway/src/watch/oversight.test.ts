/** What a delegate sees of the watches of its own member, what it may do with them, and who may not. */

import { parseCanonical } from '@tabellion/proof';
import { networkOf, writeReserved } from '@tabellion/screening';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { ETHEREUM, sampleAddress } from '../label/testing.ts';
import { MAX_OWN_WATCHES } from './limits.ts';

const PURPOSE = { 'tabellion-purpose': 'Its owner has left' };
const NOBODY = '0'.repeat(32);
const DAY = 86_400_000;
let consortium: TestConsortium;
let gateway: TestGateway;
let tokens: Record<'ana' | 'ben' | 'delegate' | 'sgDelegate' | 'service' | 'auditor', string>;
const nameOf = (subject: string) =>
  pseudonymOf({ member: CN, subject: `test:${subject}` } as Principal);
const ANA = nameOf('ana');

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  const { signIn } = gateway;
  tokens = {
    ana: await signIn(CN, 'investigator', 'ana', '1h'),
    ben: await signIn(CN, 'analyst', 'ben', '1h'),
    delegate: await signIn(CN, 'delegate', 'chen', '1h'),
    sgDelegate: await signIn(SG, 'delegate', 'lee', '1h'),
    service: await signIn(CN, 'system', 'cn-collector', '1h'),
    auditor: await signIn(CN, 'auditor', 'wang', '1h'),
  };
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

const get = (path: string, token: string) => gateway.call('GET', path, { token });
const post = (path: string, token: string, body?: object, headers = {}) =>
  gateway.call('POST', path, { token, ...(body && { body }), headers });
const TEST_ADDRESS = writeReserved(networkOf(ETHEREUM)!, 'LABELLED')!;

async function create(token: string, access: 'OWNER' | 'MEMBER' = 'OWNER'): Promise<string> {
  const made = await post('/v1/watch/sets', token, { name: 'campaign', access });
  expect(made.status, made.text).toBe(201);
  const addresses = [{ address: sampleAddress(1) }, { address: TEST_ADDRESS }];
  const path = `/v1/watch/sets/${made.json.id}/add`;
  expect((await post(path, token, { addresses }, PURPOSE)).status).toBe(200);
  return made.json.id;
}
const listed = async (token: string) => {
  const { json, status, text } = await get('/v1/watch/oversight?limit=200', token);
  expect(status, text).toBe(200);
  return json.items as Record<string, unknown>[];
};
const entries = (operation: string) =>
  gateway.journalStore
    .entries(CN, 1, 10_000)
    .map(({ bytes }) => parseCanonical(new Uint8Array(bytes)) as Record<string, unknown>)
    .filter((entry) => entry.operation === operation);

describe('a delegate', () => {
  it('lists every watch of the own member that somebody made, and not what it is about', async () => {
    const [hidden, shared] = [await create(tokens.ana), await create(tokens.ben, 'MEMBER')];
    const foreign = await create(tokens.sgDelegate);
    const seen = await get('/v1/watch/oversight?limit=200', tokens.delegate);
    const [first, second, ...more] = seen.json.items;
    expect(first).toMatchObject({ id: hidden, size: 2, access: 'OWNER', owner: ANA, open: 1 });
    expect(second).toMatchObject({ id: shared, access: 'MEMBER', own: false });
    expect(more).toEqual([]);
    for (const hiddenWord of [sampleAddress(1), TEST_ADDRESS, 'categories'])
      expect(seen.text).not.toContain(hiddenWord);
    expect((await listed(tokens.sgDelegate)).map(({ id }) => id)).toEqual([foreign]);
    expect(entries('listOverseenWatches')[0]).toMatchObject({
      kind: 'READ',
      objects: ['watches', `watch/${hidden}`, `watch/${shared}`],
    });
    // To see that it is there is not to see it.
    for (const path of ['', '/addresses'])
      expect((await get(`/v1/watch/sets/${hidden}${path}`, tokens.delegate)).status).toBe(404);
    const page = await get('/v1/watch/oversight?limit=1', tokens.delegate);
    const next = await get(`/v1/watch/oversight?cursor=${page.json.next}`, tokens.delegate);
    expect(next.json.items).toMatchObject([{ id: shared }]);
  });

  it('takes a watch over with its addresses and alerts, for a reason, on record', async () => {
    const id = await create(tokens.ana);
    const path = `/v1/watch/oversight/${id}/take-over`;
    const without = await post(path, tokens.delegate);
    expect([without.status, without.json.code]).toEqual([422, 'PURPOSE_MISSING']);
    expect((await get(`/v1/watch/sets/${id}`, tokens.ana)).status).toBe(200);
    const taken = await post(path, tokens.delegate, undefined, PURPOSE);
    expect(taken.json, taken.text).toMatchObject({ id, own: true, access: 'OWNER', size: 2 });
    const addresses = await get(`/v1/watch/sets/${id}/addresses`, tokens.delegate);
    expect(addresses.json.items).toHaveLength(2);
    const alerts = await get(`/v1/watch/alerts?watch=${id}`, tokens.delegate);
    expect(alerts.json.items).toMatchObject([{ event: 'TEST' }]);
    expect((await get(`/v1/watch/sets/${id}`, tokens.ana)).status).toBe(404);
    expect((await get(`/v1/watch/alerts?watch=${id}`, tokens.ana)).json.items).toEqual([]);
    expect(entries('takeOverWatch').at(-1)).toMatchObject({
      ...{ kind: 'READ', role: 'delegate', purpose: PURPOSE['tabellion-purpose'] },
      ...{ objects: [`watch/${id}`, `person/${ANA}`] },
    });
  });

  it('ends a watch, on record', async () => {
    const id = await create(tokens.ana);
    const path = `/v1/watch/oversight/${id}/end`;
    expect((await post(path, tokens.delegate)).json.code).toBe('PURPOSE_MISSING');
    expect((await post(path, tokens.delegate, undefined, PURPOSE)).status).toBe(204);
    expect((await get(`/v1/watch/sets/${id}`, tokens.ana)).status).toBe(404);
    expect((await listed(tokens.delegate)).map((each) => each.id)).not.toContain(id);
    expect(entries('endWatch').at(-1)).toMatchObject({
      objects: [`watch/${id}`, `person/${ANA}`],
    });
  });

  it('does neither with what is another member’s, is not there, or every member has', async () => {
    const [foreign, own] = [await create(tokens.sgDelegate), await create(tokens.ana)];
    const { json } = await get('/v1/watch/sets?limit=200', tokens.delegate);
    const built = json.items.find(({ kind }: { kind: string }) => kind === 'DISPUTES').id;
    for (const verb of ['take-over', 'end']) {
      const ask = async (id: string, token: string) => {
        const path = `/v1/watch/oversight/${id}/${verb}`;
        const { status, json } = await post(path, token, undefined, PURPOSE);
        return [status, json?.code];
      };
      expect(await ask(foreign, tokens.delegate)).toEqual([404, 'NOT_FOUND']);
      expect(await ask(own, tokens.sgDelegate)).toEqual([404, 'NOT_FOUND']);
      expect(await ask(NOBODY, tokens.delegate)).toEqual([404, 'NOT_FOUND']);
      expect(await ask(built, tokens.delegate)).toEqual([403, 'NOT_ALLOWED']);
    }
    expect((await get(`/v1/watch/sets/${foreign}`, tokens.sgDelegate)).json.own).toBe(true);
    expect((await get(`/v1/watch/sets/${own}`, tokens.ana)).json.own).toBe(true);
  });

  it('is told that it has as many as one may have, and takes over none above it', async () => {
    const id = await create(tokens.ana);
    const { watches } = gateway.deps;
    const [member, who] = [CN, nameOf('chen')];
    const { length } = (await listed(tokens.delegate)).filter(({ own }) => own);
    const made = Array.from({ length: MAX_OWN_WATCHES - length }, () =>
      watches.create({ member, who }, { name: 'one', access: 'OWNER' }),
    );
    const path = `/v1/watch/oversight/${id}/take-over`;
    const refused = await post(path, tokens.delegate, undefined, PURPOSE);
    expect([refused.status, refused.json.code]).toEqual([422, 'LIMIT_REACHED']);
    expect((await get(`/v1/watch/sets/${id}`, tokens.ana)).json.own).toBe(true);
    for (const each of made) watches.remove(each.id, { member, who });
    expect((await post(path, tokens.delegate, undefined, PURPOSE)).status).toBe(200);
  });
});

it('is for delegates alone', async () => {
  const id = await create(tokens.ana);
  for (const token of [tokens.ana, tokens.ben, tokens.service, tokens.auditor]) {
    expect((await get('/v1/watch/oversight', token)).json.code).toBe('ROLE_NOT_ALLOWED');
    for (const verb of ['take-over', 'end']) {
      const path = `/v1/watch/oversight/${id}/${verb}`;
      const refused = await post(path, token, undefined, PURPOSE);
      expect([refused.status, refused.json.code]).toEqual([403, 'ROLE_NOT_ALLOWED']);
    }
  }
  expect((await get(`/v1/watch/sets/${id}`, tokens.ana)).json.size).toBe(2);
});

it('an alert that was seen is gone half a year later, and one that was not is there', async () => {
  const [seen, unseen] = [await create(tokens.ana), await create(tokens.ana)];
  const viewer = { member: CN, who: ANA };
  const alertOf = (watch: string) =>
    gateway.deps.watches.listAlerts(viewer, { watch }, 0, 10).map(({ id }) => id);
  const [alert] = alertOf(seen);
  expect((await post(`/v1/watch/alerts/${alert}/acknowledge`, tokens.ana)).status).toBe(200);
  for (const [days, kept] of [
    [179, 1],
    [181, 0],
  ] as const) {
    await gateway.close();
    gateway = await startTestGateway(consortium, { now: () => Date.now() + days * DAY });
    // What is too old is looked for at the start, in the background.
    if (kept === 0) await expect.poll(() => alertOf(seen).length, { timeout: 20_000 }).toBe(0);
    else expect(await gateway.deps.watches.removeSeen(Date.now() - DAY)).toBe(0);
    expect([alertOf(seen).length, alertOf(unseen).length]).toEqual([kept, 1]);
  }
});
