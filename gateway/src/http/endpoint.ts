/** One description of a route: it is mounted, documented and tested from the same object. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Role } from '@tabellion/chaincode/member/record';
import type { z } from 'zod';
import type { Signed } from '../ledger/port.ts';
import type { Guest, Principal } from './deps.ts';
import type { Begun } from './idempotency.ts';
import type { Problem } from './problem.ts';

export type Access =
  /** No token. */
  | 'public'
  /** Any role of any member. */
  | 'member'
  /** Nobody's role: whoever holds a grant and its secret. */
  | 'grant'
  /** Nobody's role: another member's gateway, by a request that its service key signed. */
  | 'gateway'
  | readonly Role[];

export interface Call<P = unknown, Q = unknown, B = unknown> {
  /** Where `access` is `gateway`, the service of the member that asks. */
  readonly principal: Principal;
  /** Where `access` is `grant`, in place of the principal. */
  readonly guest: Guest | undefined;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The raw body, where `streams` allows its media type. */
  readonly stream: AsyncIterable<Uint8Array> | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Fires when the client is gone; for endpoints that stay open, also when the gateway closes. */
  readonly signal: AbortSignal;
  /** Says what an act was about, for the journal, as soon as it is known. */
  note(fact: { verb?: string; certificate?: string }): void;
  /** Journals a refusal that can only be told inside a stream that has begun. */
  refused(problem: Problem): Promise<void>;
  /**
   * Names the request for good, where it has an `Idempotency-Key`: what can be done under a name need
   * not be remembered to be done once.
   */
  readonly name: string | undefined;
  /** Remembers which transaction the request submits, so that a cut-off replay can be resolved. */
  remember(txId: string, submitted: Signed): void;
}

export interface Reply {
  readonly status: number;
  /** JSON value, exact bytes, or a stream of bytes. */
  readonly body?: unknown;
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ledger keys (or names of lists) that the answer shows; journalled before it is sent (O-3). */
  readonly disclosed?: readonly string[];
  /** Whether it is the last word, asked at the end of a stream; else no `Idempotency-Key` keeps it. */
  readonly isFinal?: () => boolean;
}

export interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly mediaType?: string;
}

export interface Endpoint<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post' | 'put';
  /** Express path with `:name` parameters. */
  readonly path: string;
  /** OpenAPI operation ID. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: P;
  readonly query?: Q;
  /** JSON body. */
  readonly body?: B;
  /** Media types that are handed over unread. */
  readonly streams?: readonly string[];
  /** Refusals are journalled; `Idempotency-Key` is honoured. */
  readonly act?: boolean;
  /**
   * The same request under the same `Idempotency-Key` goes on where the one before ended, so that no
   * refusal is its last word.
   */
  readonly resumable?: boolean;
  /** The answer shows evidence or its metadata: `disclosed` must be given (O-3). */
  readonly logged?: boolean;
  /** Answers from the projection: `Tabellion-Min-Height` is honoured. */
  readonly projected?: boolean;
  /** Concerns the caller's own identity only: also for people of a member that is not active. */
  readonly own?: boolean;
  /** Stays open: counted apart, and ended when the gateway closes. */
  readonly open?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of problems beside those that follow from the rest of the description (openapi.ts). */
  readonly refusals?: readonly number[];
  readonly handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<Reply>;
  /** Answers a replay whose first request was cut off after it had begun to submit something. */
  readonly resolve?: (begun: Begun, call: Call) => Promise<Reply>;
}

/** Any endpoint, its schemas' types forgotten: the pipeline parses before it calls. */
export type AnyEndpoint = Omit<Endpoint, 'handle'> & {
  readonly handle: (call: Call) => Promise<Reply>;
};

export function defineEndpoint<
  P extends z.ZodType = z.ZodType<undefined>,
  Q extends z.ZodType = z.ZodType<undefined>,
  B extends z.ZodType = z.ZodType<undefined>,
>(endpoint: Endpoint<P, Q, B>): AnyEndpoint {
  return endpoint as unknown as AnyEndpoint;
}
