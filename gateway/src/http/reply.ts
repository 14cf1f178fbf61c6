/** Sending: JSON, exact bytes, or a stream that never runs ahead of its reader. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Reply } from './endpoint.ts';
import { PROBLEM_MEDIA_TYPE, type Problem } from './problem.ts';

/** What of an answer is given to the socket at once, bytes. */
export const PIECE = 65_536;

export const isStream = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/** The bytes of a body that is not a stream. */
export function encodeBody(body: unknown): Buffer {
  return body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.from(JSON.stringify(body), 'utf8');
}

/** A reader that takes nothing for `stallMs` is cut off, however the answer is sent. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  stallMs: number,
): Promise<void> {
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.body === undefined) return endWithin(response, stallMs);
  response.setHeader('content-type', reply.mediaType ?? 'application/json');
  if (isStream(reply.body)) return sendStream(response, reply.body, stallMs);
  const bytes = encodeBody(reply.body);
  response.setHeader('content-length', bytes.length);
  if (bytes.length > PIECE) return sendStream(response, cut(bytes), stallMs);
  endWithin(response, stallMs, bytes);
}

export function sendProblem(response: ServerResponse, problem: Problem, stallMs: number): void {
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  const bytes = Buffer.from(JSON.stringify(problem), 'utf8');
  response.statusCode = problem.status;
  response.setHeader('content-type', PROBLEM_MEDIA_TYPE);
  response.setHeader('content-length', bytes.length);
  endWithin(response, stallMs, bytes);
}

async function* cut(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/**
 * Holds one piece beside the socket's own buffer, and cuts off a reader that stalls. An error of the
 * source cuts the answer off, visibly.
 */
async function sendStream(
  response: ServerResponse,
  body: AsyncIterable<Uint8Array>,
  stallMs: number,
) {
  response.flushHeaders();
  try {
    for await (const piece of body) {
      if (response.destroyed) return;
      if (!response.write(piece) && !(await waitForDrain(response, stallMs))) return;
    }
    endWithin(response, stallMs);
  } finally {
    if (!response.writableEnded) response.destroy();
  }
}

/** Ends the answer; what the reader has not taken from the socket's buffer by then is not kept for it. */
function endWithin(response: ServerResponse, stallMs: number, bytes?: Uint8Array): void {
  const timer = setTimeout(() => response.destroy(), stallMs);
  response.once('close', () => clearTimeout(timer));
  response.end(bytes);
}

async function waitForDrain(response: ServerResponse, stallMs: number): Promise<boolean> {
  const gone = new AbortController();
  const abort = () => gone.abort();
  const timer = setTimeout(abort, stallMs);
  response.once('close', abort);
  return once(response, 'drain', { signal: gone.signal })
    .then(
      () => true,
      () => false,
    )
    .finally(() => {
      clearTimeout(timer);
      response.off('close', abort);
    });
}
