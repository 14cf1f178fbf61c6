/** Orders of which every step was taken that can be, over a gateway's routes: DE asks an exchange in SG. */
import { randomBytes } from 'node:crypto';
import type { OrderHeadRecord, StepVerb } from '@tabellion/chaincode/order/record';
import { canonicalBytes, sha256, toBase64url, toHex } from '@tabellion/proof';
import { expect } from 'vitest';
import { listShipped } from '../../chaincode/test/order-case.ts';
import {
  CN,
  DE,
  newId,
  SG,
  type TestGateway,
  type TestPerson,
} from '../../gateway/src/http/testing.ts';
import { createRecords } from '../../gateway/src/projection/records.ts';

const EXCHANGE = 'ExchangeMSP';
const BASIS = { id: 'founding-agreement', version: 1 };
const reason = 'as the law has it';
const first = (id: string) => ({ id, version: 1 });

export const calendar = (id: string, jurisdiction: string, to = '2099-12-31') => ({
  ...{ register: 'calendar', id, version: 1 },
  body: {
    ...{ title: jurisdiction, jurisdiction, source: 'made for a test', edition: '1' },
    ...{ from: '2020-01-01', to, restDays: [6, 7], holidays: [], workedDays: [] },
    offsets: [{ from: 0, minutes: 120 }],
  },
});
const TREATY = {
  ...{ register: 'treaty', id: 'eu-2023-1543', version: 1 },
  body: {
    ...{ title: 'An instrument', instrument: 'An instrument', edition: '2026' },
    parties: ['DE', 'SG'].map((jurisdiction) => ({
      ...{ jurisdiction, from: 0, until: null, reservations: [] },
    })),
  },
};

/** What the orders here rest on, as the members would publish it. */
export const listOrderEntries = () => [
  ...listShipped().filter(({ id }) => id === 'epoc' || id === 'epoc-pr'),
  ...[TREATY, calendar('de', 'DE'), calendar('sg', 'SG')],
];

type Act = (person: TestPerson, path: string, input: unknown) => Promise<void>;

export const publishForOrders = (gateway: TestGateway, note?: (txId: string) => void) =>
  publishEntries(gateway, listOrderEntries(), note);

/** By vote of the states, as the members publish whatever they did not begin with. */
export async function publishEntries(
  gateway: TestGateway,
  entries: readonly object[],
  note: (txId: string) => void = () => {},
) {
  const delegates: TestPerson[] = [];
  for (const member of [CN, SG, DE])
    delegates.push(await gateway.enrolPerson(member, 'delegate', `${newId()} votes at ${member}`));
  const act: Act = async (person, path, input) => {
    const { status, json, text } = await gateway.act(person, path, input);
    expect([status, json?.code], text).toEqual([200, 'VALID']);
    note(json.txId);
  };
  for (const entry of entries) {
    const id = newId(32);
    const because = { legalBasis: BASIS, reason: 'agreed' };
    await act(delegates[0]!, 'member/propose', {
      ...{ id, change: { kind: 'PUBLISH', entry }, ...because },
    });
    for (const delegate of delegates)
      await act(delegate, 'member/vote', { proposal: id, choice: 'YES', reason: 'agreed' });
  }
}

const contentOf = (order: string, party: string, ids: string) =>
  canonicalBytes({
    ...{ type: 'tabellion.order-content', v: 1, order, for: party },
    salt: toBase64url(randomBytes(32)),
    fields: Array.from(ids, (id) => ({ id, text: `what stands under ${id}` })),
  });

/** As DE issues it; of traffic data, SG is notified. */
export function draftHttpOrder(categories: readonly string[], id = newId(), profile = 'epoc') {
  const isNotified = categories.includes('TRAFFIC');
  const bytes = {
    ADDRESSEE: contentOf(id, 'ADDRESSEE', 'abdf'),
    ...(isNotified && { ENFORCING: contentOf(id, 'ENFORCING', 'abdfij') }),
  };
  const map = (change: (each: Uint8Array) => string): Record<string, string> =>
    Object.fromEntries(Object.entries(bytes).map(([party, each]) => [party, change(each)]));
  const input = {
    ...{ id, profile: first(profile), case: 'DE-2026-1', categories },
    ...{ addressee: EXCHANGE, enforcing: SG, legalBasis: BASIS, reason },
    calendars: { ISSUER: first('de'), ADDRESSEE: first('sg'), ENFORCING: first('sg') },
    contents: map((each) => toHex(sha256(each))),
  };
  return { input, transient: map(toBase64url) };
}

/** The next step of an order, where the gateway says that it stands. */
export async function stepOf(gateway: TestGateway, order: string, says: object) {
  await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
  const records = createRecords(gateway.deps.projection.database);
  const { sequence, last } = records.find<OrderHeadRecord>(`order-head/${order}`)!.record;
  return { order, sequence: sequence + 1, previous: last, reason, ...says };
}

/** @returns the IDs of the transactions. */
export async function writeEveryOrder(gateway: TestGateway): Promise<string[]> {
  const transactions: string[] = [];
  await publishForOrders(gateway, (txId) => transactions.push(txId));
  const judge = await gateway.enrolPerson(DE, 'judicialReviewer', 'richter');
  const other = await gateway.enrolPerson(DE, 'judicialReviewer', 'richterin');
  const authority = await gateway.enrolPerson(SG, 'judicialReviewer', 'tan');
  const counsel = await gateway.enrolPerson(EXCHANGE, 'delegate', 'counsel');
  const act = async (person: TestPerson, verb: string, ...rest: [unknown, object?]) => {
    const { status, json, text } = await gateway.act(
      ...([person, `order/${verb}`, ...rest] as Parameters<TestGateway['act']>),
    );
    expect([status, json?.code], text).toEqual([200, 'VALID']);
    transactions.push(json.txId);
  };
  const issue = async (categories: readonly string[], profile?: string) => {
    const { input, transient } = draftHttpOrder(categories, newId(), profile);
    await act(judge, 'issue', input, transient);
    const take = async (person: TestPerson, verb: StepVerb, says: object = {}) =>
      act(person, verb, await stepOf(gateway, input.id, says));
    await take(judge, 'serve', { channel: 'by hand' });
    await take(counsel, 'receive', { receivedAt: Date.now() });
    return { id: input.id, take };
  };
  const basis = { legalBasis: BASIS };
  const part = { extent: 'PART', acquisitions: [] };
  const whole = { extent: 'WHOLE', acquisitions: [] };

  const { id, take } = await issue(['TRAFFIC']);
  await take(authority, 'takeNotice', { receivedAt: Date.now() });
  await take(counsel, 'reportDefect', { defect: 'INCOMPLETE', preserved: true });
  const again = draftHttpOrder(['TRAFFIC'], id);
  const { contents } = again.input;
  await act(judge, 'clarify', await stepOf(gateway, id, { contents }), again.transient);
  await take(counsel, 'reportImpossible');
  await take(judge, 'maintain');
  await take(counsel, 'raiseConflict', { law: 'CN', ...basis });
  await take(other, 'decideConflict', { outcome: 'UPHELD', ...basis });
  await take(counsel, 'reportImpossible');
  await take(judge, 'enforce', basis);
  await take(authority, 'ask');
  await take(judge, 'reply');
  await take(authority, 'recognise', basis);
  await take(authority, 'clear', { gate: 'no-objection', ...basis });
  await take(counsel, 'execute', part);
  await take(counsel, 'deliver', part);
  await take(counsel, 'execute', whole);
  await take(counsel, 'deliver', whole);
  await take(judge, 'close');

  const preserved = await issue(['SUBSCRIBER'], 'epoc-pr');
  await preserved.take(counsel, 'execute', whole);
  await preserved.take(judge, 'extend', basis);
  await preserved.take(judge, 'confirmProduction', { production: id });
  await preserved.take(judge, 'release');
  const refused = await issue(['SUBSCRIBER']);
  await refused.take(counsel, 'refuse', { ground: 'not-stored', ...basis });
  await refused.take(judge, 'accept');
  const objected = await issue(['TRAFFIC']);
  await objected.take(authority, 'object', {
    ...{ ground: 'ne-bis-in-idem', extent: 'WHOLE', ...basis },
  });
  const denied = await issue(['SUBSCRIBER']);
  await denied.take(counsel, 'refuse', { ground: 'not-stored', ...basis });
  await denied.take(judge, 'enforce', basis);
  await denied.take(authority, 'denyRecognition', { ground: 'deny-not-stored', ...basis });
  await (await issue(['SUBSCRIBER'])).take(judge, 'withdraw');
  return transactions;
}
