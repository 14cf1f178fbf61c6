/**
 * What stays of a screening: the journal gets a commitment to what was asked and the digest of what was
 * answered, on disk before the answer leaves and on the ledger soon after (O-3, LBL-14). The queries
 * themselves stay with the member that asked, to be opened under audit.
 */
import { hash, randomBytes } from 'node:crypto';
import { canonicalText, parseCanonical, toBase64url } from '@tabellion/proof';
import { z } from 'zod';
import type { Query, ScreenAnswer } from './screen.ts';
import { query } from './shape.ts';

export interface Screening {
  /** See {@link commitOpening}. */
  readonly commitment: string;
  /** See {@link digestAnswers}. */
  readonly answers: string;
  /** 256 random bits, base64url: whoever has them and the queries shows that these were the queries. */
  readonly secret: string;
  /** See {@link encodeOpening}. */
  readonly opening: Uint8Array;
}

const SECRET_BYTES = 32;

/** 256 random bits, base64url. */
export const drawSecret = (): string => toBase64url(randomBytes(SECRET_BYTES));

/** What a screening commits to. */
const opening = z.strictObject({
  type: z.literal('tabellion.screening'),
  v: z.literal(1),
  secret: z.string().length(43),
  queries: z.array(query.omit({ reference: true })).min(1),
});
export type ScreeningOpening = z.infer<typeof opening>;

/** What is committed to of a query; the caller's reference is none of the ledger's business. */
const readAsked = ({ address, network }: Query) => ({
  address,
  ...(network !== undefined && { network }),
});

/**
 * RFC 8785 bytes of what is opened under audit: the queries in their order, and the secret. Keys stand in
 * order, so that the engine writes the canonical form: of text that was parsed strictly, it does.
 */
export const encodeOpening = (queries: readonly Query[], secret: string): Uint8Array =>
  Buffer.from(
    JSON.stringify({ queries: queries.map(readAsked), secret, type: 'tabellion.screening', v: 1 }),
  );

/** RFC 8785 text of answers, in the time that the engine takes for all but those that show labels. */
export const writeAnswers = (answers: readonly ScreenAnswer[]): string =>
  `[${answers.map(writeAnswer).join(',')}]`;

function writeAnswer(answer: ScreenAnswer): string {
  if (answer.labels !== undefined && answer.labels.length > 0) return canonicalText(answer);
  const { address, burn, code, detail, labels, networks, omitted } = answer;
  const { reference, submitted, test, verdict } = answer;
  const inOrder = {
    ...{ address, burn, code, detail, labels, networks, omitted },
    ...{ reference, submitted, test, verdict },
  } satisfies Record<keyof ScreenAnswer, unknown>;
  return JSON.stringify(inOrder);
}

/** What a question about flows commits to: an address, or the hash of a transaction. */
const flowOpening = z.looseObject({
  type: z.literal('tabellion.flow'),
  secret: z.string().length(43),
  query: z.looseObject({
    network: z.string(),
    address: z.string().optional(),
    transaction: z.string().optional(),
  }),
});

/** Of a question about flows: what it began with. @throws JsonError, ZodError for what is no opening. */
export function readOpening(bytes: Uint8Array): ScreeningOpening {
  const parsed = parseCanonical(bytes, { maxDepth: 3 });
  const flow = flowOpening.safeParse(parsed);
  if (!flow.success) return opening.parse(parsed);
  const { secret, query } = flow.data;
  const address = query.address ?? query.transaction ?? '';
  return {
    ...{ type: 'tabellion.screening', v: 1, secret },
    queries: [{ address, network: query.network }],
  };
}

/**
 * SHA-256 of the opening, hex. The queries show as a whole or not at all; the secret in it keeps known
 * addresses from being tried, of which there are few.
 */
export const commitOpening = (bytes: Uint8Array): string => hash('sha256', bytes);

/**
 * SHA-256 of the secret, a line feed and the canonical text of the answers, hex: they hold the addresses,
 * which their digest alone would give away.
 */
export const digestAnswers = (text: string, secret: string): string =>
  hash('sha256', `${secret}\n${text}`);

/** @param answers from {@link writeAnswers}. */
export function commitScreening(queries: readonly Query[], answers: string): Screening {
  const secret = drawSecret();
  const bytes = encodeOpening(queries, secret);
  return {
    commitment: commitOpening(bytes),
    answers: digestAnswers(answers, secret),
    secret,
    opening: bytes,
  };
}
