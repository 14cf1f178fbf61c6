/**
 * An order as a proof carries it: its own record, every step, and the head that the endorsers attested. Each
 * record names the digest of the one before, so that the attested head binds them all. That each step was
 * allowed, and that the clocks stand where the records say, was the contract's to judge, and is judged again
 * where the contract's rules are at hand.
 */
import { z } from 'zod';
import { equalBytes, toHex } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { canonicalBytes } from '../json/canonical.ts';
import { parseCanonical } from '../json/parse.ts';
import { demand, type RefusalCode } from './refusal.ts';
import { isNewer } from './trust.ts';

/** The contract function whose endorsed answer attests an order or its head. */
export const ORDER_READ_FUNCTION = 'order:read';
export const ORDER_HEAD_PREFIX = 'order-head/';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().regex(/^[0-9a-f]{32}$/);
const time = z.int().min(0);
const governed = z.object({ id: z.string(), version: z.int() });
const calendars = z.object({
  ISSUER: governed,
  ADDRESSEE: governed,
  ENFORCING: governed.optional(),
});
const contents = z.object({ ADDRESSEE: digest, ENFORCING: digest.optional() });
const act = z.object({ at: time, member: z.string().min(1).max(64) });
const reading = z.object({
  clock: z.string(),
  state: z.enum(['WAITING', 'OPEN', 'SUSPENDED', 'STOPPED']),
  startedAt: time.nullable(),
  startedBy: z.string().nullable(),
  due: time.nullable(),
  provisional: z.literal(true).optional(),
});

export const provenOrder = z.object({
  type: z.literal('tabellion.order'),
  v: z.literal(1),
  id,
  profile: governed,
  treaty: governed.optional(),
  case: z.string(),
  kind: z.string(),
  categories: z.array(z.string()),
  addressee: z.string(),
  enforcing: z.string().optional(),
  notified: z.boolean(),
  calendars,
  contents,
  follows: id.optional(),
  act,
});
export type OrderFacts = z.infer<typeof provenOrder>;

const provenStep = z.object({
  type: z.literal('tabellion.order-step'),
  v: z.literal(1),
  order: id,
  sequence: z.int().min(1),
  previous: digest,
  event: z.string(),
  party: z.string(),
  countsFrom: time,
  late: z.array(z.string()),
  status: z.string(),
  profile: governed,
  calendars,
  clocks: z.array(reading),
  case: z.string(),
  acquisitions: z.array(id).optional(),
  contents: contents.optional(),
  act,
});
export type StepFacts = z.infer<typeof provenStep>;

const provenHead = z.object({
  type: z.literal('tabellion.order-head'),
  v: z.literal(1),
  order: id,
  sequence: time,
  last: digest,
  status: z.string(),
  overdue: z.array(z.string()),
  contents,
  facts: z.array(z.object({ event: z.string(), by: z.string(), at: time })),
  clocks: z.array(reading),
});
export type HeadFacts = z.infer<typeof provenHead>;

export interface OrderChain {
  readonly order: OrderFacts;
  readonly steps: readonly StepFacts[];
  readonly head: HeadFacts;
}

/** The key that the head stands under. */
export const orderHeadKeyOf = (head: Uint8Array): string =>
  ORDER_HEAD_PREFIX + read(provenHead, head).order;

/** The key that the order's own record stands under. */
export const orderKeyOf = (order: Uint8Array): string => `order/${read(provenOrder, order).id}`;

/**
 * @throws Refusal `CHAIN_MISMATCH` where a record is missing, altered, out of order or another order's, or
 * where head and records disagree; `UNSUPPORTED_VERSION`.
 */
export function readOrderChain(
  order: Uint8Array,
  steps: readonly Uint8Array[],
  head: Uint8Array,
): OrderChain {
  const first = read(provenOrder, order);
  const stands = read(provenHead, head);
  const isWhole = stands.order === first.id && stands.sequence === steps.length;
  demand(isWhole, 'CHAIN_MISMATCH');
  let previous = toHex(sha256(order));
  const records = steps.map((bytes, at) => {
    const record = read(provenStep, bytes);
    const follows = record.previous === previous && record.sequence === at + 1;
    demand(follows && record.order === first.id, 'CHAIN_MISMATCH');
    previous = toHex(sha256(bytes));
    return record;
  });
  demand(previous === stands.last, 'CHAIN_MISMATCH');
  assertAgree(first, records, stands);
  return { order: first, steps: records, head: stands };
}

/** What the head tells of the records is what they tell themselves. */
function assertAgree(order: OrderFacts, steps: readonly StepFacts[], head: HeadFacts): void {
  const last = steps.at(-1);
  const told = [
    { event: 'ISSUED', by: 'ISSUER', at: order.act.at },
    ...steps.map(({ event, party, countsFrom }) => ({ event, by: party, at: countsFrom })),
  ];
  const given = steps.findLast((step) => step.contents !== undefined)?.contents;
  const pairs = [
    [head.facts, told],
    [head.contents, given ?? order.contents],
    ...(last ? [[head.clocks, last.clocks] as const, [head.status, last.status] as const] : []),
    ...steps.flatMap((step) => [
      [step.profile, order.profile] as const,
      [step.case, order.case] as const,
    ]),
  ] as const;
  for (const [found, expected] of pairs) {
    const isSame = equalBytes(canonicalBytes(found), canonicalBytes(expected));
    demand(isSame, 'CHAIN_MISMATCH');
  }
}

/** A record of ours, or no part of this proof. @throws Refusal with the code, `UNSUPPORTED_VERSION`. */
export function read<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
  code: RefusalCode = 'CHAIN_MISMATCH',
): T {
  const value = parseCanonical(bytes);
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  const parsed = schema.safeParse(value);
  demand(parsed.success, code);
  return parsed.data;
}
