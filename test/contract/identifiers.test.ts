/**
 * Identifiers that clients draw at random: whoever endorses or orders an act sees its own before it is
 * committed, and may put something else on the ledger under it first.
 */
import type { Role } from '@tabellion/chaincode/member/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertLabels, sampleDispute } from './label-scene.ts';
import { draftOrder, epocAnywhere, publish, publishOrders } from './order-scene.ts';
import type { Attempt } from './refusal.ts';
import { acquire, newId, sampleObjection } from './scene.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
});
afterAll(() => world.close());

interface Drafted {
  readonly name: string;
  readonly key: string;
  readonly own: Attempt;
  readonly taker: Attempt;
  /** The same act under another identifier. */
  readonly anew: Attempt;
}
const person = (mspId: string, role: Role = 'liaisonAuthority') => world.person(mspId, role);

async function byLiaisons(
  name: string,
  input: { readonly id: string },
): Promise<Omit<Drafted, 'key'>> {
  const own = { by: await person('SgMSP'), name, input };
  const taker = { ...own, by: await person('DeMSP') };
  return { name, own, taker, anew: { ...own, input: { ...input, id: newId() } } };
}

const drafts: readonly (readonly [what: string, draft: () => Promise<Drafted>])[] = [
  [
    'an objection',
    async () => {
      const input = sampleObjection({ kind: 'ACQUISITION', id: await acquire(world) });
      return { ...(await byLiaisons('review:object', input)), key: `objection/${input.id}` };
    },
  ],
  [
    'a dispute of a label',
    async () => {
      const input = sampleDispute((await assertLabels(world)).one(1));
      return { ...(await byLiaisons('label:dispute', input)), key: `dispute/${input.id}` };
    },
  ],
  [
    'an order',
    async () => {
      await publishOrders(world);
      await publish(world, epocAnywhere());
      const name = 'order:issue';
      const sg = { id: 'sg', version: 1 };
      const home = { enforcing: undefined, calendars: { ISSUER: sg, ADDRESSEE: sg } };
      const toAttempt = async (mspId: string, id: string, changes: object = {}) => {
        const { input, transient } = draftOrder('anywhere', {}, { id, ...changes });
        const by = await person(mspId, 'judicialReviewer');
        return { by, name, input: JSON.parse(JSON.stringify(input)), options: { transient } };
      };
      const id = newId();
      const own = await toAttempt('SgMSP', id, home);
      const taker = await toAttempt('DeMSP', id);
      const anew = await toAttempt('SgMSP', newId(), home);
      return { name, key: `order/${id}`, own, taker, anew };
    },
  ],
];

describe('an identifier that another member takes first', () => {
  it.each(drafts)('costs %s nothing but another one, and names who took it', async (_, draft) => {
    const { name, key, own, taker, anew } = await draft();
    const act = ({ by, input, options }: Attempt) => world.act(by!, name, input, options);
    const endorsed = await world.endorse(own.by!, name, own.input, own.options ?? {});
    expect((await act(taker)).code).toBe('VALID');

    expect((await world.submit(own.by!, endorsed)).code).toBe('MVCC_READ_CONFLICT');
    await world.refuse('ALREADY_EXISTS', own.by!, name, own.input, own.options);
    const word = name.split(':')[0]!;
    const stands = JSON.parse(
      Buffer.from(await world.read(own.by!, `${word}:read`, key)).toString(),
    );
    expect(stands.act.member).toBe('DeMSP');
    const done = await act(anew);
    expect([done.code, (done.record as typeof stands).act.member]).toEqual(['VALID', 'SgMSP']);
  });
});
