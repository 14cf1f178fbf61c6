import { canonicalText, fromUtf8, parseCanonical } from '@tabellion/proof';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digest } from '../../../chaincode/test/samples.ts';
import { openItem, SAYS, takeStep } from '../../../test/contract/custody-scene.ts';
import { sampleAssertion } from '../../../test/contract/label-scene.ts';
import { draftOrder, issue, publishOrders } from '../../../test/contract/order-scene.ts';
import { closedWithItems, sampleGrant, sampleObjection } from '../../../test/contract/scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import type { Signer } from '../ledger/act.ts';
import { readKey } from './ledger-reader.ts';

let world: World;
let signer: Signer;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  await publishOrders(world);
  signer = await world.person('CnMSP', 'investigator');
});
afterAll(() => world.close());

it('reads every key by the word that writes it', async () => {
  const acquisition = await closedWithItems(world);
  const item = await openItem(world);
  const written = [
    await takeStep(world, signer, 'custody:examine', item, SAYS.examine),
    await world.act(signer, 'review:object', sampleObjection({ kind: 'ITEM', id: item })),
    await world.act(signer, 'disclosure:grant', sampleGrant(acquisition)),
    await world.act(signer, 'label:assert', sampleAssertion(digest('a'), 1)),
    (await issue(world, draftOrder('epoc'))).committed,
  ].flatMap(({ writes }) => Object.entries(writes));
  expect(written.map(([key]) => key.split('/')[0]).sort()).toEqual([
    'custody',
    'grant',
    'item-head',
    'label-batch',
    'label-manifest',
    'objection',
    'objection-head',
    'order',
    'order-head',
  ]);
  for (const [key, record] of written) {
    const bytes = await readKey(world.ledger, signer, key);
    expect(fromUtf8(bytes), key).toBe(canonicalText(record));
  }
  for (const key of [`item/${item}`, `acquisition/${acquisition}`, 'founding', 'member/CnMSP']) {
    expect(parseCanonical(await readKey(world.ledger, signer, key)), key).toBeTypeOf('object');
  }
});

it('tells what is not there from what no word knows', async () => {
  const missing = readKey(world.ledger, signer, `custody/${digest('9')}`);
  await expect(missing).rejects.toMatchObject({ code: 'CONTRACT', contractCode: 'NOT_FOUND' });
  await expect(readKey(world.ledger, signer, 'secrets/1')).rejects.toThrow(TypeError);
});
