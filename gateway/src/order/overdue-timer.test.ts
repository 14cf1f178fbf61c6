/** What nobody did in time is marked by the gateway of a side that may, once, and by the next one else. */
import { PARTIES } from '@tabellion/chaincode/order/vocabulary';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { draftHttpOrder, publishForOrders, stepOf } from '../../../test/recovery/every-order.ts';
import {
  DE,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from '../http/testing.ts';
import { createRecords } from '../projection/records.ts';
import { createDueList } from './due-list.ts';
import {
  type OverdueOptions,
  type OverdueTimer,
  startOverdueTimer,
  TURNS,
} from './overdue-timer.ts';

const EXCHANGE = 'ExchangeMSP';
const DAY_MS = 86_400_000;
const PROOF = 'a'.repeat(64);

let consortium: TestConsortium;
let gateway: TestGateway;
let judge: TestPerson;
let counsel: TestPerson;
let ahead = 0;
const now = () => Date.now() + ahead;
const timers: OverdueTimer[] = [];

beforeAll(async () => {
  consortium = await openTestConsortium(now);
  gateway = await startTestGateway(consortium, { now });
  await publishForOrders(gateway);
  judge = await gateway.enrolPerson(DE, 'judicialReviewer', 'richter');
  counsel = await gateway.enrolPerson(EXCHANGE, 'delegate', 'counsel');
}, 120_000);
afterEach(async () => {
  for (const timer of timers.splice(0)) await timer.close();
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

/** Of the members named, as their gateways would. */
function timerOf(members: readonly string[], change: Partial<OverdueOptions> = {}): OverdueTimer {
  const { projection, ledger } = gateway.deps;
  const signers = new Map(members.map((each) => [each, consortium.serviceSigners.get(each)!]));
  const timer = startOverdueTimer({
    ...{ ledger, projection, signers, now, logger: pino({ level: 'silent' }), everyMs: DAY_MS },
    ...change,
  });
  timers.push(timer);
  return timer;
}

/** Served and received, by whose word it was. */
async function received(by: 'ADDRESSEE' | 'ISSUER'): Promise<string> {
  const { input, transient } = draftHttpOrder(['SUBSCRIBER']);
  const act = async (
    person: TestPerson,
    verb: string,
    says: unknown,
    secret?: typeof transient,
  ) => {
    const { json, text } = await gateway.act(person, `order/${verb}`, says, secret);
    expect(json.code, text).toBe('VALID');
  };
  await act(judge, 'issue', input, transient);
  await act(judge, 'serve', await stepOf(gateway, input.id, { channel: 'by hand' }));
  const says = { receivedAt: now(), ...(by === 'ISSUER' && { proof: PROOF }) };
  const person = by === 'ISSUER' ? judge : counsel;
  await act(person, 'receive', await stepOf(gateway, input.id, says));
  await gateway.deps.projection.catchUp(AbortSignal.timeout(5000));
  return input.id;
}

async function marks(order: string) {
  const { projection } = gateway.deps;
  await projection.catchUp(AbortSignal.timeout(5000));
  const records = createRecords(projection.database);
  const steps = records
    .list<{ verb: string; act: { member: string; role: string } }>(`order-step/${order}`)
    .filter(({ record }) => record.verb === 'markOverdue');
  return steps.map(({ record: { act } }) => `${act.member} ${act.role}`);
}

it('by the issuer’s service, once, however many look', async () => {
  const id = await received('ADDRESSEE');
  const timer = timerOf([DE]);
  await timer.run();
  expect(await marks(id)).toEqual([]);
  ahead += 20 * DAY_MS;
  const rival = timerOf([DE]);
  await Promise.all([timer.run(), rival.run()]);
  await timerOf([DE, SG, EXCHANGE]).run();
  expect(await marks(id)).toEqual([`${DE} system`]);
});

it('not by the side whose own word began it, but by the next, in its turn', async () => {
  const id = await received('ISSUER');
  ahead += 20 * DAY_MS;
  await timerOf([DE]).run();
  expect(await marks(id)).toEqual([]);
  const { ends } = createDueList(gateway.deps.projection.database)
    .list(SG, { from: 0, until: now(), standings: ['RUNS'] }, { limit: 10 })
    .items.find(({ order }) => order === id)!;
  await timerOf([SG], { now: () => ends + 1 }).run();
  expect(await marks(id)).toEqual([]);
  await timerOf([SG]).run();
  expect(await marks(id)).toEqual([`${SG} system`]);
  expect(PARTIES.map((side) => TURNS[side] > 0)).toEqual([false, true, true]);
});

it('not while the clock is not to be believed, nor once it is closed', async () => {
  const id = await received('ADDRESSEE');
  ahead += 20 * DAY_MS;
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
