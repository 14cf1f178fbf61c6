/** `POST /v1/label/screen`: addresses in the body, never in a URL; nothing leaves before it is journalled. */
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { parseBody } from '../http/body.ts';
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { NDJSON, splitLines } from '../http/item-body.ts';
import { Problem, toProblem } from '../http/problem.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { requirePurpose } from '../http/purpose.ts';
import { integerText } from '../http/schema.ts';
import { assertSealed } from '../journal/assert-sealed.ts';
import { showSealed } from '../journal/shape.ts';
import { openingEndpoint } from './opening-routes.ts';
import type { Query } from './screen.ts';
import { commitScreening, joinAnswers, writeAnswer } from './screening-entry.ts';
import { createTurns } from './screening-turns.ts';
import { query, screening } from './shape.ts';

/** Addresses of one call, of one group of a stream, and of a whole stream. */
export const MAX_QUERIES = 1000;
const MAX_STREAMED = 100_000;
const asOfQuery = z.strictObject({
  asOf: integerText(0, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'Height of the ledger: what was answered then',
  }),
});
const LINE_LIMITS = { maxBytes: 2048, maxDepth: 2 };

export function screenEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { labels, journal, projection } = deps;
  /** Answers, on record: with them goes the signed receipt. */
  const screenGroup = async (
    principal: Principal,
    purpose: string,
    queries: readonly Query[],
    asOf: number | undefined,
  ) => {
    const { answer, height, at, rule } = labels.screen.begin(asOf);
    const ground = { height, at, rule };
    // Each is written at once: its text is all that has to outlast the turn.
    const texts: string[] = [];
    const endTurn = createTurns();
    for (const each of queries) {
      const answered = answer(each);
      texts.push(writeAnswer(answered));
      await endTurn(answered);
    }
    const text = joinAnswers(texts);
    const { commitment, answers: digest, secret, opening } = commitScreening(queries, text);
    const sealed = await journal.recordSealed(
      {
        kind: 'SCREENING',
        member: principal.member,
        who: pseudonymOf(principal),
        role: principal.role,
        operation: 'screenAddresses',
        purpose,
        queries: queries.length,
        commitment,
        answers: digest,
        ledger: labels.nameLedger(),
        height,
      },
      opening,
    );
    // The answers are written once, for their digest and for whoever asked.
    const rest = JSON.stringify({ ...ground, receipt: { ...showSealed(sealed), secret } });
    return `{"answers":${text},${rest.slice(1)}`;
  };

  /** @throws Problem `PURPOSE_MISSING`, `HEIGHT_NOT_REACHED`, `KEY_NOT_HELD`. */
  const prepare = (
    principal: Principal,
    headers: IncomingHttpHeaders,
    asOf: number | undefined,
  ) => {
    const purpose = requirePurpose(headers);
    assertSealed(deps, principal);
    if (asOf !== undefined && asOf > projection.height) throw new Problem('HEIGHT_NOT_REACHED');
    return (queries: readonly Query[]) => screenGroup(principal, purpose, queries, asOf);
  };

  return [
    defineEndpoint({
      method: 'post',
      path: '/v1/label/screen',
      id: 'screenAddresses',
      tag: 'label',
      summary: 'What the members say of addresses; `Tabellion-Purpose` says why it is asked',
      access: 'member',
      query: asOfQuery,
      body: z.strictObject({ queries: z.array(query).min(1).max(MAX_QUERIES) }),
      answers: { 200: { description: 'One answer for each address, in order', schema: screening } },
      refusals: [422],
      handle: async ({ principal, query: { asOf }, body, headers }) => {
        const ask = prepare(principal, headers, asOf);
        return { status: 200, body: Buffer.from(await ask(body.queries)) };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/label/screen/stream',
      id: 'screenStream',
      tag: 'label',
      summary: 'The same of up to 100,000 addresses, one query a line',
      access: 'member',
      query: asOfQuery,
      streams: [NDJSON],
      answers: {
        200: {
          description:
            'A line for each thousand addresses, as the answer of `screenAddresses`; if it cannot go on, ' +
            'the last line has `code` and `detail` instead',
          mediaType: NDJSON,
        },
      },
      refusals: [422],
      handle: async ({ principal, query: { asOf }, stream, headers, refused }) => {
        const ask = prepare(principal, headers, asOf);
        const groups = readGroups(stream!);
        const first = await groups.next();
        if (first.done) throw new Problem('BAD_INPUT', 'no addresses');
        const body = writeLines(await ask(first.value), groups, ask, refused);
        return { status: 200, body, mediaType: NDJSON };
      },
    }),
    openingEndpoint(deps),
  ];
}

async function* writeLines(
  first: string,
  groups: AsyncGenerator<Query[]>,
  screen: (queries: readonly Query[]) => Promise<string>,
  refused: (problem: Problem) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  yield encodeLine(first);
  try {
    for await (const group of groups) yield encodeLine(await screen(group));
  } catch (error) {
    const problem = toProblem(error);
    await refused(problem);
    yield encodeLine(JSON.stringify({ code: problem.code, detail: problem.message }));
  }
}

const encodeLine = (text: string) => Buffer.from(`${text}\n`);

/** @throws Problem `BAD_INPUT`, `TOO_LARGE`; JsonError. */
export async function* readGroups(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Query[]> {
  let group: Query[] = [];
  let count = 0;
  for await (const lines of splitLines(stream)) {
    for (const line of lines) {
      count += 1;
      if (count > MAX_STREAMED) throw new Problem('TOO_LARGE', `at most ${MAX_STREAMED} addresses`);
      group.push(parseBody(line, query, LINE_LIMITS));
      if (group.length < MAX_QUERIES) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}
