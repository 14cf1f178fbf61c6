/** The gateway's HTTP surface: every route of `/v1`, the reference page, and nothing by default. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import helmet from 'helmet';
import { custodyEndpoints } from '../custody/routes.ts';
import { disclosureEndpoints } from '../disclosure/routes.ts';
import { guestEndpoints } from '../disclosure/view-routes.ts';
import { evidenceEndpoints } from '../evidence/routes.ts';
import { flowEndpoints } from '../flow/routes.ts';
import { journalEndpoints } from '../journal/routes.ts';
import { feedEndpoints } from '../label/feed-routes.ts';
import { fetchEndpoints } from '../label/fetch/routes.ts';
import { privateEndpoints } from '../label/private/routes.ts';
import { labelEndpoints } from '../label/routes.ts';
import { screenEndpoints } from '../label/screen-routes.ts';
import { memberEndpoints } from '../member/routes.ts';
import { adviceEndpoints } from '../order/advice-routes.ts';
import { orderEndpoints } from '../order/routes.ts';
import { reviewEndpoints } from '../review/routes.ts';
import { alertEndpoints } from '../watch/alert-routes.ts';
import { oversightEndpoints } from '../watch/oversight-routes.ts';
import { watchEndpoints } from '../watch/routes.ts';
import { webhookEndpoints } from '../webhook/routes.ts';
import { actEndpoints } from './act-routes.ts';
import { deferContinue, endUnreadBody } from './body.ts';
import type { GatewayDeps } from './deps.ts';
import { docsRouter } from './docs.ts';
import { type AnyEndpoint, defineEndpoint } from './endpoint.ts';
import { healthEndpoints } from './health-routes.ts';
import { openIdempotencyStore } from './idempotency.ts';
import { itemEndpoints } from './item-routes.ts';
import { ledgerEndpoints } from './ledger-routes.ts';
import {
  DEFAULT_LIMITS,
  endAfter,
  type GatewayLimits,
  limitByAddress,
  limitConnections,
} from './limits.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { buildOpenApi } from './openapi.ts';
import { createPipeline } from './pipeline.ts';
import { Problem, toProblem } from './problem.ts';
import { sendProblem } from './reply.ts';

export const API_VERSION = '0.1.0';
/** In-flight requests have this long to end when the gateway closes, milliseconds. */
const DRAIN_MS = 10_000;
/** A request of the development sign-in has this long, milliseconds. */
const SIGN_IN_MS = 30_000;

export interface Gateway {
  readonly app: Express;
  /** Every route, as described to callers. */
  readonly endpoints: readonly AnyEndpoint[];
  /** Starts to listen; port 0 picks a free one. */
  listen(address: { host: string; port: number }): Promise<Server>;
  /** Ends streams, lets requests in flight finish, then closes what the gateway itself opened. */
  close(): Promise<void>;
}

export function createGateway(deps: GatewayDeps, overrides: Partial<GatewayLimits> = {}): Gateway {
  const limits = { ...DEFAULT_LIMITS, ...overrides };
  const closing = new AbortController();
  const idempotency = openIdempotencyStore(join(deps.directory, 'idempotency.sqlite'), deps.now);
  const metrics = createMetrics(deps);
  const endpoints = describeEndpoints(deps, limits, metrics);
  const serve = createPipeline({ deps, limits, idempotency, closing: closing.signal });
  const servers = new Set<Server>();

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);
  app.use(observe(deps, metrics));
  app.use((request, response, next) => {
    endUnreadBody(request, response, limits.lingerMs);
    next();
  });
  app.use(limitByAddress(limits.perAddress));
  if (deps.issuerMiddleware) app.use('/oidc', endAfter(SIGN_IN_MS), deps.issuerMiddleware);
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
      referrerPolicy: { policy: 'no-referrer' },
    }),
  );
  app.get('/', (_request, response) => response.redirect('/docs/'));
  app.use('/docs', docsRouter());
  const routerOf = mountWords(app);
  for (const [path, group] of byPath(endpoints)) {
    const { router, rest } = routerOf(path);
    for (const endpoint of group) {
      router[endpoint.method](rest, (request, response) => {
        response.locals.route = path;
        return serve(endpoint, request, response);
      });
    }
    router.all(rest, (_request, response) => {
      response.locals.route = path;
      throw new Problem('METHOD_NOT_ALLOWED', undefined, { headers: { allow: allowed(group) } });
    });
  }
  app.use(() => {
    throw new Problem('ROUTE_UNKNOWN');
  });
  app.use(answerError(deps, limits));

  return {
    app,
    endpoints,
    async listen(address) {
      const server = await openServer(app, limits, address);
      servers.add(server);
      return server;
    },
    async close() {
      closing.abort();
      await Promise.all([...servers].map(closeServer));
      idempotency.close();
    },
  };
}

function describeEndpoints(
  deps: GatewayDeps,
  limits: GatewayLimits,
  metrics: Metrics,
): readonly AnyEndpoint[] {
  const endpoints: AnyEndpoint[] = [
    ...memberEndpoints(deps),
    ...actEndpoints(deps),
    ...evidenceEndpoints(deps),
    ...custodyEndpoints(deps),
    ...reviewEndpoints(deps),
    ...disclosureEndpoints(deps),
    ...guestEndpoints(deps),
    ...labelEndpoints(deps),
    ...orderEndpoints(deps),
    ...adviceEndpoints(deps),
    ...fetchEndpoints(deps),
    ...screenEndpoints(deps),
    ...flowEndpoints(deps),
    ...feedEndpoints(deps),
    ...watchEndpoints(deps),
    ...alertEndpoints(deps, limits),
    ...oversightEndpoints(deps),
    ...webhookEndpoints(deps),
    ...privateEndpoints(deps),
    ...itemEndpoints(deps),
    ...ledgerEndpoints(deps, limits),
    ...journalEndpoints(deps),
    ...healthEndpoints(deps, metrics),
    defineEndpoint({
      method: 'get',
      path: '/v1/openapi.json',
      id: 'showOpenApi',
      tag: 'operations',
      summary: 'This document',
      access: 'public',
      answers: { 200: { description: 'OpenAPI 3.1' } },
      handle: async () => ({ status: 200, body: document }),
    }),
  ];
  const document = buildOpenApi(endpoints, API_VERSION);
  return endpoints;
}

/** Express asks route after route: each word has a router of its own, so that a request meets few. */
function mountWords(app: Express) {
  const routers = new Map<string, Router>();
  return (path: string): { router: Router; rest: string } => {
    const [, version, word, ...rest] = path.split('/');
    if (rest.length === 0) return { router: app, rest: path };
    const prefix = `/${version}/${word}`;
    let router = routers.get(prefix);
    if (router === undefined) {
      router = express.Router({ caseSensitive: true });
      routers.set(prefix, router);
      app.use(prefix, router);
    }
    return { router, rest: `/${rest.join('/')}` };
  };
}

function byPath(endpoints: readonly AnyEndpoint[]): Map<string, AnyEndpoint[]> {
  const groups = new Map<string, AnyEndpoint[]>();
  for (const endpoint of endpoints) {
    groups.set(endpoint.path, [...(groups.get(endpoint.path) ?? []), endpoint]);
  }
  return groups;
}

const allowed = (group: readonly AnyEndpoint[]) =>
  group
    .flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
    .join(', ');

/** Logs and counts each request: its route template, never its path, query or headers. */
function observe({ logger }: GatewayDeps, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    response.once('close', () => {
      const ms = performance.now() - started;
      const route = routeOf(response);
      const { statusCode: status } = response;
      metrics.observe(request.method, route, status, ms / 1000);
      logger.info(
        { requestId, method: request.method, route, status, ms: Math.round(ms) },
        'request',
      );
    });
    next();
  };
}

const routeOf = ({ locals }: Response) =>
  typeof locals.route === 'string' ? locals.route : 'other';

/** What Express itself refuses, as a problem. */
function answerError({ logger }: GatewayDeps, { stallMs }: GatewayLimits): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error instanceof Error && 'status' in error ? error.status : undefined;
    const known = error instanceof Problem || status === undefined || Number(status) >= 500;
    const problem = known ? toProblem(error) : new Problem('BAD_REQUEST');
    if (problem.status >= 500) logger.error({ code: problem.code }, 'request failed');
    sendProblem(response, problem, stallMs);
  };
}

/**
 * Streams of items may last, so no request as a whole has a time-out; headers and bodies have
 * (body.ts), and connections that send nothing are headers that do not come.
 */
async function openServer(
  app: Express,
  { maxConnections, headersMs }: GatewayLimits,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const timeouts = { headersTimeout: headersMs, connectionsCheckingInterval: headersMs / 3 };
  const server = createServer({ ...timeouts, requestTimeout: 0, maxHeaderSize: 16_384 }, app);
  server.maxHeadersCount = 64;
  server.on('checkContinue', (request, response) => {
    deferContinue(request, response);
    app(request, response);
  });
  limitConnections(server, maxConnections);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // Connections become idle one by one, as their answers end.
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}
