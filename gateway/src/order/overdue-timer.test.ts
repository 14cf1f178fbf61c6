/** What nobody did in time is marked by the gateway of a side that may, once, and by the next one else. */
import { PARTIES } from '@tabellion/chaincode/order/vocabulary';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DE, SG } from '../http/testing.ts';
import { createRecords } from '../projection/records.ts';
import { createDueList } from './due-list.ts';
import {
  type OverdueOptions,
  type OverdueTimer,
  startOverdueTimer,
  TURNS,
} from './overdue-timer.ts';
import { DAY_MS, EXCHANGE, type OrderScene, openOrderScene } from './testing.ts';

let scene: OrderScene;
const timers: OverdueTimer[] = [];

beforeAll(async () => {
  scene = await openOrderScene();
}, 120_000);
afterEach(async () => {
  for (const timer of timers.splice(0)) await timer.close();
});
afterAll(() => scene?.close());

/** Of the members named, as their gateways would. */
function timerOf(members: readonly string[], change: Partial<OverdueOptions> = {}): OverdueTimer {
  const { now } = scene;
  const { projection, ledger } = scene.gateway.deps;
  const signers = new Map(
    members.map((each) => [each, scene.consortium.serviceSigners.get(each)!]),
  );
  const timer = startOverdueTimer({
    ...{ ledger, projection, signers, now, logger: pino({ level: 'silent' }), everyMs: DAY_MS },
    ...change,
  });
  timers.push(timer);
  return timer;
}

async function marks(order: string) {
  const { projection } = scene.gateway.deps;
  await projection.catchUp(AbortSignal.timeout(5000));
  const records = createRecords(projection.database);
  const steps = records
    .list<{ verb: string; act: { member: string; role: string } }>(`order-step/${order}`)
    .filter(({ record }) => record.verb === 'markOverdue');
  return steps.map(({ record: { act } }) => `${act.member} ${act.role}`);
}

it('by the issuer’s service, once, however many look', async () => {
  const id = await scene.received(['SUBSCRIBER']);
  const timer = timerOf([DE]);
  await timer.run();
  expect(await marks(id)).toEqual([]);
  scene.pass(20 * DAY_MS);
  const rival = timerOf([DE]);
  await Promise.all([timer.run(), rival.run()]);
  await timerOf([DE, SG, EXCHANGE]).run();
  expect(await marks(id)).toEqual([`${DE} system`]);
});

it('not by the side whose own word began it, but by the next, in its turn', async () => {
  const id = await scene.received(['SUBSCRIBER'], 'ISSUER');
  scene.pass(20 * DAY_MS);
  await timerOf([DE]).run();
  expect(await marks(id)).toEqual([]);
  const { ends } = createDueList(scene.gateway.deps.projection.database)
    .list(SG, { from: 0, until: scene.now(), standings: ['RUNS'] }, { limit: 10 })
    .items.find(({ order }) => order === id)!;
  await timerOf([SG], { now: () => ends + 1 }).run();
  expect(await marks(id)).toEqual([]);
  await timerOf([SG]).run();
  expect(await marks(id)).toEqual([`${SG} system`]);
  expect(PARTIES.map((side) => TURNS[side] > 0)).toEqual([false, true, true]);
});

it('not while the clock is not to be believed, nor once it is closed', async () => {
  const id = await scene.received(['SUBSCRIBER']);
  scene.pass(20 * DAY_MS);
  const assertClock = () => {
    throw new Error('CLOCK_WRONG');
  };
  await timerOf([DE], { assertClock }).run();
  expect(await marks(id)).toEqual([]);
  const closed = timerOf([DE]);
  await closed.close();
  await closed.run();
  expect(await marks(id)).toEqual([]);
  await timerOf([DE]).run();
  expect(await marks(id)).toEqual([`${DE} system`]);
});
