/** The operator's side of a table: everything is laid out once, then answering is handing out bytes. */
import { randomBytes } from '@noble/hashes/utils.js';
import { buildTree, compareBytes, leafHash, toBase64url, toHex } from '@tabellion/proof';
import { PrivateError } from '../error.ts';
import { MAX_SLOTS, parseTable, type TableDocument, type TableFacts } from './document.ts';
import { writeParts } from './entry.ts';
import { type EntryName, handleOf, prefixOf, SALT_BYTES, slotKey, TAG_BYTES } from './handle.ts';
import { SLOT_OVERHEAD, sealSlot } from './slot.ts';

const HASH_BYTES = 32;
/** What the platform's generator gives at once. */
const RANDOM_PIECE = 65_536;

export interface Layout {
  readonly prefixBits: number;
  readonly pad: {
    /** Least slots of a bucket; it has more if its fullest needs them. */
    readonly slots: number;
    readonly slotBytes: number;
  };
}

export interface TableEntry {
  readonly name: EntryName;
  /** What is said of the address, one string of bytes a label. */
  readonly labels: readonly Uint8Array[];
}

export interface BuiltTable {
  readonly document: TableDocument;
  /** One after the other, all of one length: each bucket's slots, then its path to the root. */
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

/**
 * Lays out a table, under a salt of its own: under the salt of another, different labels would be encrypted
 * with one key.
 * @throws PrivateError `TABLE_FULL`: an entry or a bucket takes more than there may be; `TABLE_INVALID`, also
 * for an address that stands there twice; those of {@link handleOf}.
 */
export function buildBuckets(
  entries: Iterable<TableEntry>,
  { prefixBits, pad }: Layout,
  facts: TableFacts,
): BuiltTable {
  const salt = new Uint8Array(randomBytes(SALT_BYTES));
  const { slotBytes } = pad;
  const buckets: Placed[][] = Array.from({ length: 2 ** prefixBits }, () => []);
  for (const { name, labels } of entries) {
    const handle = handleOf(name, facts, salt);
    const bucket = buckets[prefixOf(name.addressKey, { prefixBits })]!;
    writeParts(labels, slotBytes - SLOT_OVERHEAD).forEach((content, part) => {
      bucket.push({ handle, part, content });
    });
  }
  const slots = buckets.reduce((most, { length }) => Math.max(most, length), pad.slots);
  if (slots > MAX_SLOTS) throw new PrivateError('TABLE_FULL', `${slots} slots in one bucket`);
  const slotsLength = slots * slotBytes;
  const answerLength = slotsLength + prefixBits * HASH_BYTES;
  const answers = new Uint8Array(buckets.length * answerLength);
  const slotsOf = (bucket: number) =>
    answers.subarray(bucket * answerLength, bucket * answerLength + slotsLength);
  buckets.forEach((placed, bucket) => {
    fillBucket(slotsOf(bucket), placed, salt, slotBytes);
  });
  const tree = buildTree(buckets.map((_, bucket) => leafHash(slotsOf(bucket))));
  buckets.forEach((_, bucket) => {
    const start = bucket * answerLength + slotsLength;
    tree.path(bucket).forEach((hash, level) => {
      answers.set(hash, start + level * HASH_BYTES);
    });
  });
  const document = parseTable({
    ...{ type: 'tabellion.private-table', v: 1, ...facts, salt: toBase64url(salt) },
    ...{ prefixBits, slots, slotBytes, root: toHex(tree.root) },
  });
  return {
    document,
    answers,
    answer(bucket) {
      if (!Number.isInteger(bucket) || bucket < 0 || bucket >= buckets.length) {
        throw new PrivateError('TABLE_INVALID', 'there is no such bucket');
      }
      return answers.subarray(bucket * answerLength, (bucket + 1) * answerLength);
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
