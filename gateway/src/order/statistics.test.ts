/** Figures are what the ledger shows, of the year and the member asked for, and nothing else. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CN, DE, SG } from '../http/testing.ts';
import { EXCHANGE, type OrderScene, openOrderScene } from './testing.ts';

const BASIS = { legalBasis: { id: 'founding-agreement', version: 1 } };
const WHOLE = { extent: 'WHOLE', acquisitions: [] };
let scene: OrderScene;
beforeAll(async () => {
  scene = await openOrderScene();
}, 120_000);
afterAll(() => scene?.close());

async function count(query: string, member = DE) {
  const token = await scene.gateway.signIn(member, 'auditor', 'auditor');
  const { status, json } = await scene.gateway.call('GET', `/v1/order/statistics${query}`, {
    token,
  });
  expect(status).toBe(200);
  return json;
}

it('tell fulfilled from refused and open, how long it took, and by which ground', async () => {
  const { judge, counsel, take, received, issue, pass } = scene;
  const authority = await scene.gateway.enrolPerson(SG, 'judicialReviewer', 'tan');
  for (const seconds of [100, 300, 900]) {
    const id = await received(['SUBSCRIBER']);
    pass(seconds * 1000);
    await take(counsel, id, 'execute', WHOLE);
    await take(counsel, id, 'deliver', WHOLE);
  }
  const refused = await received(['SUBSCRIBER']);
  await take(counsel, refused, 'refuse', { ground: 'not-stored', ...BASIS });
  await take(judge, refused, 'accept');
  await take(judge, refused, 'close');
  const objected = await received(['TRAFFIC']);
  const ground = { ground: 'ne-bis-in-idem', extent: 'WHOLE', ...BASIS };
  await take(authority, objected, 'object', ground);
  const forced = await received(['SUBSCRIBER']);
  await take(counsel, forced, 'reportImpossible');
  await take(judge, forced, 'enforce', BASIS);
  await take(authority, forced, 'recognise', BASIS);
  const kept = await issue(['SUBSCRIBER'], 'epoc-pr');
  await take(judge, kept, 'serve', { channel: 'by hand' });
  await take(counsel, kept, 'receive', { receivedAt: scene.now() });
  await take(counsel, kept, 'execute', WHOLE);
  await take(judge, kept, 'release');

  const year = new Date(scene.now()).getUTCFullYear();
  const { profiles, definitions } = await count(`?year=${year}`);
  expect(Object.keys(profiles).sort()).toEqual(['epoc', 'epoc-pr']);
  const { times, ...epoc } = profiles.epoc;
  expect(epoc).toEqual({
    ...{ issued: 6, emergency: 0, notified: 1, fulfilled: 3, open: 1 },
    byCategory: { SUBSCRIBER: 5, TRAFFIC: 1 },
    byAddressee: { [EXCHANGE]: 6 },
    endedOtherwise: { OBJECTED: 1, REFUSED: 1 },
    groundsRaised: { 'OBJECTED/ne-bis-in-idem': 1, 'REFUSED/not-stored': 1 },
    ...{ enforcementRequested: 1, recognised: 1, validatedAfterwards: 0, neverValidated: 0 },
  });
  for (const span of Object.values(times) as Record<string, number>[]) {
    expect(span.orders).toBe(3);
    // Beside what was let pass, some seconds that the steps took.
    expect(Math.floor(span.medianSeconds! / 100)).toBe(3);
    expect(Math.floor(span.meanSeconds! / 100)).toBe(4);
  }
  expect(profiles['epoc-pr']).toMatchObject({ issued: 1, fulfilled: 1, open: 0 });
  expect(profiles['epoc-pr'].endedOtherwise).toEqual({});
  expect(definitions.unknown).toContain('Costs');
  expect((await count(`?year=${year}&issuer=${DE}`, CN)).profiles).toEqual(profiles);
  expect((await count(`?year=${year}`, EXCHANGE)).profiles).toEqual({});
  expect((await count(`?year=${year - 1}`)).profiles).toEqual({});
  // A name that is mistyped is no member without orders.
  const token = await scene.gateway.signIn(DE, 'auditor', 'auditor');
  const none = await scene.gateway.call('GET', '/v1/order/statistics?issuer=DeAgencyMPS', {
    token,
  });
  expect([none.status, none.json.code]).toEqual([404, 'NOT_FOUND']);
  await scene.gateway.deps.projection.rebuild();
  expect((await count(`?year=${year}`)).profiles).toEqual(profiles);
}, 120_000);
