/**
 * One attempt to hand a message over. Only the status of the answer counts: its body is not read, a
 * redirect is not followed, and whoever keeps the line open is hung up on.
 */
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Guard, Target } from './guard.ts';

/** How an attempt ended. Every code has its page (`tabellion explain`). */
export const ATTEMPT_CODES = [
  'DELIVERED',
  /** An answer other than 2xx. */
  'ANSWER_REFUSED',
  'ANSWER_REDIRECTS',
  /** 410: the receiver wants no more. */
  'ANSWER_GONE',
  'ANSWER_TIMED_OUT',
  'RECEIVER_UNREACHABLE',
  /** No certificate that is accepted, or no TLS at all. */
  'RECEIVER_TLS',
  'RECEIVER_PRIVATE',
] as const;
export type AttemptCode = (typeof ATTEMPT_CODES)[number];

export interface Attempted {
  readonly code: AttemptCode;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** Seconds after which the receiver asks to be tried again. */
  readonly retryAfter: number | null;
}

export interface Sending {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
}

export type Send = (sending: Sending, signal: AbortSignal) => Promise<Attempted>;

const failed = (code: AttemptCode): Attempted => ({ code, status: null, retryAfter: null });

/** @param timeoutMs for all of it, from the look-up of the name to the head of the answer. */
export function createSend({ guard, timeoutMs }: { guard: Guard; timeoutMs: number }): Send {
  return async ({ url, headers, payload }, closing) => {
    const patience = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([closing, patience]);
    // A look-up cannot be ended, only left behind.
    const ended = new Promise<'ended'>((resolve) => {
      signal.addEventListener('abort', () => resolve('ended'), { once: true });
    });
    const resolving = guard.resolve(url).catch(() => 'unknown' as const);
    const target = await Promise.race([resolving, ended]);
    if (target === 'ended') return failed('ANSWER_TIMED_OUT');
    if (target === 'unknown') return failed('RECEIVER_UNREACHABLE');
    if (target === undefined) return failed('RECEIVER_PRIVATE');
    try {
      return await post({ url, headers, payload }, target, signal);
    } catch (error) {
      if (signal.aborted) return failed('ANSWER_TIMED_OUT');
      return failed(isAboutTls(error) ? 'RECEIVER_TLS' : 'RECEIVER_UNREACHABLE');
    }
  };
}

function post({ url, headers, payload }: Sending, target: Target, signal: AbortSignal) {
  // What was checked is what is connected to, whatever the name says a moment later.
  const pinned: LookupFunction = (_host, { all }, done) => {
    if (all) done(null, [target]);
    else done(null, target.address, target.family);
  };
  const request = url.protocol === 'http:' ? requestPlain : requestTls;
  return new Promise<Attempted>((resolve, reject) => {
    const sent = request(url, {
      ...{ method: 'POST', lookup: pinned, agent: false, signal, maxHeaderSize: 16_384 },
      headers: { ...headers, 'content-length': payload.length },
    });
    sent.once('error', reject);
    sent.once('response', (answer) => {
      resolve(judge(answer.statusCode ?? 0, answer.headers['retry-after']));
      answer.on('error', () => undefined);
      // Whatever it would still say is not for us: it may never end.
      sent.destroy();
    });
    sent.end(payload);
  });
}

function judge(status: number, wait: string | undefined): Attempted {
  const retryAfter = wait !== undefined && /^\d{1,6}$/.test(wait) ? Number(wait) : null;
  return { code: codeOf(status), status, retryAfter };
}

function codeOf(status: number): AttemptCode {
  if (status >= 200 && status < 300) return 'DELIVERED';
  if (status === 410) return 'ANSWER_GONE';
  return status >= 300 && status < 400 ? 'ANSWER_REDIRECTS' : 'ANSWER_REFUSED';
}

function isAboutTls(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return /EPROTO|CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code);
}
