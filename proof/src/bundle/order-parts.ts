/** What an order's proof carries beside its chain, each part under its own attestation or digest. */
import { z } from 'zod';
import { equalBytes, toHex } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import type { Version } from '../fabric/rwset.ts';
import type { ReadTerms, TrustedRead } from './attestation.ts';
import { READ_FUNCTION } from './batch-record.ts';
import {
  CUSTODY_READ_FUNCTION,
  checkCommitment,
  headKeyOf,
  type ProvenCustody,
  readChain,
} from './custody-chain.ts';
import type { AcquisitionParts } from './order-bundle.ts';
import { type OrderChain, read } from './order-chain.ts';
import { readBundle } from './read-bundle.ts';
import { demand } from './refusal.ts';

/** Judges an attestation under the trust file at hand. */
export type Attest = (
  bytes: Uint8Array,
  terms: Pick<ReadTerms, 'readFunction' | 'keyOf'>,
) => TrustedRead;

/**
 * The same of what goes on changing, as it stood when the order's head was attested or later.
 * @throws Refusal `RECORD_MISMATCH`, and `CHALLENGE_MISMATCH` where a challenge was set.
 */
export type AttestPresent = Attest;

const RULE_READ_FUNCTION = 'member:read';
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().regex(/^[0-9a-f]{32}$/);
const count = z.int().min(0);

const provenRule = z.object({
  type: z.literal('tabellion.reference'),
  v: z.literal(1),
  entry: z.object({
    register: z.string(),
    id: z.string(),
    version: z.int(),
    body: z.looseObject({}),
  }),
});

/** An edition of a profile, a treaty or a calendar, as the ledger has it. */
export interface ProvenRule {
  readonly register: string;
  readonly id: string;
  readonly version: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const isBefore = (one: Version, other: Version): boolean =>
  one.block < other.block || (one.block === other.block && one.transaction < other.transaction);

/**
 * Exactly the editions that the records name, each written before what was judged by it.
 * @throws Refusal `RECORD_MISMATCH` where one is missing, comes too late, or belongs to something else.
 */
export function readRules(
  attestations: readonly Uint8Array[],
  { order, steps }: OrderChain,
  places: { readonly order: Version; readonly head: Version },
  attest: Attest,
): readonly ProvenRule[] {
  const rules = attestations.map((bytes) => {
    const { record, place } = attest(bytes, { readFunction: RULE_READ_FUNCTION, keyOf: ruleKeyOf });
    return { ...read(provenRule, record, 'RECORD_MISMATCH').entry, place };
  });
  const nameOf = (register: string, named: { id: string; version: number }) =>
    `${register}/${named.id}/${named.version}`;
  const calendarsOf = (named: OrderChain['order']['calendars']) =>
    Object.values(named).flatMap((one) => (one ? [nameOf('calendar', one)] : []));
  const { treaty } = order;
  const atIssue = [
    nameOf('orderProfile', order.profile),
    ...(treaty ? [nameOf('treaty', treaty)] : []),
    ...calendarsOf(order.calendars),
  ];
  const later = steps.flatMap(({ calendars }) => calendarsOf(calendars));
  const wanted = new Set([...atIssue, ...later]);
  const found = rules.map((rule) => nameOf(rule.register, rule));
  const isExact = found.length === wanted.size && found.every((name) => wanted.has(name));
  demand(isExact && new Set(found).size === found.length, 'RECORD_MISMATCH');
  for (const [at, rule] of rules.entries()) {
    const inTime = isBefore(rule.place, atIssue.includes(found[at]!) ? places.order : places.head);
    demand(inTime, 'RECORD_MISMATCH');
  }
  return rules.map(({ place: _, ...rule }) => rule);
}

function ruleKeyOf(record: Uint8Array): string {
  const { register, id: name, version } = read(provenRule, record, 'RECORD_MISMATCH').entry;
  return `reference/${register}/${name}/${version}`;
}

const provenAcquisition = z.object({
  type: z.literal('tabellion.acquisition'),
  v: z.literal(1),
  id,
  case: z.string(),
  grounds: z.array(z.object({ kind: z.string(), reference: z.string() })),
  act: z.object({ at: count, member: z.string() }),
});
const provenHead = z.object({
  type: z.literal('tabellion.head'),
  v: z.literal(1),
  acquisition: id,
  sequence: count,
  last: digest.nullable(),
  items: count,
  bytes: count,
  closed: z.boolean(),
});
const provenBatch = z.object({
  type: z.literal('tabellion.batch'),
  v: z.literal(1),
  acquisition: id,
  sequence: z.int().min(1),
  previous: digest.nullable(),
  root: digest,
  size: z.int().min(1),
  bytes: count,
  act: z.object({ at: count }),
});

export interface ProvenAcquisition {
  readonly acquisition: string;
  readonly member: string;
  readonly case: string;
  readonly recordedAt: number;
  /** Whether its own grounds name the order. */
  readonly namesOrder: boolean;
  readonly items: number;
  readonly bytes: number;
  readonly closed: boolean;
  /** How many there are, whether or not they are in the file. */
  readonly batches: number;
  /** The roots that bind its items; absent where only the totals are shown. */
  readonly roots?: readonly {
    readonly batch: string;
    readonly root: string;
    readonly size: number;
  }[];
}

/**
 * Exactly the acquisitions that the steps name, in that order, each by the addressee.
 * @throws Refusal `RECORD_MISMATCH`, and `CHAIN_MISMATCH` for batches that are not those of the head.
 */
export function readAcquisitions(
  parts: readonly AcquisitionParts[],
  { order, steps }: OrderChain,
  { attest, attestPresent }: { readonly attest: Attest; readonly attestPresent: AttestPresent },
): readonly ProvenAcquisition[] {
  const named = [...new Set(steps.flatMap(({ acquisitions }) => acquisitions ?? []))];
  demand(named.length === parts.length, 'RECORD_MISMATCH');
  return parts.map(({ record, head, batches }, at) => {
    const name = named[at]!;
    const terms = (prefix: string) => ({
      readFunction: READ_FUNCTION,
      keyOf: () => `${prefix}/${name}`,
    });
    const one = read(
      provenAcquisition,
      attest(record, terms('acquisition')).record,
      'RECORD_MISMATCH',
    );
    const stands = read(provenHead, attestPresent(head, terms('head')).record, 'RECORD_MISMATCH');
    const isIt = one.id === name && stands.acquisition === name;
    demand(isIt && one.act.member === order.addressee, 'RECORD_MISMATCH');
    const roots = batches && readBatches(batches, stands);
    const { items, bytes, closed, sequence } = stands;
    return {
      acquisition: name,
      member: one.act.member,
      case: one.case,
      recordedAt: one.act.at,
      namesOrder: one.grounds.some((each) => each.kind === 'ORDER' && each.reference === order.id),
      ...{ items, bytes, closed, batches: sequence },
      ...(roots && { roots }),
    };
  });
}

/** Each batch names the digest of the one before, and the head that of the last and the sums of all. */
function readBatches(
  batches: readonly Uint8Array[],
  { acquisition, sequence, last, items, bytes }: z.infer<typeof provenHead>,
) {
  let previous: string | null = null;
  const records = batches.map((record, at) => {
    const batch = read(provenBatch, record);
    const follows = batch.previous === previous && batch.sequence === at + 1;
    demand(follows && batch.acquisition === acquisition, 'CHAIN_MISMATCH');
    previous = toHex(sha256(record));
    return { batch: previous, root: batch.root, size: batch.size, bytes: batch.bytes };
  });
  const sum = (field: 'size' | 'bytes') => records.reduce((all, one) => all + one[field], 0);
  const isWhole = previous === last && records.length === sequence;
  demand(isWhole && sum('size') === items && sum('bytes') === bytes, 'CHAIN_MISMATCH');
  return records.map(({ bytes: _, ...root }) => root);
}

/**
 * Whole chains of custody of items of these acquisitions, and of items made from those, by ascending name,
 * each once. Whether there are more, they do not show.
 * @throws Refusal `RECORD_MISMATCH` for one of something else; as custody bundles.
 */
export function readCustodies(
  bundles: readonly Uint8Array[],
  acquired: readonly ProvenAcquisition[],
  attestPresent: AttestPresent,
): readonly ProvenCustody[] {
  const chains = bundles.map((bytes) => {
    const bundle = readBundle(bytes);
    demand(bundle.kind === 'custody', 'RECORD_MISMATCH');
    const asked = { readFunction: CUSTODY_READ_FUNCTION, keyOf: headKeyOf };
    const { record } = attestPresent(bundle.attestation, asked);
    demand(equalBytes(record, bundle.head), 'RESPONSE_MISMATCH');
    const chain = readChain(bundle);
    if (bundle.commitment) checkCommitment(bundle.commitment, chain);
    return chain;
  });
  const byName = new Map(chains.map((chain) => [chain.item, chain]));
  const isOfOrder = (chain: ProvenCustody): boolean => {
    let first: ProvenCustody | undefined = chain;
    // As often as there are chains: sources that name each other in a ring lead nowhere.
    for (let left = chains.length; first?.source !== undefined && left > 0; left -= 1) {
      first = byName.get(first.source);
    }
    return acquired.some(({ acquisition }) => acquisition === first?.acquisition);
  };
  demand(chains.every(isOfOrder), 'RECORD_MISMATCH');
  const isSorted = chains.every(({ item }, at) => at === 0 || chains[at - 1]!.item < item);
  demand(isSorted, 'RECORD_MISMATCH');
  return chains;
}

const provenContent = z.strictObject({
  type: z.literal('tabellion.order-content'),
  v: z.literal(1),
  order: id,
  for: z.enum(['ADDRESSEE', 'ENFORCING']),
  salt: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  fields: z.array(z.strictObject({ id: z.string(), text: z.string() })),
});

/** What a party was given to read, and whether it is what stands now or was corrected since. */
export interface ProvenContent {
  readonly for: 'ADDRESSEE' | 'ENFORCING';
  readonly digest: string;
  readonly inForce: boolean;
  readonly fields: readonly { readonly id: string; readonly text: string }[];
}

/** Each has a digest that the order or a correction names for its party. @throws Refusal `ITEM_MISMATCH`. */
export const readContents = (
  contents: readonly Uint8Array[],
  { order, steps, head }: OrderChain,
): readonly ProvenContent[] =>
  contents.map((bytes) => {
    const content = read(provenContent, bytes, 'ITEM_MISMATCH');
    const { for: party, fields } = content;
    const found = toHex(sha256(bytes));
    const given = [order.contents, ...steps.flatMap((step) => step.contents ?? [])];
    const isGiven = given.some((each) => each[party] === found);
    demand(isGiven && content.order === order.id, 'ITEM_MISMATCH');
    return { for: party, digest: found, inForce: head.contents[party] === found, fields };
  });
