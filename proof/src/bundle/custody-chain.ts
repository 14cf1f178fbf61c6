/**
 * The chain of custody of one item as a proof carries it: the opening, every step, and the head that the
 * endorsers attested. Each record names the digest of the one before, so that the attested head binds
 * them all. What stands beside these fields was accepted by the contract and is not judged again.
 */
import { z } from 'zod';
import { equalBytes, fromHex, toHex } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { parseCanonical } from '../json/parse.ts';
import { leafHash } from '../merkle/path.ts';
import { itemId } from './item-id.ts';
import { demand } from './refusal.ts';
import { isNewer } from './trust.ts';

/** First part of the key of an item's head; the rest is the item. */
export const ITEM_HEAD_PREFIX = 'item-head/';
/** The contract function whose endorsed answer attests a head. */
export const CUSTODY_READ_FUNCTION = 'custody:read';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.int().min(0);
const holder = z.object({ member: z.string(), person: z.string() });
const act = z.object({
  at: time,
  member: z.string().min(1).max(64),
  person: z.string(),
  keyCustody: z.enum(['person', 'gateway']),
});

const provenHead = z.object({
  type: z.literal('tabellion.item-head'),
  v: z.literal(1),
  item: digest,
  sequence: time,
  last: digest,
  status: z.string(),
  holder,
  seals: z.array(z.string()),
  holds: z.array(z.object({ member: z.string() })),
  mirror: z.string().nullable(),
});
const provenOpening = z.object({
  type: z.literal('tabellion.custody-item'),
  v: z.literal(1),
  item: digest,
  leaf: digest,
  origin: z.object({
    kind: z.string(),
    acquisition: z.string().optional(),
    source: digest.optional(),
  }),
  case: z.string(),
  happenedAt: time,
  flags: z.array(z.string()),
  act,
});
const provenStep = z.object({
  type: z.literal('tabellion.custody'),
  v: z.literal(1),
  kind: z.string(),
  item: digest,
  sequence: z.int().min(1),
  previous: digest,
  happenedAt: time,
  flags: z.array(z.string()),
  act,
});

/** One record of the chain, as told to people. Both times are claims of their clients. */
export interface ProvenStep {
  /** 0 for the opening. */
  readonly sequence: number;
  /** `OPENED`, or the kind of step. */
  readonly kind: string;
  readonly happenedAt: number;
  readonly recordedAt: number;
  readonly member: string;
  readonly person: string;
  readonly flags: readonly string[];
}

export interface ProvenCustody {
  /** Its name: follows from the member that began the chain and from the leaf. */
  readonly item: string;
  /** Leaf hash of its commitment. */
  readonly leaf: string;
  readonly case: string;
  /** How the item came to be one: `ANCHORED`, `EXHIBIT` or `DERIVED`. */
  readonly origin: string;
  /** The acquisition that it came with; absent where it was made from another item. */
  readonly acquisition?: string | undefined;
  /** The item that it was made from. */
  readonly source?: string | undefined;
  readonly status: string;
  readonly holder: { readonly member: string; readonly person: string };
  readonly seals: readonly string[];
  /** Legal holds in force. */
  readonly holds: number;
  readonly mirror: string | null;
  readonly steps: readonly ProvenStep[];
}

export interface CustodyParts {
  /** Exact RFC 8785 bytes, where the content's facts travel with the chain. */
  readonly commitment?: Uint8Array;
  /** Exact bytes of the item's own record. */
  readonly opening: Uint8Array;
  /** Exact bytes of each step's record, in order. */
  readonly steps: readonly Uint8Array[];
  /** Exact bytes of the head, as the endorsers answered. */
  readonly head: Uint8Array;
  /** `common.Envelope` bytes of the endorsed, never submitted read of the head. */
  readonly attestation: Uint8Array;
}

/** The key that the head stands under. */
export function headKeyOf(head: Uint8Array): string {
  return ITEM_HEAD_PREFIX + read(provenHead, head).item;
}

/**
 * @throws Refusal `CHAIN_MISMATCH` where a record is missing, altered, out of order or another item's, or
 * the item's name is not the one that follows from its leaf and the member that began the chain;
 * `UNSUPPORTED_VERSION`.
 */
export function readChain({ head, opening, steps }: CustodyParts): ProvenCustody {
  const stands = read(provenHead, head);
  const { item, sequence, last } = stands;
  const first = read(provenOpening, opening);
  demand(first.item === item && sequence === steps.length, 'CHAIN_MISMATCH');
  demand(itemId(first.act.member, fromHex(first.leaf)) === item, 'CHAIN_MISMATCH');
  let previous = toHex(sha256(opening));
  const records = steps.map((bytes, at) => {
    const record = read(provenStep, bytes);
    const follows = record.previous === previous && record.sequence === at + 1;
    demand(follows && record.item === item, 'CHAIN_MISMATCH');
    previous = toHex(sha256(bytes));
    return record;
  });
  demand(previous === last, 'CHAIN_MISMATCH');
  const { kind, ...origin } = first.origin;
  return {
    item,
    leaf: first.leaf,
    case: first.case,
    origin: kind,
    ...origin,
    status: stands.status,
    holder: stands.holder,
    seals: stands.seals,
    holds: stands.holds.length,
    mirror: stands.mirror,
    steps: [tell({ ...first, sequence: 0, kind: 'OPENED' }), ...records.map(tell)],
  };
}

/** The opening names the leaf of the item's commitment. @throws Refusal `ITEM_MISMATCH`. */
export function checkCommitment(commitment: Uint8Array, { leaf }: ProvenCustody): void {
  demand(equalBytes(leafHash(commitment), fromHex(leaf)), 'ITEM_MISMATCH');
}

const tell = ({
  sequence,
  kind,
  happenedAt,
  flags,
  act: { at, member, person },
}: Pick<
  z.infer<typeof provenStep>,
  'sequence' | 'kind' | 'happenedAt' | 'flags' | 'act'
>): ProvenStep => ({
  ...{ sequence, kind, happenedAt, recordedAt: at, member, person, flags },
});

function read<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  const value = parseCanonical(bytes);
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  const parsed = schema.safeParse(value);
  demand(parsed.success, 'CHAIN_MISMATCH');
  return parsed.data;
}
