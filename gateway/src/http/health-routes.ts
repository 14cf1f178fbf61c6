/** Whether the gateway lives and can do its work, and its metrics. */
import { access, constants } from 'node:fs/promises';
import { utf8 } from '@tabellion/proof';
import { z } from 'zod';
import type { GatewayDeps } from './deps.ts';
import { hasRoom } from './disk-full.ts';
import { type AnyEndpoint, defineEndpoint } from './endpoint.ts';
import type { Metrics } from './metrics.ts';

/** A projection further behind than this answers with old news. */
const MAX_LAG = 2;
const PATIENCE_MS = 2000;
const tag = 'operations';

const live = z.strictObject({ status: z.literal('live') });
const check = z.enum(['ok', 'failed']);
const ready = z.strictObject({
  status: z.enum(['ready', 'not-ready']),
  checks: z.strictObject({ ledger: check, projection: check, disk: check }),
  pendingRevocations: z
    .int()
    .min(0)
    .describe('Revoked certificates that other members accept until the channel has the list'),
  missingManifests: z
    .int()
    .min(0)
    .describe('Label batches whose manifest is not here: until it is, no address can be screened'),
});

export function healthEndpoints(deps: GatewayDeps, metrics: Metrics): AnyEndpoint[] {
  const { ledger, projection } = deps;

  const checkReadiness = async () => {
    const height = await withPatience(ledger.height()).catch(() => undefined);
    const disk = await access(deps.directory, constants.W_OK).then(
      () => hasRoom(deps.directory),
      () => false,
    );
    const lag = height === undefined ? Number.POSITIVE_INFINITY : height - projection.height;
    return { ledger: height !== undefined, projection: lag <= MAX_LAG, disk };
  };

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/health/live',
      id: 'checkLive',
      tag,
      summary: 'The process answers',
      access: 'public',
      answers: { 200: { description: 'It does', schema: live } },
      handle: async () => ({ status: 200, body: { status: 'live' } }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/health/ready',
      id: 'checkReady',
      tag,
      summary: 'Ledger reachable, projection caught up, disk writable',
      access: 'public',
      answers: {
        200: { description: 'Ready', schema: ready },
        503: { description: 'Not ready', schema: ready },
      },
      handle: async () => {
        const results = Object.entries(await checkReadiness());
        const ok = results.every(([, passed]) => passed);
        return {
          status: ok ? 200 : 503,
          ...(!ok && { headers: { 'retry-after': '1' } }),
          body: {
            status: ok ? 'ready' : 'not-ready',
            checks: Object.fromEntries(
              results.map(([name, passed]) => [name, passed ? 'ok' : 'failed']),
            ),
            pendingRevocations: deps.pendingRevocations().length,
            missingManifests: deps.labels.fetcher.missing().length,
          },
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/metrics',
      id: 'readMetrics',
      tag,
      summary: 'Prometheus metrics',
      access: ['system', 'auditor', 'delegate'],
      answers: { 200: { description: 'Metrics', mediaType: 'text/plain' } },
      handle: async () => ({
        status: 200,
        body: utf8(await metrics.registry.metrics()),
        mediaType: metrics.registry.contentType,
      }),
    }),
  ];
}

async function withPatience<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('too slow')), PATIENCE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
