/** Orders under instruments that are shipped: with the founding, or by vote of the members at run time. */
import { fileURLToPath } from 'node:url';
import type { ReferenceEntry } from '@tabellion/chaincode/member/record';
import { type OrderProfile, orderProfileBody } from '@tabellion/chaincode/order/profile';
import type { Treaty } from '@tabellion/chaincode/order/route';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listShipped } from '../../chaincode/test/order-case.ts';
import { NOW } from '../../chaincode/test/samples.ts';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import { audit, listBlocks, trustOf } from '../support/audited-ledger.ts';
import {
  AUTHORITY,
  contentOf,
  DAY_MS,
  draftOrder,
  ENFORCING,
  ISSUER,
  issue,
  JUDGE,
  publish,
  SERVICE,
  stepInput,
  take,
} from './order-scene.ts';
import { CHARTER } from './scene.ts';
import { type Committed, openWorld, type World } from './world.ts';

const CONSORTIUM = fileURLToPath(new URL('../../node-config/consortium.yaml', import.meta.url));
const whole = { extent: 'WHOLE', acquisitions: [] };
const basis = { legalBasis: CHARTER };
const statusOf = ({ record }: Committed) => (record as { status: string }).status;
const first = (id: string) => ({ id, version: 1 });
const shipped = (folder: string, id: string) =>
  listShipped(folder).find((entry) => entry.id === id) as ReferenceEntry;
const profileOf = (id: string): OrderProfile => orderProfileBody.parse(shipped('orders', id).body);
const fieldsFor = (id: string, party: 'ADDRESSEE' | 'ENFORCING') =>
  profileOf(id)
    .content.filter(({ seenBy }) => seenBy.includes(party))
    .map((field) => field.id);
const CALENDARS = { ISSUER: first('germany'), ADDRESSEE: first('singapore') };

async function expectSound(world: World): Promise<void> {
  const report = await audit(await listBlocks(world), await trustOf(world), world.clock.time);
  expect(report.break, report.break?.detail).toBeNull();
}

/** Its treaties, calendars and profiles, whoever the members are. */
async function foundAsDevelopment(world: World): Promise<void> {
  const { reference } = await loadConsortium(CONSORTIUM);
  const added = reference.filter(({ register }) =>
    ['treaty', 'calendar', 'orderProfile'].includes(register),
  );
  const acceptedOrders = [{ kind: 'FREEZE' as const }];
  const members = world.founding.members.map((member) => ({
    ...member,
    profile: { ...member.profile, acceptedOrders },
  }));
  const founding = {
    ...{ ...world.founding, members },
    reference: [...world.founding.reference, ...added],
  };
  // An eighth of what a founding may be.
  expect(canonicalBytes(founding).length).toBeLessThan(131_072);
  const delegate = await world.person('CnMSP', 'delegate');
  expect((await world.act(delegate, 'member:found', founding)).code).toBe('VALID');
}

/** DE asks SG, state to state. */
function withoutEnforcing(id: string, changes: object) {
  const draft = { addressee: fieldsFor(id, 'ADDRESSEE') };
  const more = { addressee: ENFORCING, calendars: CALENDARS, ...changes };
  const { input, transient } = draftOrder(id, draft, more);
  const { enforcing: _, ...rest } = input;
  return { input: rest as typeof input, transient };
}

describe('a consortium that was founded as the development consortium is', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await foundAsDevelopment(world);
  });
  afterAll(() => world.close());

  it('freezes at its exchange without a vote, and forfeits with the consent of its state', async () => {
    const draft = {
      ...{ categories: ['ASSETS'], addressee: fieldsFor('exchange-freeze', 'ADDRESSEE') },
      enforcing: fieldsFor('exchange-freeze', 'ENFORCING'),
    };
    const order = await issue(
      world,
      draftOrder('exchange-freeze', draft, {
        calendars: { ...CALENDARS, ENFORCING: first('singapore') },
        stated: [{ clock: 'hold', days: 30 }],
      }),
    );
    await take(world, order, [ISSUER, 'system'], 'serve', { channel: 'this network' });
    await take(world, order, SERVICE, 'receive', { receivedAt: NOW });
    await take(world, order, AUTHORITY, 'takeNotice', { receivedAt: NOW });
    expect(statusOf(await take(world, order, SERVICE, 'execute', whole))).toBe('FROZEN');
    const judge = await world.person(...JUDGE);
    await world.refuse('GATE_SHUT', judge, 'order:forfeit', stepInput(order, basis));
    await take(world, order, AUTHORITY, 'clear', { gate: 'forfeiture', ...basis });
    expect(statusOf(await take(world, order, JUDGE, 'forfeit', basis))).toBe('FORFEITED');
    expect(statusOf(await take(world, order, JUDGE, 'close'))).toBe('CLOSED');
    await expectSound(world);
  });
});

describe('mutual legal assistance there', () => {
  it('goes through both states’ authorities, each approval a step that binds its member', async () => {
    const world = await openWorld();
    try {
      await foundAsDevelopment(world);
      const asked = withoutEnforcing('mla', {});
      const order = await issue(world, asked, 'centralAuthority');
      const system = await world.person(ISSUER, 'system');
      const channel = { channel: 'diplomatic bag' };
      await world.refuse('GATE_SHUT', system, 'order:serve', stepInput(order, channel));
      const abroad = [ISSUER, 'liaisonAuthority'] as const;
      const approved = { gate: 'sent-abroad', ...basis };
      const cleared = await take(world, order, abroad, 'clear', approved);
      expect(cleared.record).toMatchObject({ party: 'ISSUER', status: 'ISSUED' });
      expect(Object.keys(cleared.privateWrites)).toHaveLength(1);
      await take(world, order, [ISSUER, 'system'], 'serve', channel);
      const central = [ENFORCING, 'centralAuthority'] as const;
      await take(world, order, central, 'receive', { receivedAt: NOW });
      await take(world, order, central, 'clear', { gate: 'examined', ...basis });

      const incomplete = { defect: 'TOO_LITTLE', preserved: true };
      await take(world, order, central, 'reportDefect', incomplete);
      const ADDRESSEE = contentOf(
        order.id,
        'ADDRESSEE',
        fieldsFor('mla', 'ADDRESSEE').toReversed(),
      );
      const contents = { ADDRESSEE: toHex(sha256(ADDRESSEE)) };
      const author = [ISSUER, 'centralAuthority'] as const;
      await take(world, order, author, 'clarify', { contents }, { transient: { ADDRESSEE } });
      await take(world, order, central, 'clear', { gate: 'examined', ...basis });
      const theirs = await world.person(ENFORCING, 'investigator');
      // The other state agrees to what the issuer's own authority has yet to let go.
      await world.refuse('GATE_SHUT', theirs, 'order:execute', stepInput(order, whole));
      const wrote = await world.person(...author);
      await world.refuse('SELF_REVIEW', wrote, 'order:clear', stepInput(order, approved));
      await take(world, order, abroad, 'clear', approved);
      await take(world, order, [ENFORCING, 'investigator'], 'execute', whole);
      await take(world, order, central, 'clear', { gate: 'handed-over', ...basis });
      expect(statusOf(await take(world, order, central, 'deliver', whole))).toBe('DELIVERED');
      await expectSound(world);
    } finally {
      await world.close();
    }
  });
});

describe('an instrument that the members take in at run time', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await world.found();
    await publish(
      world,
      ...['germany', 'singapore'].map((id) => shipped('calendars', id)),
      shipped('treaties', 'budapest'),
      shipped('orders', 'budapest-29'),
      shipped('orders', 'budapest-32b'),
    );
  });
  beforeEach(() => {
    world.clock.time = NOW;
  });
  afterAll(() => world.close());

  /** The treaty's next edition, in which SG takes part, or does so but for reservations. */
  const accession = (version: number, closes: string[]): ReferenceEntry => {
    const body = shipped('treaties', 'budapest').body as Treaty;
    const reservations = closes.length === 0 ? [] : [{ article: '42', text: 'not here', closes }];
    const party = { jurisdiction: 'SG', from: NOW - DAY_MS, until: null, reservations };
    const parties = [...body.parties, party];
    return { ...{ register: 'treaty', id: 'budapest', version }, body: { ...body, parties } };
  };

  const request = (id: string, days?: number) =>
    withoutEnforcing(id, days === undefined ? {} : { stated: [{ clock: 'keep', days }] });
  const refuse = async (code: Parameters<World['refuse']>[0], asked: ReturnType<typeof request>) =>
    world.refuse(code, await world.person(...JUDGE), 'order:issue', asked.input, {
      transient: asked.transient,
    });

  it('opens a way once both states are parties, carries an order, and is closed by a reservation', async () => {
    await refuse('ROUTE_CLOSED', request('budapest-29', 60));
    await publish(world, accession(2, []));
    await refuse('BAD_INPUT', request('budapest-29', 59));
    await refuse('BAD_INPUT', request('budapest-29'));

    const order = await issue(world, request('budapest-29', 60));
    expect(order.committed.record).toMatchObject({ stated: [{ clock: 'keep', days: 60 }] });
    await take(world, order, [ISSUER, 'system'], 'serve', { channel: '24/7 network' });
    const point = [ENFORCING, 'liaisonAuthority'] as const;
    await take(world, order, point, 'receive', { receivedAt: NOW });
    const kept = await take(world, order, point, 'execute', whole);
    expect(statusOf(kept)).toBe('PRESERVED');
    // Sixty days from 21 September, by the calendar of SG.
    const [keep] = (kept.record as { clocks: { due: number }[] }).clocks;
    expect(new Date(keep!.due).toISOString()).toBe('2026-11-20T15:59:59.999Z');

    await publish(world, accession(3, ['budapest-29']));
    await refuse('ROUTE_CLOSED', request('budapest-29', 60));
    // What was issued before goes on under the rules of its day.
    await take(world, order, JUDGE, 'confirmProduction', { production: 'letter-4' });
    await take(world, order, JUDGE, 'release');
    expect(statusOf(await take(world, order, JUDGE, 'close'))).toBe('CLOSED');
    await expectSound(world);
  });

  it('is refused where its profile is disabled, whoever is a party', async () => {
    await refuse('PROFILE_DISABLED', request('budapest-32b'));
  });
});
