/** What an entry commits to, opened under audit: what was asked, of every kind of question. */
import { JsonError, parseCanonical } from '@tabellion/proof';
import { evaluationRequest } from '@tabellion/screening';
import { z } from 'zod';
import { flowQuery } from '../../flow/shape.ts';
import { commitOpening } from '../../journal/commitment.ts';
import { tableId } from '../../label/private/shape.ts';
import { query } from '../../label/shape.ts';
import { CliError } from '../failure.ts';
import { decode, type QuestionEntry, readEntry, says } from './check.ts';
import type { KeptOpening } from './form.ts';

const secret = z.string().length(43);
const PRIVATE = {
  type: z.literal('tabellion.private-question'),
  v: z.literal(1),
  secret,
} as const;

const opening = z.union([
  z.strictObject({
    ...{ type: z.literal('tabellion.screening'), v: z.literal(1), secret },
    queries: z.array(query.omit({ reference: true })).min(1),
  }),
  z.strictObject({
    ...{ type: z.literal('tabellion.flow'), v: z.literal(1), secret },
    query: flowQuery,
  }),
  z.strictObject({ ...PRIVATE, ...evaluationRequest.shape }),
  z.strictObject({ ...PRIVATE, table: tableId, buckets: z.array(z.int().min(0)).min(1) }),
]);
export type Opening = z.infer<typeof opening>;

export interface OpenedQuestion {
  readonly entry: QuestionEntry;
  readonly asked: Opening;
}

/**
 * Whether the entry commits to exactly this opening.
 * @throws CliError `RECEIPT_MISMATCH`, `FILE_MALFORMED`.
 */
export function checkOpening({
  entry: encoded,
  opening,
}: Pick<KeptOpening, 'entry' | 'opening'>): OpenedQuestion {
  const entry = readEntry(encoded);
  const bytes = decode(opening);
  says(commitOpening(bytes) === entry.commitment, 'questions');
  const asked = readOpening(bytes);
  const isOfKind = (asked.type === PRIVATE_TYPE) === (entry.kind === 'PRIVATE_SCREENING');
  says(isOfKind, 'questions');
  says(listAsked(asked).length === entry.queries, 'numbers');
  return { entry, asked };
}

const PRIVATE_TYPE = PRIVATE.type.value;

function readOpening(bytes: Uint8Array): Opening {
  try {
    return opening.parse(parseCanonical(bytes, { maxBytes: bytes.length, maxDepth: 4 }));
  } catch (error) {
    if (!(error instanceof JsonError || error instanceof z.ZodError)) throw error;
    throw new CliError('FILE_MALFORMED', 'what was committed to is no question', error);
  }
}

/** One for each address, point or bucket. */
export function listAsked(asked: Opening): readonly object[] {
  if ('queries' in asked) return asked.queries;
  if ('query' in asked) return [asked.query];
  if ('points' in asked) return asked.points.map((point) => ({ keyId: asked.keyId, point }));
  return asked.buckets.map((bucket) => ({ table: asked.table, bucket }));
}

/** For people: rows of what was asked, and the network where it has one. */
export function describeAsked(asked: Opening): readonly (readonly [string, string])[] {
  if ('queries' in asked) {
    return asked.queries.map(({ address, network }) => [address, network ?? '']);
  }
  if ('query' in asked) {
    const { address, transaction, network, direction, hops } = asked.query;
    const from = address ?? `transaction ${transaction}`;
    return [[`${from}, ${direction} ${hops} hops`, network]];
  }
  const [count, of] =
    'points' in asked
      ? [`${asked.points.length} blinded points`, `key ${asked.keyId}`]
      : [`buckets ${asked.buckets.join(', ')}`, `table ${asked.table}`];
  return [[`${count}, of ${of}`, '']];
}
