/**
 * The product on one real network of four members, brought up for this and removed at the end (needs
 * Fabric's programs, as `scripts/network` does), against what one would build without it. Everything
 * runs on this machine under the consortium's endorsement policy, with as many requests or transactions
 * in flight; measurements that are compared take turns, and a ratio is the median of the pairs.
 *   items      posted over HTTP as NDJSON to a running gateway, acknowledged once committed, counted
 *              once their proofs were verified offline; against one transaction an item, written as the
 *              public asset-transfer sample does it. A rate is all that was committed over the time from
 *              the first request to the last answer
 *   batches    `evidence:anchor` of full batches through the ledger port, against transactions of a
 *              function that reads nothing and writes nothing; no gateway runs
 *   latency    of item requests at half that rate, which arrive whether earlier ones were answered or
 *              not, each counted from when it was due
 *   endorsers  rates with 1, 2 and 4 members endorsing, named one by one. The policy admits no single
 *              endorser, so the empty transactions go through a second definition of the same package
 *              that any one member may endorse; batches go through the consortium's own, with 2 and 4
 *   memory     largest resident set of every process; and CPU seconds by process group and measurement,
 *              which show what limits each figure
 */
import '@tabellion/proof/node';
import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import process from 'node:process';
import { fabric } from '../test/fabric/test-network.ts';
import type { Settings } from './bench-fabric/bench.ts';
import { measureBatches } from './bench-fabric/measure-batches.ts';
import { measureItems } from './bench-fabric/measure-items.ts';
import { printFabricReport } from './bench-fabric/print.ts';
import { PROC, Processes } from './bench-fabric/processes.ts';
import { openWorld } from './bench-fabric/world.ts';

const quick = process.argv.includes('--quick');
const asJson = process.argv.includes('--json');

const SETTINGS: Settings = {
  inFlight: 64,
  itemsPerRequest: 1000,
  itemAcquisitions: 4,
  ...(quick
    ? { pairs: 3, pairMs: 2000, latencyMs: 6000, endorserRounds: 1, endorserMs: 2000 }
    : { pairs: 5, pairMs: 6000, latencyMs: 30_000, endorserRounds: 3, endorserMs: 3000 }),
};

const report = (step: string) => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${step}\n`);
};

const missing = fabric.missing ?? (existsSync(PROC) ? undefined : `needs ${PROC}, of Linux`);
if (missing) {
  process.stderr.write(`bench fabric: ${missing}\n`);
  process.exit(1);
}
const loadBefore = loadavg();
const opening = openWorld(report);
let removal: Promise<void> | undefined;
const removeWorld = () => {
  removal ??= opening.then((world) => world[Symbol.asyncDispose]());
  return removal;
};
// Whoever interrupts it wants no network left behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void removeWorld().finally(() => process.exit(130)));
}
const world = await opening;
try {
  const processes = new Processes();
  processes.add(world.processes);
  const bench = { world, settings: SETTINGS, processes, report };
  const client = { ledger: world.ledger, signer: world.signer };
  const { row: items, ...ofItems } = await measureItems(bench, client);
  const { row: batches, ...ofBatches } = await measureBatches(bench, client);
  printFabricReport(asJson, {
    ...{ rows: [items, batches], ...ofItems, ...ofBatches },
    settings: SETTINGS,
    fabric: world.version,
    machine: { cores: availableParallelism(), loadBefore, loadAfter: loadavg() },
    processes,
  });
} finally {
  report('removing the network');
  await removeWorld();
}
