/** Limits that protect the gateway from its callers. */
import type { Server } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { BodyLimits } from './body.ts';
import { Problem } from './problem.ts';
import { createShares } from './shares.ts';

export interface GatewayLimits {
  readonly body: BodyLimits;
  /** Requests a minute from one address, signed in or not. */
  readonly perAddress: number;
  /** Requests a minute of one principal. */
  readonly perPrincipal: number;
  /** Requests worked on at once, streams apart; shared among principals (shares.ts). */
  readonly maxInFlight: number;
  /** Event streams open at once; shared among principals. */
  readonly maxStreams: number;
  /** Bytes of bodies and answers held in memory at once; shared among principals. */
  readonly maxHeldBytes: number;
  /** Connections open at once; shared among addresses. */
  readonly maxConnections: number;
  /** Longest time from a connection's opening, or its first byte, to the end of the headers, milliseconds. */
  readonly headersMs: number;
  /** A reader that takes nothing for this long is cut off, milliseconds. */
  readonly stallMs: number;
  /** What is left of a refused body is read for so long, so that the refusal arrives, milliseconds. */
  readonly lingerMs: number;
  /** Longest wait for `Tabellion-Min-Height`, milliseconds. */
  readonly minHeightMs: number;
  /** Silence after which an event stream sends a comment, milliseconds. */
  readonly heartbeatMs: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  body: { maxBytes: 524_288, maxDepth: 16, idleMs: 30_000, totalMs: 60_000 },
  perAddress: 12_000,
  perPrincipal: 6_000,
  maxInFlight: 512,
  maxStreams: 128,
  maxHeldBytes: 67_108_864,
  maxConnections: 1024,
  headersMs: 15_000,
  stallMs: 30_000,
  lingerMs: 2000,
  minHeightMs: 10_000,
  heartbeatMs: 15_000,
};

const WINDOW_MS = 60_000;

export function limitByAddress(perMinute: number): RequestHandler {
  return limiter(perMinute, ({ ip }) => ipKeyGenerator(ip ?? 'unknown'), false);
}

/** Resolves if the request may go on. @throws Problem `RATE_LIMITED`. */
export function limitByPrincipal(perMinute: number) {
  const keys = new WeakMap<Request, string>();
  const limit = limiter(perMinute, (request) => keys.get(request)!, 'draft-8');
  return (request: Request, response: Response, principal: string) => {
    keys.set(request, principal);
    return new Promise<void>((resolve, reject) => {
      Promise.resolve(
        limit(request, response, (error?: unknown) => (error ? reject(error) : resolve())),
      ).catch(reject);
    });
  };
}

/** Callers are told what is left of their own share; of their address's, only when it is used up. */
const limiter = (
  limit: number,
  keyGenerator: (request: Request) => string,
  standardHeaders: 'draft-8' | false,
) =>
  rateLimit({
    windowMs: WINDOW_MS,
    limit,
    keyGenerator,
    standardHeaders,
    legacyHeaders: false,
    handler: (request, _response, next) => {
      const { resetTime } = (request as RateLimited).rateLimit;
      const wait = Math.ceil((resetTime.getTime() - Date.now()) / 1000);
      const headers = { 'retry-after': String(Math.max(1, wait)) };
      next(new Problem('RATE_LIMITED', undefined, { headers }));
    },
  });

/** What express-rate-limit knows of a request once it counted it. */
type RateLimited = Request & { readonly rateLimit: { readonly resetTime: Date } };

/** Connections above an address's share are closed as they come; those that are open go on. */
export function limitConnections(server: Server, maximum: number): void {
  const shares = createShares(maximum);
  server.on('connection', (socket) => {
    try {
      socket.once('close', shares.take(ipKeyGenerator(socket.remoteAddress ?? 'unknown')));
    } catch {
      socket.destroy();
    }
  });
}

/** Requests whose handlers have no time-outs of their own. */
export function endAfter(ms: number): RequestHandler {
  return (request, response, next) => {
    const timer = setTimeout(() => request.destroy(), ms);
    response.once('close', () => clearTimeout(timer));
    next();
  };
}
