/** The word `custody` on the embedded ledger: what is written, who may, and who binds whom. */
import { createHash } from 'node:crypto';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { parseCanonical, sha256, toHex, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digest, NOW } from '../../chaincode/test/samples.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { anchorItems, following, openItem, readHead, SAYS, takeStep } from './custody-scene.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let investigator: Signer;
let receiver: Signer;
let judgeOfDe: Signer;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  investigator = await world.person('CnMSP', 'investigator');
  receiver = await world.person('SgMSP', 'investigator');
  judgeOfDe = await world.person('DeMSP', 'judicialReviewer');
});
beforeEach(() => {
  world.clock.time = NOW;
});
afterAll(() => world.close());

const step = (
  signer: Signer,
  name: string,
  item: string,
  ...rest: [says?: object, options?: object]
) => takeStep(world, signer, name, item, ...rest);

describe('one item from its batch to its end', () => {
  it('opens, is handed over, examined, returned: each writes exactly its records', async () => {
    const { items, openingOf } = await anchorItems(world, 7);
    const item = items[5]!;
    const opened = await world.act(investigator, 'custody:open', openingOf(5));
    expect(opened.code).toBe('VALID');
    expect(Object.keys(opened.writes).sort()).toEqual([`item-head/${item}`, `item/${item}`]);
    expect(opened.event).toEqual({
      name: 'custody:open',
      payload: { key: `item/${item}`, record: opened.record },
    });
    expect(opened.record).not.toHaveProperty('path');

    let previous = digestRecord(opened.record);
    const steps = [
      [investigator, 'custody:offer', SAYS.offer('SgMSP')],
      [receiver, 'custody:accept', SAYS.accept],
      [await world.person('SgMSP', 'analyst'), 'custody:examine', SAYS.examine],
      [receiver, 'custody:seal', SAYS.seal('SG-1')],
      [receiver, 'custody:return', SAYS.return],
    ] as const;
    for (const [signer, name, says] of steps) {
      const { code, record, writes } = await step(signer, name, item, says);
      expect(code, name).toBe('VALID');
      expect(record.previous).toBe(previous);
      previous = digestRecord(record);
      expect(Object.keys(writes).sort()).toEqual([`custody/${previous}`, `item-head/${item}`]);
    }
    expect(await readHead(world, item)).toMatchObject({
      sequence: 5,
      last: previous,
      status: 'RETURNED',
      seals: ['SG-1'],
    });
  });

  it('registers an exhibit and derives from it', async () => {
    const { acquisition } = await anchorItems(world, 1);
    const { exhibitOf, derivationOf } = await import('../../chaincode/test/custody-scene.ts');
    const { origin } = exhibitOf();
    const exhibit = exhibitOf({ origin: { ...origin, acquisition }, seals: [] });
    expect((await world.act(investigator, 'custody:register', exhibit)).code).toBe('VALID');
    const image = derivationOf(exhibit.item);
    const derived = await world.act(investigator, 'custody:derive', image);
    expect(Object.keys(derived.writes).sort()).toEqual([
      `item-head/${image.item}`,
      `item/${image.item}`,
    ]);
    expect(derived.readKeys).toContain(`item-head/${exhibit.item}`);
    const bytes = await world.read(receiver, 'custody:read', `item/${image.item}`);
    expect(parseCanonical(bytes)).toEqual(derived.record);
  });

  it('reads nothing but its own keys', async () => {
    for (const key of ['founding', `item/${digest('1')}/x`, 'item-head/', 'custody/../member']) {
      await expect(world.read(receiver, 'custody:read', key), key).rejects.toMatchObject({
        contractCode: 'BAD_INPUT',
      });
    }
    await expect(world.read(receiver, 'custody:read', `item/${digest('9')}`)).rejects.toMatchObject(
      { contractCode: 'NOT_FOUND' },
    );
  });
});

describe('two hand-overs at once', () => {
  it('of one item: one is in force, however many race', async () => {
    const item = await openItem(world);
    const offers = await Promise.all(
      ['SgMSP', 'DeMSP', 'ExMSP'].map(async (member) =>
        world.endorse(
          investigator,
          'custody:offer',
          await following(world, item, SAYS.offer(member)),
          {},
        ),
      ),
    );
    const done = await Promise.all(offers.map((offer) => world.submit(investigator, offer)));
    expect(done.map(({ code }) => code).sort()).toEqual([
      'MVCC_READ_CONFLICT',
      'MVCC_READ_CONFLICT',
      'VALID',
    ]);
    expect(await readHead(world, item)).toMatchObject({ sequence: 1, status: 'OFFERED' });
  });

  it('of different items do not stand in each other’s way', async () => {
    const items = [];
    for (let count = 0; count < 4; count += 1) items.push(await openItem(world));
    const done = await Promise.all(
      items.map((item) => step(investigator, 'custody:offer', item, SAYS.offer('SgMSP'))),
    );
    expect(done.map(({ code }) => code)).toEqual(items.map(() => 'VALID'));
  });

  it('acceptance and withdrawal: one of them is in force', async () => {
    const item = await openItem(world);
    await step(investigator, 'custody:offer', item, SAYS.offer('SgMSP'));
    const accept = await world.endorse(
      receiver,
      'custody:accept',
      await following(world, item, SAYS.accept),
      {},
    );
    const withdraw = await world.endorse(
      investigator,
      'custody:withdraw',
      await following(world, item),
      {},
    );
    expect((await world.submit(investigator, withdraw)).code).toBe('VALID');
    expect((await world.submit(receiver, accept)).code).toBe('MVCC_READ_CONFLICT');
    expect(await readHead(world, item)).toMatchObject({
      status: 'HELD',
      holder: { member: 'CnMSP' },
    });
  });
});

describe('what binds a member', () => {
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  it.each([
    ['acceptance', 'custody:accept', SAYS.accept],
    ['refusal', 'custody:refuse', {}],
  ])('carries its mark: %s', async (_what, name, says) => {
    const item = await openItem(world);
    const offer = await step(investigator, 'custody:offer', item, SAYS.offer('SgMSP'));
    expect(offer.privateWrites).toEqual({});
    const { record, privateWrites, endorsers } = await step(receiver, name, item, says);
    const { key, value } = markerOf(record);
    const place = `${implicitCollection('SgMSP')} ${toHex(sha256(utf8(key)))}`;
    expect(privateWrites).toEqual({ [place]: hash(value) });
    expect(endorsers).toContain('SgMSP');
  });

  it('is void without its own peer: nobody accepts in another’s name', async () => {
    const item = await openItem(world);
    await step(investigator, 'custody:offer', item, SAYS.offer('SgMSP'));
    const without = { endorsers: ['CnMSP', 'DeMSP'] };
    const { code } = await step(receiver, 'custody:accept', item, SAYS.accept, without);
    expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await readHead(world, item)).toMatchObject({
      status: 'OFFERED',
      holder: { member: 'CnMSP' },
    });
  });

  it('holds for the original’s state that confirms a mirror', async () => {
    const mirrorOf = { jurisdiction: 'DE', custodian: 'DeMSP', sha256: digest('5') };
    const item = await openItem(world, { mirrorOf });
    const says = { position: 'CONFIRMED', sha256: digest('5') };
    const without = { endorsers: ['CnMSP', 'SgMSP'] };
    const alone = await step(judgeOfDe, 'custody:confirm', item, says, without);
    expect(alone.code).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect((await readHead(world, item)).mirror).toBe('UNCONFIRMED');
    const { code, endorsers } = await step(judgeOfDe, 'custody:confirm', item, says);
    expect(code).toBe('VALID');
    expect(endorsers).toContain('DeMSP');
    expect((await readHead(world, item)).mirror).toBe('CONFIRMED');
  });
});
