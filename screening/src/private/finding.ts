/** What a table says of one labelled address: a head, and the labels that fit, those that stand first. */
import {
  canonicalBytes,
  JsonError,
  networkId,
  parseCanonical,
  provenance,
  tlp,
} from '@tabellion/proof';
import { z } from 'zod';
import { LABEL_STATUSES } from '../score/index.ts';
import { PrivateError } from './error.ts';
import type { TableDocument } from './table/document.ts';
import type { EntryName } from './table/handle.ts';
import { readBucket } from './table/read.ts';

const LIMITS = { maxBytes: 65_536, maxDepth: 4 };
const id = z.string().min(1).max(64);

const head = z.strictObject({
  v: z.literal(1),
  /** Whether one of them stands, or may stand. */
  standing: z.boolean(),
  /** Labels that were ever asserted of the address. */
  total: z.int().min(1),
});

/** One assertion, shortened: the batch and the index are where the whole of it is found. */
export const privateLabel = z.strictObject({
  /** Digest of the batch record on the ledger, and the label's place in the batch. */
  batch: z.string().regex(/^[0-9a-f]{64}$/),
  index: z.int().min(0),
  /** MSP ID of the asserter. */
  member: id,
  network: networkId,
  category: id,
  concepts: z.array(id).max(16).optional(),
  label: z.string().min(1).max(160),
  provenance,
  tlp,
  /** When the table was made, as the score. */
  status: z.enum(LABEL_STATUSES),
  score: z.int().min(0).max(100).nullable(),
  validUntil: z.int().optional(),
});
export type PrivateLabel = z.infer<typeof privateLabel>;

export interface PrivateFinding {
  readonly verdict: 'LABELLED' | 'NO_LABEL';
  readonly labels: readonly PrivateLabel[];
  /** Labels of the address that the table does not show. */
  readonly omitted: number;
}

/** The items of an entry; of the labels, only those are kept that fit. */
export function writeFinding(facts: {
  readonly standing: boolean;
  readonly total: number;
  readonly labels: readonly PrivateLabel[];
}): Uint8Array[] {
  const { standing, total, labels } = facts;
  return [{ v: 1, standing, total }, ...labels].map((item) => canonicalBytes(item));
}

/**
 * What the answer for the bucket of an address says of it.
 * @throws PrivateError as `readBucket`; nothing that is thrown means "no label".
 */
export function readFinding(
  table: TableDocument,
  name: EntryName,
  answer: Uint8Array,
  now: number,
): PrivateFinding {
  const reading = readBucket(table, name, answer, now);
  if (!reading.found) return { verdict: 'NO_LABEL', labels: [], omitted: 0 };
  const [first, ...rest] = reading.items;
  const { standing, total } = readItem(head, first!);
  const labels = rest.map((item) => readItem(privateLabel, item));
  if (labels.length > total) throw unreadable('more labels than it counts');
  const verdict = standing ? 'LABELLED' : 'NO_LABEL';
  return { verdict, labels, omitted: total - labels.length };
}

function readItem<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  try {
    return schema.parse(parseCanonical(bytes, LIMITS));
  } catch (error) {
    if (error instanceof JsonError || error instanceof z.ZodError) throw unreadable('not its form');
    throw error;
  }
}

const unreadable = (why: string) =>
  new PrivateError('ENTRY_UNREADABLE', `the entry says what it cannot: ${why}`);
