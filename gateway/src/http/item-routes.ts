/** Items handed in by systems: answered when their batch is committed, or with a receipt at once. */
import { acquisitionId } from '@tabellion/chaincode/evidence/record';
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { z } from 'zod';
import type { AnchoredItem, GatewayDeps, ItemInput } from './deps.ts';
import { type AnyEndpoint, type Call, defineEndpoint, type Reply } from './endpoint.ts';
import { type ItemBody, item, NDJSON, readItems, toItemInput } from './item-body.ts';
import { Problem, toProblem } from './problem.ts';

const tag = 'evidence';
const anchored = z.strictObject({
  batch: digestHex,
  index: z.int(),
  leaf: digestHex,
  txId: digestHex,
});
/** Answered in one piece: about 60 KB, which a slow reader takes in time. */
const PIECE_LINES = 256;
const receiptId = z.string().regex(/^[A-Za-z0-9._-]{1,80}$/);

export function itemEndpoints({ anchoring }: GatewayDeps): AnyEndpoint[] {
  const anchorOne = async (call: ItemCall, acquisition: string, input: ItemInput) => {
    const results = anchoring.anchorItems(call.principal, acquisition, only(input), call);
    for await (const [result] of results) {
      return { status: 201, body: result };
    }
    throw new Problem('INTERNAL');
  };

  return [
    defineEndpoint({
      method: 'post',
      path: '/v1/evidence/acquisitions/:id/items',
      id: 'addItems',
      tag,
      summary: 'Anchor one item (JSON) or a stream of items (NDJSON) with the gateway’s key',
      access: ['system'],
      act: true,
      // What became of items stands in their receipts, to which the key leads: a refusal may pass there.
      resumable: true,
      params: z.strictObject({ id: acquisitionId }),
      body: item,
      streams: [NDJSON],
      answers: {
        200: { description: 'One line an item, in order, each once committed', mediaType: NDJSON },
        201: { description: 'The item is on the ledger', schema: anchored },
        202: {
          description: 'Taken durably (`Prefer: respond-async`)',
          schema: z.strictObject({ receipt: receiptId }),
        },
      },
      handle: async (call) => {
        call.note({ verb: 'evidence:anchor' });
        const { id } = call.params;
        const items = call.stream ? readItems(call.stream) : undefined;
        if (prefersAsync(call.headers)) {
          const source = items ?? only(toItemInput(call.body));
          const receipt = await anchoring.spoolItems(call.principal, id, source, call);
          return {
            status: 202,
            body: { receipt },
            headers: {
              'preference-applied': 'respond-async',
              location: `/v1/evidence/receipts/${receipt}`,
            },
          };
        }
        if (!items) return anchorOne(call, id, toItemInput(call.body));
        const results = anchoring.anchorItems(call.principal, id, items, call);
        return answerLines(results, call.refused);
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/receipts/:id',
      id: 'showReceipt',
      tag,
      summary: 'What became of items handed in with `Prefer: respond-async`',
      access: 'member',
      params: z.strictObject({ id: receiptId }),
      answers: {
        200: {
          description: 'The state',
          schema: z.discriminatedUnion('state', [
            z.strictObject({ state: z.literal('PENDING'), items: z.int() }),
            z.strictObject({ state: z.literal('ANCHORED'), items: z.array(anchored) }),
            z.strictObject({
              state: z.literal('FAILED'),
              code: z.string(),
              anchored: z.array(anchored),
            }),
          ]),
        },
      },
      handle: async ({ params, principal }) => {
        const state = await anchoring.findReceipt(principal.member, params.id);
        if (!state) throw new Problem('NOT_FOUND');
        return { status: 200, body: state };
      },
    }),
  ];
}

type ItemCall = Call<{ id: string }, unknown, ItemBody>;

async function* only<T>(value: T): AsyncGenerator<readonly T[]> {
  yield [value];
}

/** RFC 7240. */
const prefersAsync = (headers: Call['headers']) =>
  String(headers.prefer ?? '')
    .split(',')
    .some((preference) => preference.split(';')[0]!.trim().toLowerCase() === 'respond-async');

/**
 * The answer's lines. A refusal before the first result is an ordinary problem; later ones can only be
 * told in the stream: its last line then names line, code and reason, and all before it is committed.
 */
async function answerLines(
  results: AsyncIterable<readonly AnchoredItem[]>,
  refused: Call['refused'],
): Promise<Reply> {
  const iterator = results[Symbol.asyncIterator]();
  const first = await iterator.next();
  let isFinal = true;
  const tell = async (problem: Problem) => {
    // Asked again, the rest may go on.
    isFinal = false;
    await refused(problem);
  };
  const body = writeLines(first, iterator, tell);
  return { status: 200, body, mediaType: NDJSON, isFinal: () => isFinal };
}

async function* writeLines(
  first: IteratorResult<readonly AnchoredItem[]>,
  rest: AsyncIterator<readonly AnchoredItem[]>,
  refused: Call['refused'],
) {
  let line = 1;
  try {
    for (let next = first; !next.done; next = await rest.next()) {
      for (let from = 0; from < next.value.length; from += PIECE_LINES) {
        const piece = next.value.slice(from, from + PIECE_LINES);
        yield Buffer.from(piece.map((item, at) => encodeLine(line + at, item)).join(''));
        line += piece.length;
      }
    }
  } catch (error) {
    const problem = toProblem(error);
    await refused(problem);
    const { code, message } = problem;
    yield Buffer.from(`${JSON.stringify({ line, code, detail: message })}\n`);
  } finally {
    await rest.return?.();
  }
}

/** As JSON.stringify writes it: the texts are hexadecimal. */
const encodeLine = (line: number, { batch, index, leaf, txId }: AnchoredItem) =>
  `{"line":${line},"batch":"${batch}","index":${index},"leaf":"${leaf}","txId":"${txId}"}\n`;
