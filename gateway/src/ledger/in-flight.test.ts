/** With real endorsements: what would be void beside an act under way is not submitted, and nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SAYS } from '../../../chaincode/test/custody-scene.ts';
import { following, openItem } from '../../../test/contract/custody-scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
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
  inFlight = new InFlight();
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
});
