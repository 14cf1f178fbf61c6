/** Proofs of one order, and every way in which one can be wrong that we know of. */
import {
  canonicalBytes,
  concatBytes,
  encodeOrderBundle,
  itemId,
  leafHash,
  type OrderParts,
  parseStrict,
  sha256,
  toBase64url,
  toHex,
  utf8,
} from '../src/index.ts';
import { type AttestationPlan, buildAttestation } from './attestation.ts';
import { batchRecord, commitments, ITEM_INDEX, leaves, planAttestation } from './bundle.ts';
import type { Case } from './cases.ts';
import { NOW, type TestConsortium } from './consortium.ts';
import { buildCustodyBundle, ITEM } from './custody.ts';

const HOUR = 3_600_000;
const ORDER = '0d'.repeat(16);
const OTHER = '0e'.repeat(16);
const ACQUISITION = '0a'.repeat(16);
/** When each part is attested, where a plan says nothing else. */
const ATTESTED_AT = NOW - 3_500_123;
const CHALLENGE = utf8('asked by the court');
const LAST_DUE = NOW + 90 * HOUR;
const BYTES = commitments.reduce((sum, { size }) => sum + size, 0);

type Record = globalThis.Record<string, unknown>;
type Place = { readonly block: number; readonly transaction: number };

const act = (at: number, member: string) => ({
  txId: '33'.repeat(32),
  at,
  member,
  jurisdiction: member.slice(0, 1).repeat(2),
  role: 'prosecutor',
  person: `p-${member}`,
  certificate: '22'.repeat(32),
  keyCustody: 'person',
});
const first = (id: string) => ({ id, version: 1 });
const digestOf = (bytes: Uint8Array): string => toHex(sha256(bytes));

const contentOf = (change: Record = {}): Uint8Array =>
  canonicalBytes({
    ...{ type: 'tabellion.order-content', v: 1, order: ORDER, for: 'ADDRESSEE' },
    salt: toBase64url(sha256(utf8('salt'))),
    fields: [{ id: 'e', text: 'the account that received it' }],
    ...change,
  });
/** What the addressee was given at first, and what it has now. */
const GIVEN = contentOf({ fields: [{ id: 'e', text: 'another account' }] });
const CORRECTED = contentOf();

const CALENDARS = { ISSUER: first('aa'), ADDRESSEE: first('bb') };
const orderRecord = (change: Record = {}): Record => ({
  type: 'tabellion.order',
  v: 1,
  id: ORDER,
  profile: first('production'),
  treaty: { id: 'convention', version: 3 },
  case: '2026/117',
  kind: 'PRODUCE',
  categories: ['TRAFFIC'],
  addressee: 'YankeeExchangeMSP',
  notified: false,
  calendars: CALENDARS,
  contents: { ADDRESSEE: digestOf(GIVEN) },
  legalBasis: first('law'),
  reason: 'because',
  act: act(NOW - 40 * HOUR, 'AlphaMSP'),
  ...change,
});

const clockOf = (state: string, due: number | null) => ({
  ...{ clock: 'produce', state, startedAt: NOW - 38 * HOUR, startedBy: 'ADDRESSEE', due },
});
const DRAFTS: readonly Record[] = [
  { verb: 'serve', event: 'SERVED', party: 'ISSUER', status: 'SERVED', channel: 'by hand' },
  { verb: 'receive', event: 'RECEIVED', clocks: [clockOf('OPEN', NOW + 80 * HOUR)] },
  {
    ...{ verb: 'reportDefect', event: 'DEFECT_REPORTED', status: 'CLARIFICATION' },
    clocks: [clockOf('SUSPENDED', null)],
  },
  {
    ...{
      verb: 'clarify',
      event: 'CLARIFIED',
      party: 'ISSUER',
      clocks: [clockOf('OPEN', LAST_DUE)],
    },
    // The members published another edition meanwhile.
    calendars: { ISSUER: first('aa'), ADDRESSEE: { id: 'bb', version: 2 } },
    contents: { ADDRESSEE: digestOf(CORRECTED) },
  },
  {
    ...{ verb: 'execute', event: 'EXECUTED', status: 'EXECUTED', acquisitions: [ACQUISITION] },
    calendars: { ISSUER: first('aa'), ADDRESSEE: { id: 'bb', version: 2 } },
    clocks: [clockOf('OPEN', LAST_DUE)],
  },
  {
    ...{ verb: 'deliver', event: 'DELIVERED', status: 'DELIVERED', acquisitions: [ACQUISITION] },
    calendars: { ISSUER: first('aa'), ADDRESSEE: { id: 'bb', version: 2 } },
    clocks: [clockOf('STOPPED', LAST_DUE)],
  },
];
const SHORT = DRAFTS.slice(0, 1);

const stepRecord = (draft: Record, sequence: number): Record => {
  const by = draft.party === 'ISSUER' ? 'AlphaMSP' : 'YankeeExchangeMSP';
  const at = NOW - (40 - sequence) * HOUR;
  return {
    ...{ type: 'tabellion.order-step', v: 1, order: ORDER, sequence, party: 'ADDRESSEE' },
    ...{ reason: 'because', countsFrom: at, late: [], status: 'RECEIVED', clocks: [] },
    ...{ profile: first('production'), calendars: CALENDARS, case: '2026/117' },
    act: act(at, by),
    ...draft,
  };
};

const rule = (register: string, id: string, version: number, body: Record = {}): Record => ({
  type: 'tabellion.reference',
  v: 1,
  entry: { register, id, version, body: { title: id, ...body } },
  cause: { kind: 'FOUNDING' },
  act: act(NOW - 900 * HOUR, 'AlphaMSP'),
});
const RULES: readonly Record[] = [
  rule('orderProfile', 'production', 1, { treaty: 'convention' }),
  rule('treaty', 'convention', 3),
  rule('calendar', 'aa', 1),
  rule('calendar', 'bb', 1),
  rule('calendar', 'bb', 2),
];
const FOUNDED: Place = { block: 5, transaction: 0 };
const ISSUED: Place = { block: 50, transaction: 1 };
const LAST: Place = { block: 60, transaction: 0 };
/** The second edition of a calendar came after the issue. */
const placeOf = ({ entry }: Record): Place =>
  (entry as Record).version === 2 ? { block: 53, transaction: 0 } : FOUNDED;

const acquisitionRecord = (change: Record = {}): Record => ({
  ...{ type: 'tabellion.acquisition', v: 1, id: ACQUISITION, case: '2026/117' },
  grounds: [{ kind: 'ORDER', reference: ORDER }],
  act: act(NOW - 36 * HOUR, 'YankeeExchangeMSP'),
  ...change,
});

export interface OrderPlan {
  /** Under a profile that rests on none. */
  readonly withoutTreaty?: true;
  readonly order?: Record;
  /** What the steps say, before they are chained. */
  readonly drafts?: readonly Record[];
  /** Changes to the steps, by position, once chained. */
  readonly steps?: readonly Record[];
  readonly head?: Record;
  readonly rules?: readonly Record[];
  readonly places?: (rule: Record) => Place;
  readonly acquisition?: Record;
  readonly acquisitionHead?: Record;
  readonly batches?: readonly Uint8Array[];
  /** Applied last, to the exact bytes. */
  readonly parts?: (parts: OrderParts) => OrderParts;
  readonly attestation?: Partial<AttestationPlan>;
  /** Of the head of what it yielded. */
  readonly yielded?: Partial<AttestationPlan>;
}

/** An order that the addressee answered with one acquisition of two batches, and what it was judged by. */
export function buildOrderBundle(consortium: TestConsortium, plan: OrderPlan = {}): Uint8Array {
  const attest = (
    word: string,
    key: string,
    record: Uint8Array,
    version: Place,
    change: Partial<AttestationPlan> = {},
  ): Uint8Array => {
    const asked = planAttestation(consortium, record);
    const [lifecycle, own] = asked.namespaces;
    return buildAttestation({
      ...asked,
      args: [utf8(`${word}:read`), utf8(key)],
      namespaces: [lifecycle!, { ...own!, reads: [{ key, version }] }],
      ...change,
    });
  };
  const { treaty, ...issued } = orderRecord(plan.order);
  const order = canonicalBytes({ ...issued, ...(!plan.withoutTreaty && { treaty }) });
  let previous = digestOf(order);
  const records = (plan.drafts ?? DRAFTS).map((draft, at) => {
    const record = { ...stepRecord(draft, at + 1), previous, ...plan.steps?.[at] };
    previous = digestOf(canonicalBytes(record));
    return record;
  });
  const steps = records.map((record) => canonicalBytes(record));
  const last = records.at(-1) as Record | undefined;
  const head = canonicalBytes({
    ...{ type: 'tabellion.order-head', v: 1, order: ORDER, sequence: steps.length, last: previous },
    ...{ recordedAt: NOW - HOUR, status: last?.status ?? 'ISSUED', validated: true },
    ...{ reported: null, opened: [], overdue: [], clocks: last?.clocks ?? [] },
    contents:
      (records as Record[]).findLast(({ contents }) => contents)?.contents ??
      orderRecord(plan.order).contents,
    facts: [
      { event: 'ISSUED', by: 'ISSUER', at: NOW - 40 * HOUR },
      ...(records as Record[]).map((record) => ({
        ...{ event: record.event, by: record.party, at: record.countsFrom },
      })),
    ],
    ...plan.head,
  });
  const yields = (records as Record[]).some(({ acquisitions }) => acquisitions);
  const batches = plan.batches ?? listBatches();
  const acquisitionHead = {
    ...{ type: 'tabellion.head', v: 1, acquisition: ACQUISITION, sequence: batches.length },
    ...{
      last: digestOf(batches.at(-1)!),
      items: 2 * leaves.length,
      bytes: 2 * BYTES,
      closed: true,
    },
    ...plan.acquisitionHead,
  };
  const used = plan.rules ?? (yields ? RULES : RULES.slice(0, 4));
  const sound: OrderParts = {
    attestation: attest('order', `order-head/${ORDER}`, head, LAST, plan.attestation),
    order: attest('order', `order/${plan.order?.id ?? ORDER}`, order, ISSUED),
    steps,
    rules: used.map((record) => {
      const { register, id, version } = record.entry as Record;
      const key = `reference/${register}/${id}/${version}`;
      return attest('member', key, canonicalBytes(record), (plan.places ?? placeOf)(record));
    }),
    acquisitions: yields
      ? [
          {
            record: attest(
              ...(['evidence', `acquisition/${ACQUISITION}`] as const),
              canonicalBytes(acquisitionRecord(plan.acquisition)),
              { block: 55, transaction: 0 },
            ),
            head: attest(
              ...(['evidence', `head/${ACQUISITION}`, canonicalBytes(acquisitionHead)] as const),
              { block: 57, transaction: 0 },
              plan.yielded,
            ),
            batches,
          },
        ]
      : [],
  };
  return encodeOrderBundle(plan.parts?.(sound) ?? sound);
}

/** One step, under one calendar and no treaty: bit flips are tried on it, each of which takes its time. */
export const buildShortOrderBundle = (consortium: TestConsortium): Uint8Array => {
  const calendars = { ISSUER: first('aa'), ADDRESSEE: first('aa') };
  return buildOrderBundle(consortium, {
    ...{ drafts: SHORT, rules: [RULES[0]!, RULES[2]!] },
    order: { calendars },
    withoutTreaty: true,
    steps: [{ calendars }],
    parts: (parts) => ({ ...parts, contents: [GIVEN] }),
  });
};

function listBatches(): readonly Uint8Array[] {
  const one = batchRecord({ acquisition: ACQUISITION });
  return [one, batchRecord({ acquisition: ACQUISITION, sequence: 2, previous: digestOf(one) })];
}

export function orderCases(embedded: TestConsortium): Case[] {
  const by = (
    name: string,
    code: Case['code'],
    plan: OrderPlan = {},
    against: Partial<Case> = {},
  ): Case => ({
    name: `order: ${name}`,
    code,
    bundle: buildOrderBundle(embedded, plan),
    ...{ trust: embedded.trust, now: NOW },
    ...against,
  });
  const bent = (name: string, code: Case['code'], parts: NonNullable<OrderPlan['parts']>) =>
    by(name, code, { parts });
  const without = <T>(list: readonly T[], at: number): T[] => list.toSpliced(at, 1);
  const [one, two] = listBatches() as [Uint8Array, Uint8Array];
  const custody = (acquisition: string, attestation?: Partial<AttestationPlan>) =>
    buildCustodyBundle(embedded, {
      ...(attestation && { attestation }),
      opening: { origin: { kind: 'ANCHORED', acquisition, batch: digestOf(one), index: 2 } },
    });
  /** Made by Bravo, of the same bytes. */
  const COPY = itemId('BravoMSP', leafHash(leaves[ITEM_INDEX]!));
  const derived = (source: string) =>
    buildCustodyBundle(embedded, {
      item: COPY,
      opening: {
        origin: { kind: 'DERIVED', source, as: { form: 'WORKING_COPY' }, tools: [] },
        act: act(NOW - 8 * HOUR, 'BravoMSP'),
      },
    });
  const inOrder = (...bundles: Uint8Array[]) => (COPY < ITEM ? bundles.reverse() : bundles);
  const withCustody = (...bundles: Uint8Array[]): OrderPlan => ({
    parts: (parts) => ({ ...parts, custody: bundles }),
  });
  const answers = { nonce: concatBytes(CHALLENGE, utf8('and more')) };
  const answering = (plan: OrderPlan): OrderPlan => ({
    ...{ attestation: answers, yielded: answers },
    ...plan,
  });
  const withContents = (...contents: Uint8Array[]): OrderPlan => ({
    parts: (parts) => ({ ...parts, contents }),
  });
  return [
    by('sound', 'INTACT'),
    by('one that was only issued', 'INTACT', { drafts: [] }),
    by('with custody', 'INTACT', withCustody(custody(ACQUISITION))),
    by(
      ...(['with custody of what was made from an item', 'INTACT'] as const),
      withCustody(...inOrder(custody(ACQUISITION), derived(ITEM))),
    ),
    by('with contents, old and new', 'INTACT', withContents(GIVEN, CORRECTED)),
    bent('without the batches', 'INTACT', (parts) => ({
      ...parts,
      acquisitions: parts.acquisitions.map(({ batches: _, ...rest }) => rest),
    })),
    by(
      'a file, which it has no content to compare with',
      'ITEM_MISSING',
      {},
      {
        file: { sha256: '00'.repeat(32), size: 1 },
      },
    ),
    ...DRAFTS.map((_, at) =>
      bent(`step ${at + 1} left out`, 'CHAIN_MISMATCH', (parts) => ({
        ...parts,
        steps: without(parts.steps, at),
      })),
    ),
    bent('two steps changed about', 'CHAIN_MISMATCH', (parts) => ({
      ...parts,
      steps: [parts.steps[1]!, parts.steps[0]!, ...parts.steps.slice(2)],
    })),
    bent('a step altered', 'CHAIN_MISMATCH', (parts) => ({
      ...parts,
      steps: parts.steps.with(1, canonicalBytes(stepRecord(DRAFTS[2]!, 2))),
    })),
    by("another order's step", 'CHAIN_MISMATCH', { steps: [{ order: OTHER }] }),
    by('a number that is not the next', 'CHAIN_MISMATCH', { steps: [{ sequence: 2 }] }),
    by('a step under another profile', 'CHAIN_MISMATCH', { steps: [{ profile: first('other') }] }),
    by('a step of another case', 'CHAIN_MISMATCH', { steps: [{ case: '2026/118' }] }),
    by('a head of another order', 'CHAIN_MISMATCH', {
      order: { id: OTHER },
      head: { order: ORDER },
    }),
    by('a head that counts more steps', 'CHAIN_MISMATCH', { head: { sequence: 7 } }),
    by('a head that stands elsewhere', 'CHAIN_MISMATCH', { head: { status: 'CLOSED' } }),
    by('a head with another due instant', 'CHAIN_MISMATCH', {
      head: { clocks: [clockOf('STOPPED', LAST_DUE + 1)] },
    }),
    by('a head that tells another story', 'CHAIN_MISMATCH', { head: { facts: [] } }),
    by('a head with other contents', 'CHAIN_MISMATCH', {
      head: { contents: { ADDRESSEE: digestOf(GIVEN) } },
    }),
    by('a head of a newer format', 'UNSUPPORTED_VERSION', { head: { v: 2 } }),
    by('a head that is none', 'CHAIN_MISMATCH', { head: { type: 'tabellion.item-head' } }),
    by('the head of another order asked for', 'KEY_MISMATCH', {
      attestation: { args: [utf8('order:read'), utf8(`order-head/${OTHER}`)] },
    }),
    by('the attestation of another word', 'WRONG_FUNCTION', {
      attestation: { args: [utf8('evidence:read'), utf8(`order-head/${ORDER}`)] },
    }),
    bent('no rules at all', 'RECORD_MISMATCH', (parts) => ({
      ...parts,
      rules: [],
    })),
    ...RULES.map((_, at) =>
      bent(`rule ${at + 1} left out`, 'RECORD_MISMATCH', (parts) => ({
        ...parts,
        rules: without(parts.rules, at),
      })),
    ),
    by('a calendar that no record names', 'RECORD_MISMATCH', {
      rules: [...RULES, rule('calendar', 'cc', 1)],
    }),
    by('a rule twice', 'RECORD_MISMATCH', { rules: [...RULES, RULES[2]!] }),
    by('another edition of the treaty', 'RECORD_MISMATCH', {
      rules: RULES.with(1, rule('treaty', 'convention', 1)),
    }),
    by('another treaty', 'RECORD_MISMATCH', {
      rules: RULES.with(1, rule('treaty', 'other', 3)),
    }),
    by('a treaty published after the issue', 'RECORD_MISMATCH', {
      places: (record) =>
        (record.entry as Record).register === 'treaty'
          ? { block: 51, transaction: 0 }
          : placeOf(record),
    }),
    by('a profile in the block of the issue, but after it', 'RECORD_MISMATCH', {
      places: (record) =>
        (record.entry as Record).register === 'orderProfile' ? ISSUED : placeOf(record),
    }),
    by('a calendar published after the last step', 'RECORD_MISMATCH', {
      places: (record) =>
        (record.entry as Record).version === 2 ? { block: 61, transaction: 0 } : FOUNDED,
    }),
    bent('an acquisition left out', 'RECORD_MISMATCH', (parts) => ({ ...parts, acquisitions: [] })),
    by('an acquisition by another member', 'RECORD_MISMATCH', {
      acquisition: { act: act(NOW - 36 * HOUR, 'BravoMSP') },
    }),
    by('another acquisition', 'RECORD_MISMATCH', { acquisition: { id: OTHER } }),
    by('the head of another acquisition', 'RECORD_MISMATCH', {
      acquisitionHead: { acquisition: OTHER },
    }),
    by('a batch left out', 'CHAIN_MISMATCH', {
      parts: (parts) => ({
        ...parts,
        acquisitions: parts.acquisitions.map((each) => ({ ...each, batches: [one] })),
      }),
    }),
    by('batches changed about', 'CHAIN_MISMATCH', { batches: [two, one] }),
    by('totals that are not those of the batches', 'CHAIN_MISMATCH', {
      acquisitionHead: { items: 15 },
    }),
    by('a batch of another acquisition', 'CHAIN_MISMATCH', {
      batches: [batchRecord({ acquisition: OTHER })],
    }),
    by('an acquisition as it stood before the order was attested', 'RECORD_MISMATCH', {
      yielded: { timestampMs: ATTESTED_AT - 1 },
    }),
    by('an acquisition as it stood later', 'INTACT', {
      yielded: { timestampMs: ATTESTED_AT + 1 },
    }),
    by(
      'custody as it stood before the order was attested',
      'RECORD_MISMATCH',
      withCustody(custody(ACQUISITION, { timestampMs: ATTESTED_AT - 1 })),
    ),
    by('one that answers a challenge', 'INTACT', answering({}), { challenge: CHALLENGE }),
    by(
      'an acquisition that answers no challenge',
      'CHALLENGE_MISMATCH',
      answering({ yielded: {} }),
      { challenge: CHALLENGE },
    ),
    by(
      'custody that answers no challenge',
      'CHALLENGE_MISMATCH',
      answering(withCustody(custody(ACQUISITION))),
      { challenge: CHALLENGE },
    ),
    by('custody of something else', 'RECORD_MISMATCH', withCustody(custody(OTHER))),
    by('custody of what was made from something else', 'RECORD_MISMATCH', {
      ...withCustody(...inOrder(custody(ACQUISITION), derived('44'.repeat(32)))),
    }),
    by('custody of what was made from itself', 'RECORD_MISMATCH', withCustody(derived(COPY))),
    by('custody twice', 'RECORD_MISMATCH', withCustody(custody(ACQUISITION), custody(ACQUISITION))),
    by('custody with another head than the one attested', 'RESPONSE_MISMATCH', {
      ...withCustody(
        canonicalBytes({
          ...(parseStrict(custody(ACQUISITION)) as Record),
          head: toBase64url(utf8('{}')),
        }),
      ),
    }),
    by('custody that is no chain of custody', 'RECORD_MISMATCH', {
      parts: (parts) => ({ ...parts, custody: [encodeOrderBundle({ ...parts })] }),
    }),
    by('contents with a letter changed', 'ITEM_MISMATCH', {
      ...withContents(contentOf({ fields: [{ id: 'e', text: 'The account that received it' }] })),
    }),
    by('contents of another order', 'ITEM_MISMATCH', withContents(contentOf({ order: OTHER }))),
    by('contents that were meant for another party', 'ITEM_MISMATCH', {
      ...withContents(contentOf({ for: 'ENFORCING' })),
    }),
    by('contents with a field too many', 'ITEM_MISMATCH', withContents(contentOf({ more: 1 }))),
  ];
}
