/** What orders ask of a ledger: contents in collections of the parties, and nobody bound without its own peer. */
import { randomBytes } from 'node:crypto';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { orderContentKey } from '@tabellion/chaincode/order/key';
import type { StepVerb } from '@tabellion/chaincode/order/record';
import {
  canonicalBytes,
  readTransaction,
  sha256,
  toBase64url,
  toHex,
  utf8,
} from '@tabellion/proof';
import { expect } from 'vitest';
import { readProfile } from '../../../chaincode/test/order-case.ts';
import { check } from '../check.ts';
import type { Client } from '../client.ts';
import {
  callOf,
  contractRefusal,
  ensureFounded,
  jurisdictionOf,
  perform,
  read,
} from '../founded.ts';

const CHARTER = { id: 'charter', version: 1 };
const reason = 'as the law has it';
const first = (id: string) => ({ id, version: 1 });
const newId = (bytes = 16) => randomBytes(bytes).toString('hex');

interface Sides {
  /** A state, an exchange or platform, and a state that is neither's. */
  readonly issuer: string;
  readonly addressee: string;
  readonly stranger: string;
  readonly jurisdictions: readonly [issuer: string, addressee: string];
}

function sidesOf(client: Client): Sides {
  const [issuer, stranger, addressee] = [client.state(0), client.state(1), client.other(0)];
  const places = client.ledger.members.map(({ mspId }, index) => [mspId, jurisdictionOf(index)]);
  const jurisdictions = new Map(places as [string, string][]);
  return {
    ...{ issuer, addressee, stranger },
    jurisdictions: [jurisdictions.get(issuer)!, jurisdictions.get(addressee)!],
  };
}

/** Profile, treaty and calendars under names of this client's own, by vote of all members. */
async function publishOrders(client: Client, { jurisdictions }: Sides, name: string) {
  const calendar = (id: string, jurisdiction: string) => ({
    ...{ register: 'calendar', id, version: 1 },
    body: {
      ...{
        title: 'A calendar',
        jurisdiction,
        source: 'made for a test',
        edition: '1',
        from: '2020-01-01',
      },
      ...{ to: '2099-12-31', restDays: [6, 7], holidays: [], workedDays: [] },
      offsets: [{ from: 0, minutes: 60 }],
    },
  });
  const parties = jurisdictions.map((jurisdiction) => ({
    ...{ jurisdiction, from: 0, until: null, reservations: [] },
  }));
  const profile = { ...readProfile('eu-2023-1543.yaml', 'epoc'), treaty: name };
  const entries = [
    { register: 'orderProfile', id: name, version: 1, body: profile },
    {
      ...{ register: 'treaty', id: name, version: 1 },
      body: { title: 'A pact', instrument: 'A pact', edition: '1', parties },
    },
    ...jurisdictions.map((jurisdiction, at) => calendar(`${name}-${at}`, jurisdiction)),
  ];
  const delegates = await Promise.all(
    client.ledger.members.map(({ mspId }) => client.ledger.person(mspId, 'delegate')),
  );
  for (const entry of entries) {
    const id = newId(32);
    const change = { kind: 'PUBLISH', entry };
    const proposal = { id, change, legalBasis: CHARTER, reason: 'agreed' };
    await perform(client, 'member:propose', proposal, delegates[0]!);
    for (const delegate of delegates) {
      const vote = { proposal: id, choice: 'YES', reason: 'agreed' };
      const record = await perform(client, 'member:vote', vote, delegate);
      if ((record as { outcome: string }).outcome === 'CARRIED') break;
    }
  }
}

/** An order on subscriber data, with what its addressee is to read. */
function draft(name: string, addressee: string) {
  const id = newId();
  const salt = toBase64url(randomBytes(32));
  const content = canonicalBytes({
    ...{ type: 'tabellion.order-content', v: 1, order: id, for: 'ADDRESSEE', salt },
    fields: Array.from('abdf', (field) => ({ id: field, text: `under ${field}` })),
  });
  const input = {
    ...{ id, profile: first(name), case: 'CASE-1', categories: ['SUBSCRIBER'], addressee },
    calendars: { ISSUER: first(`${name}-0`), ADDRESSEE: first(`${name}-1`) },
    contents: { ADDRESSEE: toHex(sha256(content)) },
    ...{ legalBasis: CHARTER, reason },
  };
  return { input, transient: { ADDRESSEE: content } };
}

export const orderChecks = [
  check(
    'what an order says is written into the collections of its parties, whose peers must endorse',
    async (client) => {
      await ensureFounded(client);
      const name = `order-${client.prefix.slice(0, -1)}`;
      const sides = sidesOf(client);
      const { issuer, addressee, stranger } = sides;
      await publishOrders(client, sides, name);
      const judge = await client.ledger.person(issuer, 'judicialReviewer');
      const system = await client.ledger.person(addressee, 'system');

      const past = draft(name, addressee);
      const without = { ...callOf('order:issue', past.input, judge, [issuer, stranger]) };
      const passed = await client.invoke({ ...without, transient: past.transient });
      expect(passed.code).toBe('ENDORSEMENT_POLICY_FAILURE');

      const { input, transient } = draft(name, addressee);
      const call = callOf('order:issue', input, judge, [issuer, addressee]);
      const endorsed = await client.endorse({ ...call, transient });
      const { rwset } = readTransaction(endorsed.payload);
      const hashed = rwset.flatMap(({ collections }) =>
        collections.flatMap(({ collection, writes }) =>
          writes.map(({ keyHash, valueHash }) =>
            [collection, toHex(keyHash), toHex(valueHash)].join(' '),
          ),
        ),
      );
      const { ADDRESSEE: digest } = input.contents;
      const key = orderContentKey(input.id, 'ADDRESSEE', digest);
      const record = JSON.parse(Buffer.from(endorsed.result).toString());
      const mark = markerOf(record);
      expect(hashed.sort()).toEqual(
        [
          ...[issuer, addressee].map((mspId) =>
            [implicitCollection(mspId), toHex(sha256(utf8(key))), digest].join(' '),
          ),
          [
            implicitCollection(issuer),
            toHex(sha256(utf8(mark.key))),
            toHex(sha256(mark.value)),
          ].join(' '),
        ].sort(),
      );
      expect((await client.commit(endorsed, judge)).code).toBe('VALID');

      let last = digestRecord(record);
      let sequence = 0;
      const step = (says: object) => ({
        ...{ order: input.id, sequence: sequence + 1, previous: last, reason },
        ...says,
      });
      const take = async (verb: StepVerb, says: object, by: typeof judge) => {
        const taken = await perform(client, `order:${verb}`, step(says), by);
        last = digestRecord(taken as object);
        sequence += 1;
      };
      const whole = { extent: 'WHOLE', acquisitions: [] };
      await take('serve', { channel: 'by hand' }, judge);
      const received = step({ receivedAt: Date.now() });
      const others = callOf('order:receive', received, system, [issuer, stranger]);
      expect((await client.invoke(others)).code).toBe('ENDORSEMENT_POLICY_FAILURE');
      await take('receive', { receivedAt: Date.now() }, system);
      await take('execute', whole, system);
      await take('deliver', whole, system);
      await take('close', {}, judge);
      const again = client.endorse(callOf('order:close', step({}), judge));
      expect(await contractRefusal(again)).toBe('STEP_OUT_OF_ORDER');
      const head = await read(client, 'order:read', `order-head/${input.id}`);
      expect(JSON.parse(head)).toMatchObject({ status: 'CLOSED', sequence: 5, last });

      const own = { fn: 'order:readContent', args: [`${input.id}/ADDRESSEE/${digest}`] };
      const readBy = async (mspId: string) =>
        client.port.evaluate(
          await client.signedProposal({ ...own, by: await client.ledger.person(mspId, 'auditor') }),
        );
      // The port leads to this member's peer; the addressee's copy is on the addressee's own.
      expect(toHex(sha256(await readBy(issuer)))).toBe(digest);
      expect(await contractRefusal(readBy(stranger))).toBe('NOT_FOUND');
    },
  ),
];
