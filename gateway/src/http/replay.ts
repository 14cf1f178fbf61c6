/** Around an act with an `Idempotency-Key`: do it once, answer it as often as asked. */
import { createHash } from 'node:crypto';
import type { AnyEndpoint, Call, Reply } from './endpoint.ts';
import {
  type IdempotencyStore,
  type RequestName,
  readIdempotencyKey,
  type StoredReply,
} from './idempotency.ts';
import { PROBLEM_MEDIA_TYPE, Problem, toProblem } from './problem.ts';
import { pseudonymOf } from './pseudonym.ts';
import { encodeBody, isStream } from './reply.ts';

export interface Digested {
  readonly value: unknown;
  readonly stream?: AsyncIterable<Uint8Array>;
  /** SHA-256 of the exact bytes; undefined until all have been read. */
  digest(): string | undefined;
}

/** Answers larger than this are not kept. */
const MAX_KEPT = 8_388_608;
const REPLAYED = { 'idempotency-replayed': 'true' };

export interface Memory {
  readonly store: IdempotencyStore;
  /** Told why an answer could not be kept: whoever asked gets it all the same, for it is true. */
  readonly onLost: (error: unknown) => void;
}

export async function answerOnce(
  endpoint: AnyEndpoint,
  call: Call,
  input: Digested,
  path: string,
  { store, onLost }: Memory,
): Promise<Reply> {
  const key = readIdempotencyKey(call.headers['idempotency-key']);
  if (key === undefined) return endpoint.handle(call);
  const name = { scope: `${pseudonymOf(call.principal)} ${path}`, key };
  const begun = store.begin(name, input.digest() ?? null);
  if (begun.state === 'done') {
    if (input.stream) for await (const _ of input.stream);
    if (input.digest() !== begun.digest) throw new Problem('IDEMPOTENCY_KEY_REUSED');
    return replay(begun.reply);
  }
  if (begun.state === 'cut-off') {
    if (!endpoint.resolve) throw new Problem('IDEMPOTENCY_OUTCOME_UNKNOWN');
    const reply = await endpoint.resolve(begun.begun, call);
    return { ...reply, headers: { ...reply.headers, ...REPLAYED } };
  }
  return perform(endpoint, call, input, name, { store, onLost });
}

async function perform(
  endpoint: AnyEndpoint,
  call: Call,
  input: Digested,
  name: RequestName,
  { store, onLost }: Memory,
): Promise<Reply> {
  const remember: Call['remember'] = (txId, submitted) => store.remember(name, txId, submitted);
  const named = { ...call, name: digestName(name), remember };
  /** Without a digest a later body could not be compared with this one: nothing is kept. */
  const keep = (reply: Reply, body: Uint8Array | null) => {
    const digest = input.digest();
    const mediaType =
      reply.body === undefined && !body ? null : (reply.mediaType ?? 'application/json');
    try {
      if (digest === undefined || reply.isFinal?.() === false) return store.abandon(name);
      const headers = JSON.stringify(reply.headers ?? {});
      store.finish(name, digest, { status: reply.status, mediaType, headers, body });
    } catch (error) {
      onLost(error);
    }
  };
  try {
    const reply = await endpoint.handle(named);
    if (isStream(reply.body)) {
      const body = copyStream(
        reply.body,
        (bytes) => keep(reply, bytes),
        () => store.abandon(name),
      );
      return { ...reply, body };
    }
    keep(reply, reply.body === undefined ? null : encodeBody(reply.body));
    return reply;
  } catch (error) {
    const problem = toProblem(error);
    const { status, headers } = problem;
    const isOpen = status >= 500 || status === 408 || endpoint.resumable === true;
    if (isOpen) store.abandon(name);
    else keep({ status, headers, mediaType: PROBLEM_MEDIA_TYPE }, encodeBody(problem));
    throw error;
  }
}

const digestName = ({ scope, key }: RequestName): string =>
  createHash('sha256')
    .update(JSON.stringify([scope, key]))
    .digest('hex');

/** Passes a stream on and hands over all of it at its end, or null if it grew too large to keep. */
async function* copyStream(
  body: AsyncIterable<Uint8Array>,
  onEnd: (bytes: Uint8Array | null) => void,
  onCut: () => void,
): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  try {
    for await (const piece of body) {
      size += piece.length;
      if (size <= MAX_KEPT) pieces.push(piece);
      else pieces.length = 0;
      yield piece;
    }
    ended = true;
    onEnd(size <= MAX_KEPT ? Buffer.concat(pieces) : null);
  } finally {
    if (!ended) onCut();
  }
}

function replay({ status, mediaType, headers, body }: StoredReply): Reply {
  if (body === null && mediaType !== null)
    throw new Problem('IDEMPOTENCY_OUTCOME_UNKNOWN', 'the first answer was too large to keep');
  return {
    status,
    ...(mediaType !== null && { mediaType }),
    headers: { ...(JSON.parse(headers) as Record<string, string>), ...REPLAYED },
    ...(body !== null && { body }),
  };
}
