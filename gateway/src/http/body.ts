/** Request bodies: read with a limit and a time-out, then parsed strictly. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseStrict } from '@tabellion/proof';
import type { z } from 'zod';
import { fieldProblem, Problem } from './problem.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Longest silence between two chunks, milliseconds. */
  readonly idleMs: number;
  /** Longest time for a whole JSON body, milliseconds. */
  readonly totalMs: number;
}

/** Media type without parameters; a charset other than UTF-8 is refused. */
export function mediaTypeOf(request: IncomingMessage): string {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';');
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.trim().toLowerCase().split('=');
    if (name === 'charset' && value.replaceAll('"', '') !== 'utf-8')
      throw new Problem('UNSUPPORTED_MEDIA_TYPE', 'only UTF-8 is accepted');
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', 'compressed bodies are not accepted');
  return type.trim().toLowerCase();
}

/** Whoever sent `Expect: 100-continue` and has not been told to go on. */
const expecting = new WeakMap<IncomingMessage, ServerResponse>();

/** The body is asked for when it is wanted: a refusal comes before it. */
export function deferContinue(request: IncomingMessage, response: ServerResponse): void {
  expecting.set(request, response);
}

/** So much of a body that nobody wants is read, bytes, so that the connection can go on. */
const MAX_UNREAD = 1_048_576;

/**
 * Once the answer is out, the rest of a body that nobody reads: a short one may come and the connection
 * goes on. Of any other no more is taken, so that the sender has to stop; the connection stays for a
 * moment, in which the answer can be read.
 */
export function endUnreadBody(
  request: IncomingMessage,
  response: ServerResponse,
  lingerMs: number,
): void {
  response.once('finish', () => {
    if (request.complete || request.destroyed) return;
    const timer = setTimeout(() => request.destroy(), lingerMs);
    request.once('close', () => clearTimeout(timer));
    const length = request.headers['content-length'];
    if (length !== undefined && Number(length) <= MAX_UNREAD) request.resume();
    // Node itself begins to read, in order to discard, what has not been touched.
    else setImmediate(() => request.socket.pause());
  });
}

/** A client that sends nothing more has nothing on its way that could be in the way of the answer. */
const CLOSE = { headers: { connection: 'close' } };

/** The body's chunks. @throws Problem `REQUEST_TIMEOUT` on silence, `BAD_REQUEST` when cut off. */
export async function* streamBody(
  request: IncomingMessage,
  idleMs: number,
): AsyncGenerator<Uint8Array> {
  expecting.get(request)?.writeContinue();
  expecting.delete(request);
  const chunks = request.iterator({ destroyOnReturn: false });
  try {
    yield* readChunks(chunks, idleMs);
  } finally {
    // Not awaited: where a chunk is still waited for, this comes after it.
    void chunks.return?.();
  }
}

async function* readChunks(
  chunks: NodeJS.AsyncIterator<unknown>,
  idleMs: number,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const timer = Promise.withResolvers<never>();
    const timeout = setTimeout(
      () => timer.reject(new Problem('REQUEST_TIMEOUT', undefined, CLOSE)),
      idleMs,
    );
    try {
      const next = await Promise.race([chunks.next(), timer.promise]);
      if (next.done) return;
      yield next.value as Uint8Array;
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem('BAD_REQUEST', 'the body was cut off', { cause: error });
    } finally {
      clearTimeout(timeout);
    }
  }
}

/**
 * The whole body. `hold` is told of bytes before they are kept, and may refuse.
 * @throws Problem `TOO_LARGE`, `REQUEST_TIMEOUT`, `BAD_REQUEST`.
 */
export async function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  hold: (bytes: number) => void,
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes)
    throw new Problem('TOO_LARGE');
  const deadline = Date.now() + limits.totalMs;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of streamBody(request, limits.idleMs)) {
    size += chunk.length;
    if (size > limits.maxBytes) throw new Problem('TOO_LARGE');
    if (Date.now() > deadline) throw new Problem('REQUEST_TIMEOUT');
    hold(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws JsonError, Problem `BAD_INPUT` with field errors. */
export function parseBody<S extends z.ZodType>(
  bytes: Uint8Array,
  schema: S,
  limits: Pick<BodyLimits, 'maxBytes' | 'maxDepth'>,
): z.output<S> {
  const parsed = schema.safeParse(parseStrict(bytes, limits));
  if (!parsed.success) throw fieldProblem(parsed.error.issues);
  return parsed.data;
}

/** @throws Problem `TOO_LARGE` once more than `maxBytes` have come. */
export async function* limitBytes(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new Problem('TOO_LARGE');
    yield chunk;
  }
}
