/**
 * Identifiers that clients draw at random: whoever endorses or orders an act sees its own before it is
 * committed, and may put something else on the ledger under it first.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertLabels, sampleDispute } from './label-scene.ts';
import { acquire, newId, sampleObjection } from './scene.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
});
afterAll(() => world.close());

type Drafted = readonly [name: string, key: string, input: { readonly id: string }];
const drafts: readonly (readonly [what: string, draft: () => Promise<Drafted>])[] = [
  [
    'an objection',
    async () => {
      const input = sampleObjection({ kind: 'ACQUISITION', id: await acquire(world) });
      return ['review:object', `objection/${input.id}`, input];
    },
  ],
  [
    'a dispute of a label',
    async () => {
      const input = sampleDispute((await assertLabels(world)).one(1));
      return ['label:dispute', `dispute/${input.id}`, input];
    },
  ],
];

describe('an identifier that another member takes first', () => {
  it.each(drafts)('costs %s nothing but another one, and names who took it', async (_, draft) => {
    const [name, key, input] = await draft();
    const own = await world.person('SgMSP', 'liaisonAuthority');
    const taker = await world.person('DeMSP', 'liaisonAuthority');
    const endorsed = await world.endorse(own, name, input, {});
    expect((await world.act(taker, name, input)).code).toBe('VALID');

    expect((await world.submit(own, endorsed)).code).toBe('MVCC_READ_CONFLICT');
    await world.refuse('ALREADY_EXISTS', own, name, input);
    const word = name.split(':')[0]!;
    const stands = JSON.parse(Buffer.from(await world.read(own, `${word}:read`, key)).toString());
    expect(stands.act.member).toBe('DeMSP');
    const anew = await world.act(own, name, { ...input, id: newId() });
    expect([anew.code, (anew.record as typeof stands).act.member]).toEqual(['VALID', 'SgMSP']);
  });
});
