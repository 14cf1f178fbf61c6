/** Sending: JSON, exact bytes, or a stream that never runs ahead of its reader. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Reply } from './endpoint.ts';
import { PROBLEM_MEDIA_TYPE, type Problem } from './problem.ts';

/** A reader that takes nothing for this long is cut off, milliseconds. */
const STALL_MS = 30_000;

export const isStream = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/** The bytes of a body that is not a stream. */
export function encodeBody(body: unknown): Buffer {
  return body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.from(JSON.stringify(body), 'utf8');
}

export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.body === undefined) return void response.end();
  response.setHeader('content-type', reply.mediaType ?? 'application/json');
  if (isStream(reply.body)) return sendStream(response, reply.body);
  const bytes = encodeBody(reply.body);
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  const bytes = Buffer.from(JSON.stringify(problem), 'utf8');
  response.statusCode = problem.status;
  response.setHeader('content-type', PROBLEM_MEDIA_TYPE);
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

/**
 * Holds one piece beside the socket's own buffer, and cuts off a reader that stalls. An error of the
 * source cuts the answer off, visibly.
 */
async function sendStream(response: ServerResponse, body: AsyncIterable<Uint8Array>) {
  response.flushHeaders();
  try {
    for await (const piece of body) {
      if (response.destroyed) return;
      if (!response.write(piece) && !(await waitForDrain(response))) return;
    }
    response.end();
  } finally {
    if (!response.writableEnded) response.destroy();
  }
}

async function waitForDrain(response: ServerResponse): Promise<boolean> {
  const gone = new AbortController();
  const abort = () => gone.abort();
  const timer = setTimeout(abort, STALL_MS);
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
