/** Orders on an embedded ledger: DE asks an exchange in SG, whose state enforces. */
import type { ReferenceEntry } from '@tabellion/chaincode/member/record';
import type { OrderContent, StepVerb } from '@tabellion/chaincode/order/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { listShipped, readProfile } from '../../chaincode/test/order-case.ts';
import { CHARTER, carry, newId } from './scene.ts';
import type { Committed, World } from './world.ts';

export const ISSUER = 'DeMSP';
export const ADDRESSEE = 'ExMSP';
export const ENFORCING = 'SgMSP';
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const calendar = (
  id: string,
  jurisdiction: string,
  to: string,
  from = '2026-01-01',
): ReferenceEntry => ({
  ...{ register: 'calendar', id, version: 1 },
  body: {
    ...{ title: jurisdiction, jurisdiction, source: 'made for a test', edition: '1' },
    ...{ from, to, restDays: [6, 7], holidays: [], workedDays: [] },
    offsets: [{ from: Date.UTC(2025, 11, 30), minutes: jurisdiction === 'SG' ? 480 : 120 }],
  },
});

/** DE and SG are parties; SG keeps one profile from being used towards it. */
const treaty = (id: string, closes: string[]): ReferenceEntry => ({
  ...{ register: 'treaty', id, version: 1 },
  body: {
    ...{ title: 'An instrument', instrument: 'An instrument', edition: '2026' },
    parties: ['DE', 'SG'].map((jurisdiction) => ({
      ...{ jurisdiction, from: 0, until: null },
      reservations: jurisdiction === 'SG' ? [{ article: '9', text: 'not towards it', closes }] : [],
    })),
  },
});

const EPOC = readProfile('eu-2023-1543.yaml', 'epoc');
const likeEpoc = (id: string, changes: object): ReferenceEntry => ({
  ...{ register: 'orderProfile', id, version: 1 },
  body: { ...EPOC, ...changes },
});
/** Whatever states the two are of. */
export const epocAnywhere = (): ReferenceEntry =>
  likeEpoc('anywhere', { scope: { ...EPOC.scope, connection: [] } });

/** Published by vote, one by one, as the members would. */
export async function publish(world: World, ...entries: readonly ReferenceEntry[]): Promise<void> {
  for (const entry of entries) await carry(world, { kind: 'PUBLISH', entry });
}

/** The shipped profiles of one instrument, and three of a test: disabled, in need of acceptance, and reserved against. */
export const publishOrders = (world: World): Promise<void> =>
  publish(
    world,
    ...(listShipped().filter(({ id }) => id.startsWith('epoc')) as readonly ReferenceEntry[]),
    likeEpoc('disabled', { disabled: 'not in force' }),
    likeEpoc('accepted', { needsAcceptance: true }),
    likeEpoc('reserved', {}),
    treaty('eu-2023-1543', ['reserved']),
    calendar('de', 'DE', '2027-12-31'),
    calendar('sg', 'SG', '2027-12-31'),
    calendar('sg-later', 'SG', '2099-12-31', '2099-01-01'),
  );

export const first = (id: string) => ({ id, version: 1 });

/** What a party is given to read. */
export const contentOf = (
  order: string,
  party: OrderContent['for'],
  ids: Iterable<string>,
): Uint8Array =>
  canonicalBytes({
    ...{ type: 'tabellion.order-content', v: 1, order, for: party },
    salt: (party === 'ADDRESSEE' ? 'A' : 'E').repeat(43),
    fields: Array.from(ids, (id) => ({ id, text: `what stands under ${id}` })),
  });

export interface Draft {
  readonly categories?: readonly string[];
  /** Fields that each party is given, by their identifiers; where those are letters, in one text. */
  readonly addressee?: Iterable<string>;
  readonly enforcing?: Iterable<string>;
}

/** An order as DE would issue it; of traffic data, the enforcing authority is notified. */
export function draftOrder(
  profile: string,
  draft: Draft = {},
  changes: { readonly id?: string; readonly [field: string]: unknown } = {},
) {
  const { id = newId() } = changes;
  const { categories = ['SUBSCRIBER'], addressee = 'abdf', enforcing } = draft;
  const transient: Record<string, Uint8Array> = {
    ADDRESSEE: contentOf(id, 'ADDRESSEE', addressee),
    ...(enforcing && { ENFORCING: contentOf(id, 'ENFORCING', enforcing) }),
  };
  const contents = Object.fromEntries(
    Object.entries(transient).map(([party, bytes]) => [party, toHex(sha256(bytes))]),
  );
  const input = {
    ...{ id, profile: first(profile), case: 'DE-2026-1', categories },
    ...{ addressee: ADDRESSEE, enforcing: ENFORCING, contents, legalBasis: CHARTER },
    calendars: { ISSUER: first('de'), ADDRESSEE: first('sg'), ENFORCING: first('sg') },
    reason: 'fraud against many',
    ...changes,
  };
  return { input, transient };
}
export const TRAFFIC: Draft = { categories: ['TRAFFIC'], enforcing: 'abdfij' };

/** An order on the ledger, and where its chain stands. */
export interface RunningOrder {
  readonly id: string;
  sequence: number;
  last: string;
}

const digestOf = (record: unknown) => toHex(sha256(canonicalBytes(record)));

export async function issue(
  world: World,
  { input, transient }: ReturnType<typeof draftOrder>,
  role = 'judicialReviewer',
): Promise<RunningOrder & { readonly committed: Committed }> {
  const by = await world.person(ISSUER, role as never);
  const committed = await world.act(by, 'order:issue', input, { transient });
  return { id: input.id, sequence: 0, last: digestOf(committed.record), committed };
}

export const stepInput = ({ id, sequence, last }: RunningOrder, says: object = {}) => ({
  ...{ order: id, sequence: sequence + 1, previous: last, reason: 'as the law has it' },
  ...says,
});

/** Takes the next step and moves the chain on. */
export async function take(
  world: World,
  order: RunningOrder,
  [mspId, role]: readonly [string, string],
  verb: StepVerb,
  says: object = {},
  options: Parameters<World['act']>[3] = {},
): Promise<Committed> {
  const by = await world.person(mspId, role as never);
  const committed = await world.act(by, `order:${verb}`, stepInput(order, says), options);
  if (committed.code !== 'VALID') throw new Error(`order:${verb} was ${committed.code}`);
  order.sequence += 1;
  order.last = digestOf(committed.record);
  return committed;
}

export const JUDGE = [ISSUER, 'judicialReviewer'] as const;
export const SERVICE = [ADDRESSEE, 'system'] as const;
export const DELEGATE = [ADDRESSEE, 'delegate'] as const;
export const AUTHORITY = [ENFORCING, 'judicialReviewer'] as const;

/** Issued, served and received. */
export async function received(
  world: World,
  profile: string,
  draft: Draft = {},
  changes: Parameters<typeof draftOrder>[2] = {},
) {
  const order = await issue(world, draftOrder(profile, draft, changes));
  await take(world, order, [ISSUER, 'system'], 'serve', { channel: 'the IT system' });
  await take(world, order, SERVICE, 'receive', { receivedAt: world.clock.time });
  return order;
}

/** Freezing at an exchange, under an instrument that nobody knew when the contracts were written. */
export const newInstrument = (): readonly ReferenceEntry[] => [
  treaty('asset-pact', []),
  {
    ...{ register: 'orderProfile', id: 'freeze', version: 1 },
    body: {
      ...{ title: 'Freezing of assets', instrument: 'A pact on assets', article: '4' },
      ...{ edition: '2026', disabled: null, kind: 'FREEZE', urgency: 'EMERGENCY' },
      ...{ treaty: 'asset-pact', issuedIn: null, needsAcceptance: false, categories: ['ASSETS'] },
      scope: {
        connection: [{ article: '4(1)', anyOf: ['CONTROL'] }],
        ...{ offences: [], sentence: null, dualCriminality: null, usual: null },
        emergency: { article: '4(1)', threats: ['LOSS'] },
      },
      issuing: [
        {
          ...{ article: '4(1)', roles: ['prosecutor'], categories: ['ASSETS'] },
          ...{ validators: ['judicialReviewer'], validation: 'AFTER' },
        },
      ],
      addressee: { kinds: ['EXCHANGE'], roles: ['delegate', 'system'] },
      enforcing: {
        ...{ article: '5', notifiedOf: ['ASSETS'], roles: ['judicialReviewer'], exception: null },
      },
      content: [
        {
          ...{ id: 'a', article: '4(2)', title: 'Account', mandatory: true },
          seenBy: ['ADDRESSEE', 'ENFORCING'],
        },
      ],
      gates: [],
      clocks: [
        {
          ...{ id: 'validate', article: '4(3)', title: 'Validate', obliges: 'ISSUER' },
          ...{ starts: 'ISSUED', period: { unit: 'HOUR', amount: 24, counting: 'EXACT' } },
          ...{ calendarOf: 'ISSUER', suspended: null, graceDays: 0, stops: ['VALIDATED'] },
          ...{ closes: ['VALIDATED'], silence: 'LAPSES', validation: 'AFTER' },
        },
        {
          ...{ id: 'hold', article: '6', title: 'Hold for a week', obliges: 'ADDRESSEE' },
          ...{ starts: 'RECEIVED', period: { unit: 'DAY', amount: 7, rollsOver: false } },
          ...{ calendarOf: 'ADDRESSEE', suspended: null, graceDays: 0 },
          ...{ stops: ['RELEASED', 'FORFEITED'], closes: ['EXTENDED'], silence: 'LAPSES' },
        },
      ],
      extension: {
        ...{ article: '6(2)', clock: 'hold', times: 2 },
        period: { unit: 'DAY', amount: 7, rollsOver: false },
      },
      grounds: [{ id: 'gone', article: '7', title: 'The assets are gone', for: 'REFUSED' }],
      conflict: null,
      confidentiality: 'kept secret until it is lifted',
      userNotice: 'on release or forfeiture',
      remedies: 'before the court of the issuing state',
    },
  },
];
