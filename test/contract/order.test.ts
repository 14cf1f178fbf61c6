/** Orders on the embedded ledger: who writes what, who gets to read it, and what the audit says of it. */
import { INPUT_LIMITS } from '@tabellion/chaincode/kernel/input';
import { implicitCollection, markerOf } from '@tabellion/chaincode/kernel/transaction';
import { orderContentKey } from '@tabellion/chaincode/order/key';
import { canonicalBytes, parseCanonical, sha256, toHex, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listShipped } from '../../chaincode/test/order-case.ts';
import { digest, NOW } from '../../chaincode/test/samples.ts';
import { audit, listBlocks, trustOf } from '../support/audited-ledger.ts';
import {
  ADDRESSEE,
  AUTHORITY,
  contentOf,
  DAY_MS,
  DELEGATE,
  draftOrder,
  ENFORCING,
  HOUR_MS,
  ISSUER,
  issue,
  JUDGE,
  newInstrument,
  publish,
  publishOrders,
  received,
  SERVICE,
  stepInput,
  TRAFFIC,
  take,
} from './order-scene.ts';
import { CHARTER, newId } from './scene.ts';
import { type Committed, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  await publishOrders(world);
}, 120_000);
beforeEach(() => {
  world.clock.time = NOW;
});
afterAll(() => world.close());

const whole = { extent: 'WHOLE', acquisitions: [] };
const basis = { legalBasis: CHARTER };
const statusOf = ({ record }: Committed) => (record as { status: string }).status;
const place = (mspId: string, key: string) =>
  `${implicitCollection(mspId)} ${toHex(sha256(utf8(key)))}`;
function marked({ record }: Committed, mspId: string): Record<string, string> {
  const { key, value } = markerOf(record);
  return { [place(mspId, key)]: toHex(sha256(value)) };
}

const parseContent = (bytes: Uint8Array) =>
  parseCanonical(bytes) as Readonly<Record<string, unknown>>;

async function expectSound(): Promise<void> {
  const report = await audit(await listBlocks(world), await trustOf(world), world.clock.time);
  expect(report.break, report.break?.detail).toBeNull();
}

describe('a production order', () => {
  it('goes from its issue to its end, and each step binds who takes it', async () => {
    const drafted = draftOrder('epoc', TRAFFIC);
    const order = await issue(world, drafted);
    const { committed } = order;
    expect(committed.writes).toHaveProperty([`order/${order.id}`]);
    expect(committed.writes[`order-head/${order.id}`]).toMatchObject({ status: 'ISSUED' });
    const copies = (['ADDRESSEE', 'ENFORCING'] as const).flatMap((party) => {
      const sha = (drafted.input.contents as Record<string, string>)[party]!;
      const key = orderContentKey(order.id, party, sha);
      const owner = party === 'ADDRESSEE' ? ADDRESSEE : ENFORCING;
      return [ISSUER, owner].map((mspId) => [place(mspId, key), sha]);
    });
    expect(committed.privateWrites).toEqual({
      ...marked(committed, ISSUER),
      ...Object.fromEntries(copies),
    });
    expect(committed.endorsers.toSorted()).toEqual([ISSUER, ADDRESSEE, ENFORCING].toSorted());

    await take(world, order, [ISSUER, 'system'], 'serve', { channel: 'the IT system' });
    await take(world, order, SERVICE, 'receive', { receivedAt: NOW });
    await take(world, order, AUTHORITY, 'takeNotice', { receivedAt: NOW });
    const executed = await take(world, order, SERVICE, 'execute', whole);
    expect(executed.privateWrites).toEqual(marked(executed, ADDRESSEE));
    const system = await world.person(...SERVICE);
    await world.refuse('GATE_SHUT', system, 'order:deliver', stepInput(order, whole));
    const cleared = { gate: 'no-objection', ...basis };
    await take(world, order, AUTHORITY, 'clear', cleared);
    expect(statusOf(await take(world, order, SERVICE, 'deliver', whole))).toBe('DELIVERED');
    expect(statusOf(await take(world, order, JUDGE, 'close'))).toBe('CLOSED');
    const step = await world.read(system, 'order:read', `order-step/${order.id}/${order.sequence}`);
    expect(toHex(sha256(step))).toBe(order.last);
    await expectSound();
  });

  it('is read by its parties, each its own copy, and by nobody else', async () => {
    const drafted = draftOrder('epoc', TRAFFIC);
    const { id } = await issue(world, drafted);
    const { contents } = drafted.input as { contents: Record<string, string> };
    const read = async (mspId: string, party: string) =>
      world.read(
        await world.person(mspId, 'auditor'),
        'order:readContent',
        `${id}/${party}/${contents[party]}`,
      );
    for (const [mspId, party] of [
      [ISSUER, 'ADDRESSEE'],
      [ISSUER, 'ENFORCING'],
      [ADDRESSEE, 'ADDRESSEE'],
      [ENFORCING, 'ENFORCING'],
    ] as const)
      expect(Uint8Array.from(await read(mspId, party))).toEqual(
        Uint8Array.from(drafted.transient[party]!),
      );
    for (const [mspId, party] of [
      [ADDRESSEE, 'ENFORCING'],
      [ENFORCING, 'ADDRESSEE'],
      ['CnMSP', 'ADDRESSEE'],
    ] as const)
      await expect(read(mspId, party)).rejects.toMatchObject({ contractCode: 'NOT_FOUND' });
  });

  it('is corrected with contents that its record names, after a reported defect', async () => {
    const order = await received(world, 'epoc', TRAFFIC);
    await take(world, order, DELEGATE, 'reportDefect', { defect: 'TOO_LITTLE', preserved: true });
    const transient = {
      ADDRESSEE: contentOf(order.id, 'ADDRESSEE', 'abcdf'),
      ENFORCING: contentOf(order.id, 'ENFORCING', 'abcdfij'),
    };
    const contents = Object.fromEntries(
      Object.entries(transient).map(([party, bytes]) => [party, toHex(sha256(bytes))]),
    );
    const judge = await world.person(...JUDGE);
    const input = stepInput(order, { contents });
    await world.refuse('CONTENT_MISSING', judge, 'order:clarify', input);
    const done = await take(world, order, JUDGE, 'clarify', { contents }, { transient });
    expect(Object.keys(done.privateWrites)).toHaveLength(5);
    expect(statusOf(done)).toBe('RECEIVED');
    await expectSound();
  });

  it('takes one answer to a question, and each step once in its place', async () => {
    const order = await received(world, 'epoc');
    const judge = await world.person(...JUDGE);
    const again = stepInput(order, { receivedAt: NOW, proof: digest('c') });
    await world.refuse('STEP_OUT_OF_ORDER', judge, 'order:receive', again);
    await take(world, order, DELEGATE, 'reportImpossible');
    await take(world, order, JUDGE, 'enforce', basis);
    await take(world, order, AUTHORITY, 'ask');
    const second = stepInput(order);
    await take(world, order, JUDGE, 'reply');
    await world.refuse('CHAIN_CONFLICT', judge, 'order:reply', second);
    await world.refuse('STEP_OUT_OF_ORDER', judge, 'order:reply', stepInput(order));
  });

  it('cannot be served in the issuer’s name by others: its own peer must endorse', async () => {
    const order = await issue(world, draftOrder('epoc'));
    const by = await world.person(...JUDGE);
    const { code } = await world.act(by, 'order:serve', stepInput(order, { channel: 'by hand' }), {
      endorsers: ['CnMSP', ENFORCING],
    });
    expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  it('cannot be issued past the addressee’s own peer, in whose collection it comes to rest', async () => {
    const { input, transient } = draftOrder('epoc');
    const by = await world.person(...JUDGE);
    const options = { transient, endorsers: [ISSUER, 'CnMSP'] };
    expect((await world.act(by, 'order:issue', input, options)).code).toBe(
      'ENDORSEMENT_POLICY_FAILURE',
    );
  });
});

it('a preservation order lasts sixty days and thirty, and is confirmed before it ends', async () => {
  const order = await received(world, 'epoc-pr');
  expect(statusOf(await take(world, order, SERVICE, 'execute', whole))).toBe('PRESERVED');
  world.clock.time = NOW + 20 * DAY_MS;
  await take(world, order, JUDGE, 'extend', basis);
  const judge = await world.person(...JUDGE);
  await world.refuse('EXTENSIONS_USED_UP', judge, 'order:extend', stepInput(order, basis));
  const production = newId();
  expect(statusOf(await take(world, order, JUDGE, 'confirmProduction', { production }))).toBe(
    'CONFIRMED',
  );
  const drafted = draftOrder('epoc', {}, { follows: order.id });
  const follower = await issue(world, drafted);
  expect(follower.committed.record).toMatchObject({ follows: order.id });
  await take(world, order, JUDGE, 'release');
  expect(statusOf(await take(world, order, JUDGE, 'close'))).toBe('CLOSED');
  await expectSound();
});

describe('bad input is refused, and nothing is written', () => {
  const refuseIssue = async (
    code: Parameters<World['refuse']>[0],
    { input, transient }: ReturnType<typeof draftOrder>,
    role = 'judicialReviewer',
  ) => {
    const by = await world.person(ISSUER, role as never);
    return world.refuse(code, by, 'order:issue', input, { transient });
  };
  const refuseStep = async (
    code: Parameters<World['refuse']>[0],
    order: Parameters<typeof stepInput>[0],
    [mspId, role]: readonly [string, string],
    verb: string,
    says: object = {},
  ) => {
    const by = await world.person(mspId, role as never);
    return world.refuse(code, by, `order:${verb}`, stepInput(order, says));
  };

  it('of an issuer without the role, on data that are not for it, to whom it may not ask', async () => {
    await refuseIssue('NOT_ALLOWED', draftOrder('epoc'), 'auditor');
    await refuseIssue('ISSUER_NOT_ALLOWED', draftOrder('epoc-pr-emergency'));
    await refuseIssue('ISSUER_NOT_ALLOWED', draftOrder('epoc', TRAFFIC), 'prosecutor');
    await refuseIssue('ADDRESSEE_NOT_ALLOWED', draftOrder('epoc', {}, { addressee: ENFORCING }));
    await refuseIssue('ROUTE_CLOSED', draftOrder('reserved'));
  });

  it('of contents that are not their digest’s, are salted alike, or are missing', async () => {
    const { input, transient } = draftOrder('epoc', TRAFFIC);
    const other = contentOf(input.id, 'ADDRESSEE', 'abcdf');
    const swapped = { ADDRESSEE: transient.ENFORCING!, ENFORCING: transient.ADDRESSEE! };
    for (const given of [{ ...transient, ADDRESSEE: other }, swapped])
      await refuseIssue('CONTENT_MISMATCH', { input, transient: given });
    const { ENFORCING: _, ...half } = transient;
    await refuseIssue('CONTENT_MISSING', { input, transient: half });
    const copy = { ...parseContent(transient.ENFORCING!), salt: 'A'.repeat(43) };
    const alike = { ...transient, ENFORCING: canonicalBytes(copy) };
    const contents = { ...input.contents, ENFORCING: toHex(sha256(alike.ENFORCING)) };
    const twice = { input: { ...input, contents }, transient: alike };
    expect(await refuseIssue('CONTENT_NOT_ALLOWED', twice)).toContain('salted');
  });

  it('of a validation that comes too late, a stranger’s step, a second answer', async () => {
    const drafted = draftOrder('epoc-emergency', { addressee: 'abdfg' });
    const order = await issue(world, drafted, 'investigator');
    world.clock.time = NOW + 50 * HOUR_MS;
    await refuseStep('TOO_LATE', order, JUDGE, 'validate');
    const running = await received(world, 'epoc');
    await refuseStep('NOT_A_PARTY', running, ['CnMSP', 'judicialReviewer'], 'withdraw');
    await refuseStep('NOT_A_PARTY', running, JUDGE, 'execute', whole);
    await take(world, running, DELEGATE, 'refuse', { ground: 'not-stored', ...basis });
    await refuseStep('STEP_OUT_OF_ORDER', running, DELEGATE, 'execute', whole);
    const again = { ground: 'not-stored', ...basis };
    await refuseStep('STEP_OUT_OF_ORDER', running, DELEGATE, 'refuse', again);
  });

  it('of a clock that one party would set at both ends', async () => {
    const claimed = await issue(world, draftOrder('epoc'));
    await take(world, claimed, JUDGE, 'serve', { channel: 'by hand' });
    const proven = { receivedAt: world.clock.time, proof: digest('c') };
    await take(world, claimed, JUDGE, 'receive', proven);
    world.clock.time = NOW + 20 * DAY_MS;
    await refuseStep('OWN_CLOCK', claimed, JUDGE, 'markOverdue', { clock: 'produce' });
  });
});

describe('an instrument that came later', () => {
  beforeAll(async () => {
    world.clock.time = NOW;
    await publish(world, ...newInstrument());
  });
  const assets = { categories: ['ASSETS'], addressee: 'a', enforcing: 'a' };
  const freeze = async () => {
    const order = await issue(world, draftOrder('freeze', assets), 'prosecutor');
    await take(world, order, [ISSUER, 'system'], 'serve', { channel: 'by hand' });
    await take(world, order, DELEGATE, 'receive', { receivedAt: world.clock.time });
    await take(world, order, SERVICE, 'execute', whole);
    return order;
  };

  it('is used as its profile says, from freezing to forfeiture', async () => {
    const order = await freeze();
    await take(world, order, JUDGE, 'validate');
    world.clock.time = NOW + 6 * DAY_MS;
    await take(world, order, JUDGE, 'extend', basis);
    world.clock.time = NOW + 13 * DAY_MS;
    const prosecutor = await world.person(ISSUER, 'prosecutor');
    await world.refuse('NOT_ALLOWED', prosecutor, 'order:forfeit', stepInput(order, basis));
    expect(statusOf(await take(world, order, JUDGE, 'forfeit', basis))).toBe('FORFEITED');
    expect(statusOf(await take(world, order, JUDGE, 'close'))).toBe('CLOSED');
    await expectSound();
  });

  it('is not extended after its end', async () => {
    const order = await freeze();
    await take(world, order, JUDGE, 'validate');
    world.clock.time = NOW + 9 * DAY_MS;
    const judge = await world.person(...JUDGE);
    await world.refuse('TOO_LATE', judge, 'order:extend', stepInput(order, basis));
  });

  it('lapses where nobody validates in time: nothing more is taken, and anybody marks it', async () => {
    const order = await freeze();
    world.clock.time = NOW + 24 * HOUR_MS + 1;
    const judge = await world.person(...JUDGE);
    await world.refuse('TOO_LATE', judge, 'order:validate', stepInput(order));
    const marked = await take(world, order, SERVICE, 'markOverdue', { clock: 'validate' });
    expect(marked.record).toMatchObject({ event: 'OVERDUE', status: 'LAPSED' });
    await expectSound();
  });

  it('is refused where it contradicts itself, with the place', async () => {
    const [, profile] = newInstrument();
    const body = { ...(profile!.body as object), extension: null };
    const clocks = (profile!.body as { clocks: object[] }).clocks.map((clock) => ({
      ...clock,
      stops: [],
    }));
    const delegate = await world.person('CnMSP', 'delegate');
    const message = await world.refuse('BAD_INPUT', delegate, 'member:propose', {
      id: newId(32),
      change: { kind: 'PUBLISH', entry: { ...profile, version: 2, body: { ...body, clocks } } },
      ...{ legalBasis: CHARTER, reason: 'agreed' },
    });
    expect(message).toMatch(/change\.entry\.body\.(clocks\.0\.stops|issuing\.0\.validation)/);
  });
});

it('a founding takes more profiles at once than any other input could hold', async () => {
  const other = await openWorld();
  try {
    const entries = [1, 2, 3, 4].flatMap((copy) =>
      listShipped().map((entry) => ({ ...entry, id: `${entry.id}-${copy}` })),
    );
    const reference = [...other.founding.reference, ...entries];
    const founding = { ...other.founding, reference };
    expect(canonicalBytes(founding).length).toBeGreaterThan(INPUT_LIMITS.maxBytes);
    const delegate = await other.person('CnMSP', 'delegate');
    expect((await other.act(delegate, 'member:found', founding)).code).toBe('VALID');
    const report = await audit(await listBlocks(other), await trustOf(other), NOW);
    expect(report.break, report.break?.detail).toBeNull();
  } finally {
    await other.close();
  }
});
