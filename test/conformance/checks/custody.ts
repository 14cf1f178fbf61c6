/** What custody asks of a ledger: one hand-over at a time, and nobody bound without its own peer. */
import { randomBytes } from 'node:crypto';
import { itemHeadRecord } from '@tabellion/chaincode/custody/record';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { itemId, leafHash, toHex } from '@tabellion/proof';
import { expect } from 'vitest';
import { SAYS } from '../../../chaincode/test/custody-scene.ts';
import { sampleAnchor } from '../../../chaincode/test/samples.ts';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { check } from '../check.ts';
import { type Client, text } from '../client.ts';
import { acquireAtHome, callOf, contractRefusal, perform, read } from '../founded.ts';

const drawLeaf = () => leafHash(randomBytes(32));

/** An item in custody of an investigator, collected at home; returns its name. */
async function openItem(client: Client, by: Signer, hash = drawLeaf()): Promise<string> {
  const acquisition = await acquireAtHome(client, by);
  const [item, leaf] = [itemId(by.mspId, hash), toHex(hash)];
  const anchored = sampleAnchor({
    acquisition,
    root: leaf,
    size: 1,
    collectedAt: Date.now() - 1000,
  });
  const batch = digestRecord(await perform(client, 'evidence:anchor', anchored, by));
  const opening = {
    item,
    leaf,
    origin: { kind: 'ANCHORED', acquisition, batch, index: 0 },
    path: [],
    seals: [],
    witnesses: [],
    happenedAt: Date.now() - 1000,
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

  check(
    'a member that takes the leaf of an item first keeps nobody from the item',
    async (client) => {
      const leaf = drawLeaf();
      const rival = await client.ledger.person(client.state(1));
      const collector = await client.ledger.person(client.state(0));
      const taken = await openItem(client, rival, leaf);
      const item = await openItem(client, collector, leaf);
      expect(taken).not.toBe(item);
      expect((await readHead(client, taken)).holder.member).toBe(client.state(1));
      expect((await readHead(client, item)).holder.member).toBe(client.state(0));
      const again = openItem(client, collector, leaf);
      expect(await contractRefusal(again)).toBe('ALREADY_EXISTS');
    },
  ),

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
