/** The form of a bundle that proves one order from its issue to where it stood. */
import { z } from 'zod';
import { fromBase64url, toBase64url } from '../bytes/encoding.ts';
import { canonicalBytes } from '../json/canonical.ts';
import { parseCanonical } from '../json/parse.ts';
import { MAX_BUNDLE_BYTES } from './record.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);

/** As the contract has it: more steps no order takes. */
const MAX_STEPS = 256;
/** Editions of a profile, a treaty and three calendars, as often as a step can find new ones. */
const MAX_RULES = 1024;
/** Each of 64 executions and deliveries, in part or whole, names 16 at most. */
const MAX_ACQUISITIONS = 1024;
export const MAX_ORDER_BATCHES = 10_000;
export const MAX_ORDER_CUSTODY = 1000;

/**
 * An order, what it was judged by, and what it yielded. The records stand in their attestations and are not
 * repeated; what is bound by a digest in an attested record needs none of its own.
 */
export const orderBundle = z.strictObject({
  type: z.literal('tabellion.proof'),
  v: z.literal(1),
  kind: z.literal('order'),
  /** `common.Envelope` bytes of the endorsed, never submitted `order:read` of the head. */
  attestation: base64url,
  /** As above, of the order's own record. */
  order: base64url,
  /** Exact bytes of each step's record, in order. */
  steps: z.array(base64url).max(MAX_STEPS),
  /** `member:read` of each edition of profile, treaty and calendars that the records name. */
  rules: z.array(base64url).max(MAX_RULES),
  /** What it yielded, each once, in the order in which the steps name them. */
  acquisitions: z
    .array(
      z.strictObject({
        /** `evidence:read` of its record. */
        record: base64url,
        /** `evidence:read` of its head, which binds the batches. */
        head: base64url,
        /** Exact bytes of each batch's record, in order; left out where only the totals are shown. */
        batches: z.array(base64url).max(MAX_ORDER_BATCHES).optional(),
      }),
    )
    .max(MAX_ACQUISITIONS),
  /** Custody bundles of items of these acquisitions, each a whole file; left out where none was asked for. */
  custody: z.array(base64url).max(MAX_ORDER_CUSTODY).optional(),
  /** Exact bytes of what parties were given to read, with its salt; only a party can put them in. */
  contents: z.array(base64url).min(1).max(64).optional(),
});
export type OrderBundle = z.infer<typeof orderBundle>;

export interface AcquisitionParts {
  readonly record: Uint8Array;
  readonly head: Uint8Array;
  readonly batches?: readonly Uint8Array[];
}

export interface OrderParts {
  readonly attestation: Uint8Array;
  readonly order: Uint8Array;
  readonly steps: readonly Uint8Array[];
  readonly rules: readonly Uint8Array[];
  readonly acquisitions: readonly AcquisitionParts[];
  readonly custody?: readonly Uint8Array[];
  readonly contents?: readonly Uint8Array[];
}

/** The file's bytes: canonical JSON. @throws ZodError on parts that no bundle can hold. */
export function encodeOrderBundle(parts: OrderParts): Uint8Array<ArrayBuffer> {
  const bundle: OrderBundle = {
    type: 'tabellion.proof',
    v: 1,
    kind: 'order',
    attestation: toBase64url(parts.attestation),
    order: toBase64url(parts.order),
    steps: parts.steps.map(toBase64url),
    rules: parts.rules.map(toBase64url),
    acquisitions: parts.acquisitions.map(({ record, head, batches }) => ({
      record: toBase64url(record),
      head: toBase64url(head),
      ...(batches && { batches: batches.map(toBase64url) }),
    })),
    ...(parts.custody && { custody: parts.custody.map(toBase64url) }),
    ...(parts.contents && { contents: parts.contents.map(toBase64url) }),
  };
  return canonicalBytes(orderBundle.parse(bundle));
}

/** @throws ZodError, BytesError. */
export function readOrderBundle(value: unknown): OrderParts {
  const bundle = orderBundle.parse(value);
  return {
    attestation: fromBase64url(bundle.attestation),
    order: fromBase64url(bundle.order),
    steps: bundle.steps.map(fromBase64url),
    rules: bundle.rules.map(fromBase64url),
    acquisitions: bundle.acquisitions.map(({ record, head, batches }) => ({
      record: fromBase64url(record),
      head: fromBase64url(head),
      ...(batches && { batches: batches.map(fromBase64url) }),
    })),
    ...(bundle.custody && { custody: bundle.custody.map(fromBase64url) }),
    ...(bundle.contents && { contents: bundle.contents.map(fromBase64url) }),
  };
}

/**
 * An order bundle with what parties were given to read, which it came without.
 * @throws ZodError for a file that is no order bundle.
 */
export function addContents(
  bundle: Uint8Array,
  contents: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const parsed = orderBundle.parse(parseCanonical(bundle, { maxBytes: MAX_BUNDLE_BYTES }));
  return canonicalBytes({ ...parsed, contents: contents.map(toBase64url) });
}
