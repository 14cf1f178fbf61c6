/**
 * What an attestation says of one label: the record of its batch, or that record and all that members have
 * said of the label. What stands beside the fields named here was accepted by the contract and is not judged
 * again.
 */
import { z } from 'zod';
import { fromUtf8, toHex } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import type { Envelope } from '../fabric/envelope.ts';
import type { NamespaceRwset, Version } from '../fabric/rwset.ts';
import { canonicalBytes } from '../json/canonical.ts';
import { parseCanonical } from '../json/parse.ts';
import { MAX_LABELS, tlp } from '../label/statement.ts';
import { demand } from './refusal.ts';
import { isNewer } from './trust.ts';

/** The contract functions whose endorsed answers attest a label. */
export const LABEL_READ_FUNCTION = 'label:read';
export const LABEL_SAID_FUNCTION = 'label:readSaid';
export const LABEL_BATCH_PREFIX = 'label-batch/';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().regex(/^[0-9a-f]{32}$/);
const time = z.int().min(0);
const act = z.object({
  at: time,
  member: z.string().min(1).max(64),
  keyCustody: z.enum(['person', 'gateway']),
});
const place = z.object({ leaf: digest });

const provenAssertion = z.object({
  type: z.literal('tabellion.label-batch'),
  v: z.literal(1),
  root: digest,
  size: z.int().min(1).max(MAX_LABELS),
  taxonomy: z.object({ id: z.string(), version: z.int() }),
  tlp,
  case: z.string().optional(),
  /** Lines of another kind than labels. */
  content: z.undefined().optional(),
  act,
});
export type ProvenAssertion = z.infer<typeof provenAssertion>;

const spoken = { v: z.literal(1), batch: digest, label: place.optional(), reason: z.string(), act };
const provenRecord = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('tabellion.withdrawal'),
    ...spoken,
    replacedBy: z.object({ batch: digest, label: place }).optional(),
  }),
  z.object({
    type: z.literal('tabellion.label-withheld'),
    v: z.literal(1),
    batch: digest,
    members: z.array(z.string()),
    act,
  }),
  z.object({ type: z.literal('tabellion.corroboration'), ...spoken }),
  z.object({
    type: z.literal('tabellion.opinion'),
    ...spoken,
    opinion: z.int().min(0).max(100),
  }),
  z.object({
    type: z.literal('tabellion.sighting'),
    ...spoken,
    sighting: z.string(),
    happenedAt: time,
  }),
  z.object({
    type: z.literal('tabellion.dispute'),
    ...spoken,
    id,
    presumption: z.object({ id: z.string(), version: z.int() }).optional(),
    onBehalfOf: z.string(),
    answerer: z.string(),
    answerBy: time,
  }),
  z.object({
    type: z.literal('tabellion.dispute-answer'),
    ...spoken,
    dispute: id,
    position: z.string(),
    overdue: z.boolean(),
  }),
]);
type ProvenRecord = z.infer<typeof provenRecord>;

const provenSaid = z.object({
  type: z.literal('tabellion.label-said'),
  v: z.literal(1),
  batch: digest,
  leaf: digest,
  assertion: z.unknown(),
  said: z.array(z.unknown()),
});

/** What a member said of the label, or of all its batch. Times are claims of their clients. */
export interface ProvenSaid {
  readonly kind: ProvenRecord['type'] extends `tabellion.${infer Kind}` ? Kind : never;
  readonly of: 'LABEL' | 'BATCH';
  readonly member: string;
  readonly at: number;
  readonly reason?: string;
  /** 0 strongly disagree, 100 strongly agree. */
  readonly opinion?: number;
  readonly sighting?: string;
  readonly happenedAt?: number;
  /** Of a dispute, and of an answer the dispute's. */
  readonly dispute?: string;
  readonly onBehalfOf?: string;
  /** What the dispute rebuts; then it says nothing against the label. */
  readonly presumption?: { readonly id: string; readonly version: number };
  readonly answerBy?: number;
  readonly position?: string;
  readonly overdue?: boolean;
  /** Leaf hash of the label that stands instead. */
  readonly replacedBy?: string;
  /** Members that declared the manifest to be kept back. */
  readonly members?: readonly string[];
}

export interface AttestedLabel {
  /** Digest of the batch record. */
  readonly batch: string;
  readonly assertion: ProvenAssertion;
  /** Absent where the attestation is of the batch record alone. */
  readonly told?: { readonly leaf: string; readonly said: readonly ProvenSaid[] };
}

/** Which of the two the endorsers were asked; what is neither is told by the question. */
export const labelFunctionOf = ({ args: [name] }: Envelope): string =>
  name !== undefined && fromUtf8(name) === LABEL_READ_FUNCTION
    ? LABEL_READ_FUNCTION
    : LABEL_SAID_FUNCTION;

/** The one argument that answers so. @throws Refusal `RECORD_MISMATCH`. */
export function labelArgumentOf(answer: Uint8Array): string {
  const value = parseCanonical(answer);
  if (typeOf(value) !== provenSaid.shape.type.value) return LABEL_BATCH_PREFIX + digestOf(answer);
  const { batch, leaf } = parse(provenSaid, value);
  return `${batch}/${leaf}`;
}

/** @throws Refusal `RECORD_MISMATCH`, `UNSUPPORTED_VERSION`. */
export function readAttestedLabel(answer: Uint8Array): AttestedLabel {
  const value = parseCanonical(answer);
  if (typeOf(value) !== provenSaid.shape.type.value) {
    return { batch: digestOf(answer), assertion: parse(provenAssertion, value) };
  }
  const { batch, leaf, assertion, said } = parse(provenSaid, value);
  demand(digestOf(canonicalBytes(assertion)) === batch, 'RECORD_MISMATCH');
  const records = said.map((record) => parse(provenRecord, record));
  for (const record of records) {
    const isOfIt = record.batch === batch && (leafOf(record) ?? leaf) === leaf;
    demand(isOfIt, 'RECORD_MISMATCH');
  }
  return {
    batch,
    assertion: parse(provenAssertion, assertion),
    told: { leaf, said: records.map(tell) },
  };
}

/**
 * The answer rests on the contract's definition in an accepted version, which the caller has found, and in
 * the contract's own names on exactly what can hold something about this label, each range read to its end.
 * @returns where the batch record stands. @throws Refusal `UNEXPECTED_ACCESS`, `KEY_MISMATCH`.
 */
export function checkSaidReads(own: NamespaceRwset, answer: Uint8Array): Version {
  const { batch, leaf, said } = parse(provenSaid, parseCanonical(answer));
  const disputes = said
    .map((record) => parse(provenRecord, record))
    .flatMap((record) => (record.type === 'tabellion.dispute' ? [record.id] : []));
  const { writes, metadataWrites, collections, reads, rangeQueries } = own;
  const besides = [writes, metadataWrites, collections];
  demand(
    besides.every((list) => list.length === 0),
    'UNEXPECTED_ACCESS',
  );
  const paths = [`${batch}/all`, `${batch}/${leaf}`];
  const keys = [
    `${LABEL_BATCH_PREFIX}${batch}`,
    `label-withheld/${batch}`,
    ...paths.map((path) => `withdrawal/${path}`),
    ...disputes.map((dispute) => `dispute/${dispute}`),
  ];
  const prefixes = [
    ...paths.flatMap((path) => RANGED.map((name) => `${name}/${path}/`)),
    ...disputes.map((dispute) => `dispute-answer/${dispute}/`),
  ];
  const read = reads.map(({ key }) => key);
  demand(isSame(read, keys), 'KEY_MISMATCH');
  const ranges = rangeQueries.map(({ startKey, endKey }) => `${startKey} ${endKey}`);
  // '0' follows '/' in byte order.
  const wanted = prefixes.map((prefix) => `${prefix} ${prefix.slice(0, -1)}0`);
  const isWhole = rangeQueries.every(({ exhausted }) => exhausted);
  demand(isWhole && isSame(ranges, wanted), 'UNEXPECTED_ACCESS');
  const version = reads.find(({ key }) => key === keys[0])?.version;
  demand(version !== null && version !== undefined, 'UNEXPECTED_ACCESS');
  return version;
}

const RANGED = ['corroboration', 'opinion', 'sighting', 'dispute-head'] as const;

/** Each once, in whatever order. */
const isSame = (found: readonly string[], wanted: readonly string[]): boolean =>
  found.length === wanted.length && wanted.every((one) => found.includes(one));

const leafOf = (record: ProvenRecord): string | undefined =>
  'label' in record ? record.label?.leaf : undefined;

function tell(record: ProvenRecord): ProvenSaid {
  const { type, v: _, batch: __, act: by, ...facts } = record;
  const {
    label,
    replacedBy,
    id: dispute,
    presumption,
    ...rest
  } = facts as typeof facts & {
    label?: { leaf: string };
    replacedBy?: { label: { leaf: string } };
    id?: string;
    presumption?: ProvenSaid['presumption'];
  };
  return {
    kind: type.slice('tabellion.'.length) as ProvenSaid['kind'],
    of: label === undefined ? 'BATCH' : 'LABEL',
    member: by.member,
    at: by.at,
    ...rest,
    ...(dispute !== undefined && { dispute }),
    ...(presumption !== undefined && { presumption }),
    ...(replacedBy !== undefined && { replacedBy: replacedBy.label.leaf }),
  };
}

const typeOf = (value: unknown) => (value as { type?: unknown } | null)?.type;
const digestOf = (bytes: Uint8Array): string => toHex(sha256(bytes));

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  const parsed = schema.safeParse(value);
  demand(parsed.success, 'RECORD_MISMATCH');
  return parsed.data;
}
