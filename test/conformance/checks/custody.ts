/** What custody asks of a ledger: one hand-over at a time, and nobody bound without its own peer. */
import { randomBytes } from 'node:crypto';
import { itemHeadRecord } from '@tabellion/chaincode/custody/record';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { canonicalBytes, leafHash, parseCanonical, toHex } from '@tabellion/proof';
import { expect } from 'vitest';
import { SAYS } from '../../../chaincode/test/custody-scene.ts';
import { sampleAcquire, sampleAnchor, sampleFounding } from '../../../chaincode/test/samples.ts';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { LedgerError } from '../../../gateway/src/ledger/port.ts';
import { check } from '../check.ts';
import { type Call, type Client, text } from '../client.ts';

const callOf = (fn: string, input: object, by: Signer, endorsers?: readonly string[]): Call => ({
  fn,
  args: [Buffer.from(canonicalBytes(input)).toString()],
  by,
  ...(endorsers && { endorsers }),
});

async function perform(client: Client, fn: string, input: object, by: Signer) {
  const { code, result } = await client.invoke(callOf(fn, input, by));
  if (code !== 'VALID') throw new Error(`${fn} committed as ${code}`);
  return parseCanonical(Buffer.from(result));
}

const read = (client: Client, fn: string, key: string) => client.evaluate(fn, key);

/** Once for each ledger: its members found their consortium. */
async function ensureFounded(client: Client): Promise<void> {
  try {
    await read(client, 'member:read', 'founding');
    return;
  } catch (error) {
    if (!(error instanceof LedgerError) || error.contractCode !== 'NOT_FOUND') throw error;
  }
  const { members: samples, ...founding } = sampleFounding();
  const members = client.ledger.members.map(({ mspId, state }, index) => ({
    mspId,
    name: mspId,
    jurisdiction: 'ABCD'.charAt(index).repeat(2),
    kind: state ? ('STATE' as const) : ('EXCHANGE' as const),
    profile: samples[0]!.profile,
  }));
  const delegate = await client.ledger.person(client.state(0), 'delegate');
  await perform(client, 'member:found', { ...founding, members }, delegate);
}

/** An item in custody of an investigator of the first state; returns its name. */
async function openItem(client: Client, by: Signer): Promise<string> {
  await ensureFounded(client);
  const now = Date.now();
  const acquisition = randomBytes(16).toString('hex');
  const place = 'AA';
  await perform(
    client,
    'evidence:acquire',
    sampleAcquire({
      id: acquisition,
      startedAt: now - 2000,
      location: {
        systemJurisdiction: place,
        mediumLocation: place,
        source: { class: 'STANDALONE' },
      },
    }),
    by,
  );
  const item = toHex(leafHash(randomBytes(32)));
  const anchored = sampleAnchor({ acquisition, root: item, size: 1, collectedAt: now - 1000 });
  const batch = digestRecord(await perform(client, 'evidence:anchor', anchored, by));
  const opening = {
    item,
    origin: { kind: 'ANCHORED', acquisition, batch, index: 0 },
    path: [],
    seals: [],
    witnesses: [],
    happenedAt: now - 1000,
    reason: 'to be handed over',
  };
  await perform(client, 'custody:open', opening, by);
  return item;
}

const readHead = async (client: Client, item: string) =>
  itemHeadRecord.parse(JSON.parse(await read(client, 'custody:read', `item-head/${item}`)));

async function following(client: Client, item: string, says: object) {
  const { sequence, last, happenedAt } = await readHead(client, item);
  return { item, sequence: sequence + 1, previous: last, happenedAt, reason: 'agreed', ...says };
}

/** The code with which the contract refuses; anything else is thrown on. */
async function contractRefusal(refused: Promise<unknown>): Promise<string | undefined> {
  try {
    await refused;
    return 'NONE';
  } catch (error) {
    if (error instanceof LedgerError) return error.contractCode ?? error.code;
    throw error;
  }
}

export const custodyChecks = [
  check('of two hand-overs of one item at once the second is a conflict', async (client) => {
    const giver = await client.ledger.person(client.state(0));
    const item = await openItem(client, giver);
    const offers = [];
    for (const member of [client.state(1), client.other(0)]) {
      const input = await following(client, item, SAYS.offer(member));
      offers.push(await client.endorse(callOf('custody:offer', input, giver)));
    }
    for (const offer of offers) await client.submit(offer, giver);
    const codes = [];
    for (const { txId } of offers) codes.push((await client.status(txId)).code);
    expect(codes).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect(await readHead(client, item)).toMatchObject({
      status: 'OFFERED',
      offer: { to: { member: client.state(1) } },
    });
  }),

  check('hand-overs of different items do not stand in each other’s way', async (client) => {
    const giver = await client.ledger.person(client.state(0));
    const offers = [];
    for (const member of [client.state(1), client.other(0)]) {
      const input = await following(client, await openItem(client, giver), SAYS.offer(member));
      offers.push(await client.endorse(callOf('custody:offer', input, giver)));
    }
    for (const offer of offers) await client.submit(offer, giver);
    for (const { txId } of offers) expect((await client.status(txId)).code).toBe('VALID');
  }),

  check('nobody but the receiver accepts an item', async (client) => {
    const giver = await client.ledger.person(client.state(0));
    const item = await openItem(client, giver);
    const offer = await following(client, item, SAYS.offer(client.state(1)));
    await perform(client, 'custody:offer', offer, giver);
    const input = await following(client, item, SAYS.accept);
    for (const stranger of [await client.ledger.person(client.other(0)), giver]) {
      const refused = client.endorse(callOf('custody:accept', input, stranger));
      expect(await contractRefusal(refused)).toBe('NOT_THE_RECEIVER');
    }
    expect((await readHead(client, item)).holder.member).toBe(client.state(0));
  }),

  check('an item is accepted with the receiver’s own peer, and not without', async (client) => {
    const giver = await client.ledger.person(client.state(0));
    const receiver = await client.ledger.person(client.state(1));
    const item = await openItem(client, giver);
    const offer = await following(client, item, SAYS.offer(client.state(1)));
    await perform(client, 'custody:offer', offer, giver);
    const input = await following(client, item, SAYS.accept);

    const others = [client.state(0), client.other(0)];
    const without = await client.invoke(callOf('custody:accept', input, receiver, others));
    expect(without.code).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect((await readHead(client, item)).status).toBe('OFFERED');

    const accepted = await client.invoke(callOf('custody:accept', input, receiver));
    expect(accepted.code).toBe('VALID');
    const { last, status, holder } = await readHead(client, item);
    expect({ status, member: holder.member }).toEqual({ status: 'HELD', member: client.state(1) });
    expect(last).toBe(digestRecord(JSON.parse(text(Buffer.from(accepted.result)))));
  }),
];
