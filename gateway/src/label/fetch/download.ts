/**
 * One manifest from one gateway, as it streams in. Nothing that the other side does takes more than a
 * piece of memory, more bytes than the batch can have, or more time than they are worth.
 */
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { FetchError } from './error.ts';
import type { GatewaySource } from './gateways-file.ts';

export interface DownloadLimits {
  /** Longest wait for an answer, and longest silence in it, milliseconds. */
  readonly idleMs: number;
  /** From that time on what has come must be so many bytes for each second, milliseconds. */
  readonly graceMs: number;
  readonly leastBytesPerSecond: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = {
  idleMs: 30_000,
  graceMs: 30_000,
  leastBytesPerSecond: 262_144,
};

export interface DownloadOptions {
  /** Path below the gateway's address. */
  readonly path: string;
  readonly authorization: string;
  readonly mediaType: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly limits?: DownloadLimits;
}

/** @throws FetchError; what `signal` was aborted with. */
export async function* download(
  source: GatewaySource,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal, maxBytes, limits = DOWNLOAD_LIMITS } = options;
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const slow = new FetchError('SOURCE_SLOW', 'it sends too slowly');
  let idle = setTimeout(() => ended.abort(slow), limits.idleMs);
  const begun = performance.now();
  let bytes = 0;
  const pace = setInterval(() => {
    const seconds = (performance.now() - begun - limits.graceMs) / 1000;
    if (bytes < seconds * limits.leastBytesPerSecond) ended.abort(slow);
  }, 250);
  try {
    const answer = await open(source, options, stop);
    assertManifest(answer, options);
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge();
      clearTimeout(idle);
      yield chunk;
      // What is written here takes its time: that is not the other side's.
      idle = setTimeout(() => ended.abort(slow), limits.idleMs);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (ended.signal.aborted) throw slow;
    if (error instanceof FetchError || !isOfConnection(error)) throw error;
    throw new FetchError('SOURCE_CUT_OFF', 'the answer ended early', { cause: error });
  } finally {
    clearTimeout(idle);
    clearInterval(pace);
    ended.abort(new FetchError('SOURCE_CUT_OFF', 'nobody reads on'));
  }
}

/** No redirect is followed, and no proxy asked: the address is the operator's. */
function open(
  { url, ca }: GatewaySource,
  { path, authorization, mediaType }: DownloadOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const target = new URL(url.pathname.replace(/\/$/, '') + path, url);
  const headers = { authorization, accept: mediaType, 'accept-encoding': 'identity' };
  return new Promise((resolve, reject) => {
    const options = { headers, signal, agent: false as const };
    const sent =
      target.protocol === 'https:'
        ? requestSecure(target, { ...options, ...(ca !== undefined && { ca }) })
        : requestPlain(target, options);
    sent.on('response', resolve);
    sent.on('error', (cause) =>
      reject(new FetchError('SOURCE_UNREACHABLE', 'no answer', { cause })),
    );
    sent.end();
  });
}

/** @throws FetchError `SOURCE_REFUSED`, `SOURCE_NO_MANIFEST`, `SOURCE_TOO_LARGE`. */
function assertManifest(
  { statusCode, headers }: IncomingMessage,
  { mediaType, maxBytes }: DownloadOptions,
): void {
  if (statusCode !== 200) throw new FetchError('SOURCE_REFUSED', `it answers ${statusCode}`);
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (type.trim().toLowerCase() !== mediaType || encoding !== 'identity')
    throw new FetchError('SOURCE_NO_MANIFEST', 'it answers what is no manifest');
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
}

const tooLarge = () => new FetchError('SOURCE_TOO_LARGE', 'it is longer than the batch can be');

/** Of the socket or of HTTP, and not of whoever takes the bytes. */
const isOfConnection = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+)$/.test(String(error.code));
