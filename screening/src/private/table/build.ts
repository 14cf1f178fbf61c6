/**
 * The operator's side of a table: it is planned by how much goes into each bucket, then written bucket by bucket
 * to wherever it is kept, so that nobody has to hold more than one; from then on answering is handing out bytes.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import {
  buildTree,
  compareBytes,
  concatBytes,
  leafHash,
  toBase64url,
  toHex,
} from '@tabellion/proof';
import { PrivateError } from '../error.ts';
import { FLAG_BYTES, HASH_BYTES, OVERFULL } from './answer.ts';
import { MAX_SLOTS, parseTable, type TableDocument, type TableFacts } from './document.ts';
import { partsNeeded, writeParts } from './entry.ts';
import { type EntryName, handleOf, prefixOf, SALT_BYTES, slotKey, TAG_BYTES } from './handle.ts';
import { SLOT_OVERHEAD, sealSlot } from './slot.ts';

/** What the platform's generator gives at once. */
const RANDOM_PIECE = 65_536;

export interface Layout {
  readonly prefixBits: number;
  readonly pad: {
    /** Least slots of a bucket; it has more if its fullest needs them. */
    readonly slots: number;
    readonly slotBytes: number;
  };
  /** Most slots of a bucket. One that needs more is overfull: what it does not hold, it says nothing of. */
  readonly maxSlots?: number;
}

export interface TableEntry {
  readonly name: EntryName;
  /** What is said of the address, one string of bytes an item, the most important first: see `entry.ts`. */
  readonly items: readonly Uint8Array[];
}

/** What goes into one bucket. */
export interface BucketLoad {
  readonly entries: number;
  /** That all of them take: see {@link slotsOf}. */
  readonly slots: number;
}

export interface TablePlan {
  readonly buckets: number;
  /** Bytes of a bucket as {@link sealBucket} gives it; the path to the root follows it in an answer. */
  readonly bucketBytes: number;
  readonly answerBytes: number;
  /**
   * Slots and flag, of the entries of one bucket, no more of them than was planned. Each is sealed once: what fills
   * it is drawn anew each time.
   * @throws PrivateError `TABLE_INVALID`, also for an address that stands there twice; those of {@link handleOf}.
   */
  sealBucket(entries: readonly TableEntry[]): Uint8Array<ArrayBuffer>;
  /** Once every bucket is sealed; `leaves` are their leaf hashes, in order. */
  complete(leaves: readonly Uint8Array[]): CompletedTable;
}

export interface CompletedTable {
  readonly document: TableDocument;
  /** What follows a bucket in its answer. */
  pathOf(bucket: number): Uint8Array;
}

export interface BuiltTable {
  readonly document: TableDocument;
  /** One after the other, all of one length: each bucket, then its path to the root. */
  readonly answers: Uint8Array;
  /** The answer for a bucket, a view into `answers`. @throws PrivateError `TABLE_INVALID`. */
  answer(bucket: number): Uint8Array;
}

/** A part of an entry on its way to a bucket. */
interface Placed {
  readonly handle: Uint8Array;
  readonly part: number;
  readonly content: Uint8Array;
}

interface Bucket {
  readonly placed: readonly Placed[];
  readonly overfull: boolean;
}

/** Slots that an entry takes in a bucket with room for it. @throws PrivateError `TABLE_INVALID` if nothing fits. */
export const slotsOf = (
  items: readonly Uint8Array[],
  { slotBytes }: Pick<Layout['pad'], 'slotBytes'>,
): number => partsNeeded(items, slotBytes - SLOT_OVERHEAD);

/**
 * Plans a table, under a salt of its own: under the salt of another, different labels would be encrypted with
 * one key. It can always be made, whatever is to go in: see {@link cutDown}.
 * @param loads of all buckets, in order.
 */
export function planTable(
  loads: readonly BucketLoad[],
  { prefixBits, pad, maxSlots = MAX_SLOTS }: Layout,
  facts: TableFacts,
): TablePlan {
  const salt = new Uint8Array(randomBytes(SALT_BYTES));
  const { slotBytes } = pad;
  const partBytes = slotBytes - SLOT_OVERHEAD;
  const taken = loads.map((load) =>
    load.slots <= maxSlots ? load.slots : Math.min(load.entries, maxSlots),
  );
  const slots = taken.reduce((most, each) => Math.max(most, each), pad.slots);
  const bucketBytes = slots * slotBytes + FLAG_BYTES;
  const place = (entries: readonly TableEntry[]): Bucket => {
    const named = entries.map(({ name, items }) => ({
      handle: handleOf(name, facts, salt),
      items,
    }));
    const placeAll = (maxParts?: number): Placed[] =>
      named.flatMap(({ handle, items }) =>
        writeParts(items, partBytes, maxParts).map((content, part) => ({ handle, part, content })),
      );
    const placed = placeAll();
    if (placed.length <= maxSlots) return { placed, overfull: false };
    return cutDown(placeAll(1), maxSlots);
  };
  return {
    buckets: loads.length,
    bucketBytes,
    answerBytes: bucketBytes + prefixBits * HASH_BYTES,
    sealBucket(entries) {
      const { placed, overfull } = place(entries);
      if (placed.length > slots)
        throw new PrivateError('TABLE_INVALID', 'more goes into a bucket than was planned');
      const bytes = new Uint8Array(bucketBytes);
      fillBucket(bytes.subarray(0, slots * slotBytes), placed, salt, slotBytes);
      if (overfull) bytes[slots * slotBytes] = OVERFULL;
      return bytes;
    },
    complete(leaves) {
      const tree = buildTree([...leaves]);
      const document = parseTable({
        ...{ type: 'tabellion.private-table', v: 1, ...facts, salt: toBase64url(salt) },
        ...{ prefixBits, slots, slotBytes, root: toHex(tree.root) },
      });
      return { document, pathOf: (bucket) => concatBytes(...tree.path(bucket)) };
    },
  };
}

/**
 * Whoever labels many addresses of one bucket could make every bucket as large as that one. Such a bucket has
 * the shortest entries, as many as there may be, and says of the addresses that it does not hold that it
 * cannot tell: see `readBucket`.
 */
const cutDown = (shortest: readonly Placed[], maxSlots: number): Bucket => ({
  placed: shortest.slice(0, maxSlots),
  overfull: shortest.length > maxSlots,
});

/** A whole table in memory. @throws as {@link slotsOf} and {@link TablePlan.sealBucket}. */
export function buildBuckets(
  entries: Iterable<TableEntry>,
  layout: Layout,
  facts: TableFacts,
): BuiltTable {
  const filed: TableEntry[][] = Array.from({ length: 2 ** layout.prefixBits }, () => []);
  for (const entry of entries) filed[prefixOf(entry.name.addressKey, layout)]!.push(entry);
  const loads = filed.map((all) => ({
    entries: all.length,
    slots: all.reduce((sum, { items }) => sum + slotsOf(items, layout.pad), 0),
  }));
  const { buckets, answerBytes, sealBucket, complete } = planTable(loads, layout, facts);
  const answers = new Uint8Array(buckets * answerBytes);
  const leaves = filed.map((all, bucket) => {
    const sealed = sealBucket(all);
    answers.set(sealed, bucket * answerBytes);
    return leafHash(sealed);
  });
  const { document, pathOf } = complete(leaves);
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const path = pathOf(bucket);
    answers.set(path, (bucket + 1) * answerBytes - path.length);
  }
  return {
    document,
    answers,
    answer(bucket) {
      if (!Number.isInteger(bucket) || bucket < 0 || bucket >= buckets) {
        throw new PrivateError('TABLE_INVALID', 'there is no such bucket');
      }
      return answers.subarray(bucket * answerBytes, (bucket + 1) * answerBytes);
    },
  };
}

/** Slots in the order of their tags, so that the order says nothing; what is left over is random. */
function fillBucket(
  bucket: Uint8Array,
  placed: readonly Placed[],
  salt: Uint8Array,
  slotBytes: number,
): void {
  const count = bucket.length / slotBytes;
  const sealed = placed.map(({ handle, part, content }) => {
    const slot = new Uint8Array(slotBytes);
    sealSlot(slot, slotKey(handle, salt, part), content);
    return slot;
  });
  const filler = drawBytes((count - placed.length) * slotBytes);
  const fillers = Array.from({ length: count - placed.length }, (_, at) =>
    filler.subarray(at * slotBytes, (at + 1) * slotBytes),
  );
  const byTag = [...sealed, ...fillers].sort(compareTags);
  byTag.forEach((slot, at) => {
    if (at > 0 && compareTags(byTag[at - 1]!, slot) === 0) {
      throw new PrivateError('TABLE_INVALID', 'an address stands there twice');
    }
    bucket.set(slot, at * slotBytes);
  });
}

const compareTags = (one: Uint8Array, other: Uint8Array): number =>
  compareBytes(one.subarray(0, TAG_BYTES), other.subarray(0, TAG_BYTES));

function drawBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += RANDOM_PIECE) {
    bytes.set(randomBytes(Math.min(RANDOM_PIECE, length - at)), at);
  }
  return bytes;
}
