/** Prometheus metrics; a registry of its own for each gateway. No label holds anything personal. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { GatewayDeps } from './deps.ts';

export interface Metrics {
  readonly registry: Registry;
  observe(method: string, route: string, status: number, seconds: number): void;
}

export function createMetrics({ ledger, projection, labels, now }: GatewayDeps): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = new Counter({
    name: 'tabellion_http_requests_total',
    help: 'Requests by route template and status',
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: 'tabellion_http_request_seconds',
    help: 'Time to the end of the answer',
    labelNames,
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 20],
    registers,
  });
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  const count = (sql: string) => {
    const statement = projection.database.prepare(sql);
    return () => (statement.get() as { count: number }).count;
  };
  const ledgerHeight = () => ledger.height().catch(() => Number.NaN);
  gauge('tabellion_ledger_height', 'Blocks on the ledger; NaN while unreachable', ledgerHeight);
  gauge('tabellion_projection_height', 'Blocks projected', () => projection.height);
  gauge(
    'tabellion_projection_lag_blocks',
    'Blocks not projected yet',
    async () => (await ledgerHeight()) - projection.height,
  );
  gauge(
    'tabellion_unreadable_keys',
    'Keys under which the ledger holds what no contract of ours writes: ask for an audit',
    count('SELECT count(*) AS count FROM unreadable'),
  );
  const { fetcher } = labels;
  gauge(
    'tabellion_label_manifests_missing',
    'Label batches whose manifest is not here: nothing can be said of any address until it is',
    () => fetcher.missing().length,
  );
  gauge('tabellion_label_manifest_missing_seconds', 'Since the oldest of them was asserted', () => {
    const [oldest] = fetcher.missing();
    return oldest === undefined ? 0 : Math.max(0, (now() - oldest.record.act.at) / 1000);
  });
  gauge(
    'tabellion_label_manifests_fetched',
    'Label manifests fetched from other gateways since the start',
    () => fetcher.counts.fetched,
  );
  gauge(
    'tabellion_label_fetch_failures',
    'Tries to fetch one that failed since the start',
    () => fetcher.counts.failed,
  );
  gauge('tabellion_batches', 'Batches on the ledger', count('SELECT count(*) AS count FROM batch'));
  gauge(
    'tabellion_items',
    'Items on the ledger',
    count('SELECT coalesce(sum(size), 0) AS count FROM batch'),
  );

  return {
    registry,
    observe(method, route, status, seconds) {
      const labels = { method, route, status: String(status) };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
  };
}
