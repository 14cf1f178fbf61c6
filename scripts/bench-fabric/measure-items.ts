/** Items through the product: how many a second, and how long one request takes at half of that. */
import { MAX_AGE_MS } from '../../gateway/src/evidence/anchoring.ts';
import { BLOCK_INTERVAL_MS } from '../../node-config/fabric/configtx.ts';
import { comparePairs, median, percentile, type Row, toRow } from '../bench-common/report.ts';
import { type Bench, describeFailures, measureTransactions } from './bench.ts';
import { type CheckedItems, checkProofs } from './check-proofs.ts';
import { createItemClient, type ItemClient } from './item-client.ts';
import { arriveAtRate, keepInFlight } from './load.ts';
import { type Client, createAssets, inTurns, openAcquisition } from './transactions.ts';

export interface Latency {
  readonly requests: number;
  readonly failed: number;
  readonly itemsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly goal: number;
  readonly ok: boolean;
}

/** Of the rounds that count. */
export interface Proofs {
  /** Items whose proof was verified offline. */
  readonly items: number;
  readonly batches: number;
  /** How old a batch's oldest item was when the batch was proposed, milliseconds. */
  readonly medianAge: number;
  readonly worstAge: number;
}

export interface MeasuredItems {
  readonly row: Row;
  readonly latency: Latency;
  readonly proofs: Proofs;
}

const GOAL = 500;
const LATENCY_MARGIN_MS = 1000;

/** The gateway runs for this and no longer: it follows every batch of its member. */
export async function measureItems(bench: Bench, client: Client): Promise<MeasuredItems> {
  const { world, settings, processes, report } = bench;
  report('starting the gateway');
  const gateway = await world.startGateway();
  processes.add({ gateway: { gateway: gateway.pid } });
  const system = createItemClient({
    address: gateway.address,
    token: await world.token(),
    acquisitions: await inTurns(settings.itemAcquisitions, () => openAcquisition(client)),
    itemsPerRequest: settings.itemsPerRequest,
  });

  report('anchored items against one transaction an item');
  const rounds: CheckedItems[] = [];
  const compared = await comparePairs(
    () => measureRound(bench, system, rounds),
    measureTransactions(bench, 'one transaction an item', client, createAssets()),
    settings.pairs,
  );
  report('latency at half the rate');
  const latency = await measureLatency(bench, system, median(compared.values) / 2);
  system.close();
  processes.remove('gateway');
  await gateway.end('SIGTERM');

  const measured = rounds.slice(1);
  const ages = measured.flatMap((checked) => checked.ages);
  const worstAge = Math.max(...ages);
  const row = toRow('items anchored', 'items/s', 'one transaction an item', compared, GOAL);
  return {
    // The ratio counts only while no item waits longer for its batch than is promised.
    row: { ...row, ok: row.ok && worstAge <= MAX_AGE_MS },
    latency,
    proofs: {
      items: measured.reduce((sum, { proved }) => sum + proved, 0),
      batches: ages.length,
      medianAge: median(ages),
      worstAge,
    },
  };
}

/** Proved items a second; the proofs are verified once time is up. */
async function measureRound(
  { settings, processes, report }: Bench,
  system: ItemClient,
  rounds: CheckedItems[],
): Promise<number> {
  const { inFlight, pairMs, itemsPerRequest } = settings;
  const apply = () => keepInFlight(inFlight, pairMs, system.post);
  const load = await processes.during('items anchored', apply, itemsPerRequest);
  const checked = await checkProofs(system, load.results);
  rounds.push(checked);
  const rate = checked.proved / load.seconds;
  report(`  items anchored: ${Math.round(rate)} items/s${describeFailures(load)}`);
  return rate;
}

async function measureLatency(
  { settings, processes }: Bench,
  system: ItemClient,
  itemsPerSecond: number,
): Promise<Latency> {
  const { latencyMs, itemsPerRequest } = settings;
  const apply = () => arriveAtRate(itemsPerSecond / itemsPerRequest, latencyMs, system.post);
  const load = await processes.during('items at half the rate', apply, itemsPerRequest);
  const failed = load.failures.length;
  const p99 = Math.round(percentile(load.results, 0.99));
  const goal = MAX_AGE_MS + BLOCK_INTERVAL_MS + LATENCY_MARGIN_MS;
  return {
    requests: load.results.length,
    itemsPerSecond: Math.round(itemsPerSecond),
    p50: Math.round(percentile(load.results, 0.5)),
    ...{ p99, goal, failed, ok: p99 <= goal && failed === 0 },
  };
}
