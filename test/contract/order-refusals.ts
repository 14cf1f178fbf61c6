/** Every refusal of the word `order`, each one change away from an act that is taken. */
import { digest } from '../../chaincode/test/samples.ts';
import {
  AUTHORITY,
  contentOf,
  DAY_MS,
  DELEGATE,
  type Draft,
  draftOrder,
  ENFORCING,
  ISSUER,
  issue,
  JUDGE,
  publishOrders,
  type RunningOrder,
  received,
  SERVICE,
  stepInput,
  TRAFFIC,
  take,
} from './order-scene.ts';
import type { Attempt } from './refusal.ts';
import { CHARTER } from './scene.ts';
import type { World } from './world.ts';

export function orderRefusals(world: () => World) {
  let published: Promise<void> | undefined;
  /** Once for all of them. */
  const prepare = () => (published ??= publishOrders(world()));
  const person = (mspId: string, role: string) => world().person(mspId, role as never);

  const issuing = async (
    profile: string,
    draft: Draft = {},
    {
      role = 'judicialReviewer',
      transient = {},
      ...changes
    }: Record<string, unknown> & {
      role?: string;
      transient?: object;
    } = {},
  ): Promise<Attempt> => {
    await prepare();
    const { input, transient: copies } = draftOrder(profile, draft, changes);
    const options = { transient: { ...copies, ...transient } };
    return { by: await person(ISSUER, role), name: 'order:issue', input, options };
  };
  const step = async (
    order: RunningOrder,
    [mspId, role]: readonly [string, string],
    verb: string,
    says: object = {},
  ): Promise<Attempt> => ({
    by: await person(mspId, role),
    name: `order:${verb}`,
    input: stepInput(order, says),
  });
  const begun = async (profile: string, draft: Draft = {}) => {
    await prepare();
    return received(world(), profile, draft);
  };
  const whole = { extent: 'WHOLE', acquisitions: [] };
  const toCome = { legalBasis: CHARTER };

  return {
    PROFILE_DISABLED: () => issuing('disabled'),
    CATEGORY_NOT_ALLOWED: () => issuing('epoc', { categories: ['ASSETS'] }),
    ISSUER_NOT_ALLOWED: () => issuing('epoc', TRAFFIC, { role: 'prosecutor' }),
    ADDRESSEE_NOT_ALLOWED: () => issuing('epoc', {}, { addressee: ENFORCING }),
    ENFORCING_MISMATCH: () => issuing('epoc', TRAFFIC, { enforcing: 'CnMSP' }),
    NOT_ACCEPTED_BY_MEMBER: () => issuing('accepted'),
    ROUTE_CLOSED: () => issuing('reserved'),
    CALENDAR_MISMATCH: () => {
      const sg = { id: 'sg', version: 1 };
      return issuing('epoc', {}, { calendars: { ISSUER: sg, ADDRESSEE: sg, ENFORCING: sg } });
    },
    CALENDAR_ENDS: () => {
      const [de, later] = ['de', 'sg-later'].map((id) => ({ id, version: 1 }));
      return issuing('epoc', {}, { calendars: { ISSUER: de, ADDRESSEE: later, ENFORCING: later } });
    },
    CONTENT_MISSING: async () => {
      const { options: _, ...attempt } = await issuing('epoc');
      return attempt;
    },
    CONTENT_MISMATCH: () =>
      issuing(
        'epoc',
        {},
        { transient: { ADDRESSEE: contentOf('a'.repeat(32), 'ADDRESSEE', 'abdf') } },
      ),
    CONTENT_NOT_ALLOWED: () => issuing('epoc', { ...TRAFFIC, addressee: 'abdfj' }),
    NOT_A_PARTY: async () => step(await begun('epoc'), ['CnMSP', 'judicialReviewer'], 'withdraw'),
    TOO_LATE: async () => {
      const order = await begun('epoc', TRAFFIC);
      await take(world(), order, AUTHORITY, 'takeNotice', { receivedAt: world().clock.time });
      world().clock.time += 13 * DAY_MS;
      const ground = { ground: 'ne-bis-in-idem', extent: 'WHOLE' };
      return step(order, AUTHORITY, 'object', { ...ground, ...toCome });
    },
    GATE_UNKNOWN: async () =>
      step(await begun('epoc', TRAFFIC), AUTHORITY, 'clear', { gate: 'backdoor', ...toCome }),
    GATE_SHUT: async () => {
      const order = await begun('epoc', TRAFFIC);
      await take(world(), order, SERVICE, 'execute', whole);
      return step(order, SERVICE, 'deliver', whole);
    },
    GROUND_UNKNOWN: async () =>
      step(await begun('epoc'), DELEGATE, 'refuse', { ground: 'dislike', ...toCome }),
    CLOCK_UNKNOWN: async () =>
      step(await begun('epoc'), JUDGE, 'markOverdue', { clock: 'sundial' }),
    NOT_OVERDUE: async () => step(await begun('epoc'), JUDGE, 'markOverdue', { clock: 'produce' }),
    OWN_CLOCK: async () => {
      await prepare();
      const order = await issue(world(), draftOrder('epoc'));
      await take(world(), order, JUDGE, 'serve', { channel: 'by hand' });
      const proven = { receivedAt: world().clock.time, proof: digest('c') };
      await take(world(), order, JUDGE, 'receive', proven);
      world().clock.time += 13 * DAY_MS;
      return step(order, JUDGE, 'markOverdue', { clock: 'produce' });
    },
    EXTENSIONS_USED_UP: async () => {
      const order = await begun('epoc-pr');
      await take(world(), order, JUDGE, 'extend', toCome);
      return step(order, JUDGE, 'extend', toCome);
    },
  };
}
