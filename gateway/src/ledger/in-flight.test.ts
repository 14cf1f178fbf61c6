/** With real endorsements: what would be void beside an act under way is not submitted, and nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { common, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SAYS } from '../../../chaincode/test/custody-scene.ts';
import { following, openItem } from '../../../test/contract/custody-scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import { trustOf } from '../../../test/support/audited-ledger.ts';
import { createEndorsementCheck } from './endorsed.ts';
import { InFlight } from './in-flight.ts';

let world: World;
let inFlight: InFlight;
let item: string;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
});
afterAll(() => world.close());
beforeEach(async () => {
  inFlight = new InFlight(
    createEndorsementCheck({ trust: () => trustOf(world), now: () => world.clock.time }),
  );
  item = await openItem(world);
});

const byHolder = () => world.person('CnMSP', 'investigator');
const examination = async (of = item) => {
  const signer = await byHolder();
  return world.endorse(signer, 'custody:examine', await following(world, of, SAYS.examine), {});
};
const overtaken = expect.objectContaining({ code: 'OVERTAKEN' });

describe('an act under way', () => {
  it('keeps what rests on the same record from being submitted, until it is over', async () => {
    const [first, second] = [await examination(), await examination()];
    const end = await inFlight.begin(first.payload);
    let waits = true;
    const refused = inFlight.begin(second.payload).finally(() => {
      waits = false;
    });
    await expect(Promise.race([refused, sleep(50)])).resolves.toBeUndefined();
    expect(waits).toBe(true);
    end(true);
    await expect(refused).rejects.toEqual(overtaken);
  });

  it('that turns out void lets the next one go, and no more than one', async () => {
    const [first, second, third] = [
      await examination(),
      await examination(),
      await examination(),
    ] as const;
    const end = await inFlight.begin(first.payload);
    const waiting = [second, third].map(({ payload }) => inFlight.begin(payload));
    end(false);
    (await Promise.race(waiting))(true);
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('keeps out neither itself, submitted again, nor acts on other items', async () => {
    const first = await examination();
    await inFlight.begin(first.payload);
    await inFlight.begin(first.payload);
    await inFlight.begin((await examination(await openItem(world))).payload);
  });

  it('that is committed keeps nobody out who has read what it wrote, ended or not', async () => {
    const first = await examination();
    await inFlight.begin(first.payload);
    expect((await world.submit(await byHolder(), first)).code).toBe('VALID');
    await inFlight.begin((await examination()).payload);
  });

  it('is not hidden by one that was endorsed in good order and has read an older version', async () => {
    const [stale, done] = [await examination(), await examination()];
    expect((await world.submit(await byHolder(), done)).code).toBe('VALID');
    const [first, second] = [await examination(), await examination()];
    await inFlight.begin(first.payload);
    const forget = await inFlight.begin(stale.payload);
    const held = () => inFlight.begin(second.payload, { signal: AbortSignal.abort() });
    await expect(held()).rejects.toMatchObject({ code: 'HELD_UP' });
    forget(false);
    await expect(held()).rejects.toMatchObject({ code: 'HELD_UP' });
  });

  it('is waited for no longer than the one who waits has time', async () => {
    const [first, second] = [await examination(), await examination()];
    await inFlight.begin(first.payload);
    const heldUp = expect.objectContaining({ code: 'HELD_UP' });
    const ended = inFlight.begin(second.payload, { signal: AbortSignal.timeout(20) });
    await expect(ended).rejects.toEqual(heldUp);
    const late = inFlight.begin(second.payload, { signal: AbortSignal.abort() });
    await expect(late).rejects.toEqual(heldUp);
  });

  it.each([
    ['signatures of nobody', (list: Endorsement[]) => list.map(forge)],
    ['too few endorsements', (list: Endorsement[]) => list.slice(1)],
    ['one endorsement many times', (list: Endorsement[]) => list.map(() => list[0]!)],
  ])('keeps nobody out whose reads and writes may be made up: %s', async (_, change) => {
    const [madeUp, honest] = [await examination(), await examination()];
    await inFlight.begin(withEndorsements(madeUp.payload, change));
    await inFlight.begin(honest.payload);
  });

  it.each([
    ['does not say', () => Promise.reject(new Error('not read to its end yet'))],
    ['says in a long time', () => new Promise<never>(() => undefined)],
  ])('keeps nobody out where the ledger %s whom to trust', async (_, trust) => {
    const unsure = new InFlight(createEndorsementCheck({ trust, now: () => world.clock.time }));
    const [first, second] = [await examination(), await examination()];
    await unsure.begin(first.payload);
    await unsure.begin(second.payload);
  });
});

type Endorsement = peer.Endorsement;

function forge(endorsement: Endorsement): Endorsement {
  const forged = endorsement.clone();
  const signature = forged.getSignature_asU8().slice();
  signature[signature.length - 1]! ^= 1;
  forged.setSignature(signature);
  return forged;
}

/** Nothing but the endorsements changes: what was asked, read and written is as the peers had it. */
function withEndorsements(
  bytes: Uint8Array,
  change: (list: Endorsement[]) => Endorsement[],
): Uint8Array {
  const payload = common.Payload.deserializeBinary(bytes);
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const [action] = transaction.getActionsList();
  const asked = peer.ChaincodeActionPayload.deserializeBinary(action!.getPayload_asU8());
  const endorsed = asked.getAction()!;
  endorsed.setEndorsementsList(change(endorsed.getEndorsementsList()));
  action!.setPayload(asked.serializeBinary());
  payload.setData(transaction.serializeBinary());
  return payload.serializeBinary();
}
