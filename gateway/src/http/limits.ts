/** Limits that protect the gateway from its callers. */
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { BodyLimits } from './body.ts';
import { Problem } from './problem.ts';

export interface GatewayLimits {
  readonly body: BodyLimits;
  /** Requests a minute from one address, signed in or not. */
  readonly perAddress: number;
  /** Requests a minute of one principal. */
  readonly perPrincipal: number;
  /** Requests worked on at once, streams apart. */
  readonly maxInFlight: number;
  /** Event streams open at once. */
  readonly maxStreams: number;
  /** Longest wait for `Tabellion-Min-Height`, milliseconds. */
  readonly minHeightMs: number;
  /** Silence after which an event stream sends a comment, milliseconds. */
  readonly heartbeatMs: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  body: { maxBytes: 524_288, maxDepth: 16, idleMs: 30_000, totalMs: 60_000 },
  perAddress: 12_000,
  perPrincipal: 6_000,
  maxInFlight: 256,
  maxStreams: 128,
  minHeightMs: 10_000,
  heartbeatMs: 15_000,
};

export function limitByAddress(perMinute: number): RequestHandler {
  return limiter(perMinute, ({ ip }) => ipKeyGenerator(ip ?? 'unknown'));
}

/** Resolves if the request may go on. @throws Problem `RATE_LIMITED`. */
export function limitByPrincipal(perMinute: number) {
  const keys = new WeakMap<Request, string>();
  const limit = limiter(perMinute, (request) => keys.get(request)!);
  return (request: Request, response: Response, principal: string) => {
    keys.set(request, principal);
    return new Promise<void>((resolve, reject) => {
      Promise.resolve(
        limit(request, response, (error?: unknown) => (error ? reject(error) : resolve())),
      ).catch(reject);
    });
  };
}

const limiter = (limit: number, keyGenerator: (request: Request) => string) =>
  rateLimit({
    windowMs: 60_000,
    limit,
    keyGenerator,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_request, response, next) => {
      const wait = response.getHeader('retry-after') ?? 60;
      next(new Problem('RATE_LIMITED', undefined, { headers: { 'retry-after': String(wait) } }));
    },
  });

/** Counts what is open. */
export function createGate(maximum: number) {
  let open = 0;
  return {
    /** Returns the function that leaves again. @throws Problem `OVERLOADED`. */
    enter(): () => void {
      if (open >= maximum)
        throw new Problem('OVERLOADED', undefined, { headers: { 'retry-after': '1' } });
      open += 1;
      let left = false;
      return () => {
        if (!left) open -= 1;
        left = true;
      };
    },
  };
}
