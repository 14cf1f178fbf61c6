/** The audit of orders: what contracts could write of them that does not hold. */
import { orderContentKey } from '@tabellion/chaincode/order/key';
import { expect, it } from 'vitest';
import { sampleAcquire } from '../../../chaincode/test/samples.ts';
import {
  AUTHORITY,
  DAY_MS,
  DELEGATE,
  draftOrder,
  ISSUER,
  issue,
  publishOrders,
  received,
  SERVICE,
  stepInput,
  TRAFFIC,
  take,
} from '../../../test/contract/order-scene.ts';
import { acquire, CHARTER, newId } from '../../../test/contract/scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import {
  audit,
  commit,
  listBlocks,
  rogueContracts,
  type Spoiler,
  trustOf,
} from '../../../test/support/audited-ledger.ts';
import type { BreakCode } from './break.ts';

/** Returns the act that the spoiled contracts run. */
type Prepared = (world: World) => Promise<() => Promise<unknown>>;

const whole = { extent: 'WHOLE', acquisitions: [] };
const issuing: Prepared = async (world) => () => issue(world, draftOrder('epoc', TRAFFIC));
const delivering: Prepared = async (world) => {
  const order = await received(world, 'epoc', TRAFFIC);
  await take(world, order, SERVICE, 'execute', whole);
  const by = await world.person(...SERVICE);
  return () => commit(world, by, 'order:deliver', stepInput(order, whole));
};
const objecting: Prepared = async (world) => {
  const order = await received(world, 'epoc', TRAFFIC);
  const by = await world.person(...AUTHORITY);
  const says = { ground: 'ne-bis-in-idem', extent: 'WHOLE', legalBasis: CHARTER };
  return () => commit(world, by, 'order:object', stepInput(order, says));
};
const refusing: Prepared = async (world) => {
  const order = await received(world, 'epoc');
  const by = await world.person(...DELEGATE);
  const says = { ground: 'not-stored', legalBasis: CHARTER };
  return () => commit(world, by, 'order:refuse', stepInput(order, says));
};

const seeing =
  (prefix: string, changes: object): NonNullable<Spoiler['read']> =>
  (key, record) =>
    key.startsWith(prefix) ? { ...record, ...changes } : record;
const notifiedOfLess: NonNullable<Spoiler['read']> = (key, record) => {
  if (!key.startsWith('reference/orderProfile/epoc/')) return record;
  const { entry } = record as { entry: { body: { enforcing: object } } };
  const enforcing = { ...entry.body.enforcing, notifiedOf: ['CONTENT'] };
  return { ...record, entry: { ...entry, body: { ...entry.body, enforcing } } };
};
const untold: NonNullable<Spoiler['read']> = (key, record) => {
  if (!key.startsWith('order-head/')) return record;
  const { facts } = record as { facts: { event: string }[] };
  return { ...record, facts: facts.filter(({ event }) => event !== 'NOTICE_RECEIVED') };
};
const writing =
  (prefix: string, changes: object): NonNullable<Spoiler['record']> =>
  (key, record) => [key, key.startsWith(prefix) ? { ...record, ...changes } : record];
const isContent = (key: string) => key.startsWith('order-content/');

it.each<[what: string, BreakCode, Spoiler, Prepared]>([
  [
    'data leave through a gate that nobody opened',
    'STATE_MISMATCH',
    { read: seeing('order-head/', { opened: ['no-objection'] }) },
    delivering,
  ],
  [
    'an order counts as not notified, so that nothing holds it',
    'STATE_MISMATCH',
    { read: notifiedOfLess },
    async (world) => () => issue(world, draftOrder('epoc', { categories: ['TRAFFIC'] })),
  ],
  [
    'a ground is raised after its time',
    'STATE_MISMATCH',
    { read: untold },
    async (world) => {
      const order = await received(world, 'epoc', TRAFFIC);
      await take(world, order, AUTHORITY, 'takeNotice', { receivedAt: world.clock.time });
      world.clock.time += 13 * DAY_MS;
      const by = await world.person(...AUTHORITY);
      const says = { ground: 'ne-bis-in-idem', extent: 'WHOLE', legalBasis: CHARTER };
      return () => commit(world, by, 'order:object', stepInput(order, says));
    },
  ],
  [
    'a head stands elsewhere than its last step',
    'STATE_MISMATCH',
    { record: writing('order-head/', { status: 'CLOSED' }) },
    refusing,
  ],
  ['an issue lacks its member’s mark', 'MARKER_MISSING', { marks: false }, issuing],
  ['an objection lacks its member’s mark', 'MARKER_MISSING', { marks: false }, objecting],
  [
    'a party is not given what the order names',
    'RECORD_UNEXPECTED',
    { privately: (place, key, value) => (isContent(key) ? [] : [[place, key, value]]) },
    issuing,
  ],
  [
    'a party is given something else',
    'RECORD_UNEXPECTED',
    {
      privately: (place, key, value) => [
        [place, key, isContent(key) ? Uint8Array.of(...value, 32) : value],
      ],
    },
    issuing,
  ],
  [
    'somebody else is given it as well',
    'RECORD_UNEXPECTED',
    {
      privately: (place, key, value) =>
        isContent(key) && place.endsWith(ISSUER)
          ? [
              [place, key, value],
              ['_implicit_org_CnMSP', orderContentKey('a', 'b', 'c'), value],
            ]
          : [[place, key, value]],
    },
    issuing,
  ],
])('is found out where %s', async (_what, code, spoiler, prepare) => {
  const world = await openWorld();
  try {
    await world.found();
    await publishOrders(world);
    const act = await prepare(world);
    world.ledger.install(rogueContracts(spoiler));
    // What the world makes of such records is not asked here.
    await act().catch(() => undefined);
    const report = await audit(await listBlocks(world), await trustOf(world), world.clock.time);
    expect(report.break?.code, report.break?.detail).toBe(code);
  } finally {
    await world.close();
  }
});

it('lists an acquisition that rests on an order of others, and none of its parties', async () => {
  const world = await openWorld();
  try {
    await world.found();
    await publishOrders(world);
    const { id } = await received(world, 'epoc', TRAFFIC);
    const ground = (reference: string) => [{ kind: 'ORDER' as const, reference }];
    const foreign = await acquire(world, { grounds: ground(id) });
    // An order of a court at home is none of this ledger's.
    await acquire(world, { grounds: ground('CN-COURT/2026/9') });
    const own = sampleAcquire({
      ...{ id: newId(), grounds: ground(id), legalBases: [CHARTER], route: 'DOMESTIC' },
      location: { systemJurisdiction: 'SG', mediumLocation: 'SG', source: { class: 'STANDALONE' } },
    });
    await world.act(await world.person(...SERVICE), 'evidence:acquire', own);
    const report = await audit(await listBlocks(world), await trustOf(world), world.clock.time);
    expect(report.break, report.break?.detail).toBeNull();
    const found = report.findings.filter(({ code }) => code === 'ORDER_OF_OTHERS');
    expect(found.map(({ subject }) => subject)).toEqual([`acquisition ${foreign}, order ${id}`]);
  } finally {
    await world.close();
  }
});
