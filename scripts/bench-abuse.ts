/**
 * How long callers wait beside clients that send 100 MB bodies, read slowly or never end, against how
 * long the same callers wait without them: the time in which 99 of 100 answers come, as answers a second.
 */
import { join } from 'node:path';
import { AbuseScene } from '../test/abuse/abuse-scene.ts';
import type { Measured } from '../test/abuse/caller.ts';
import { runBench } from './bench-common/bench.ts';
import { comparePairs, percentile, toRow } from './bench-common/report.ts';

/** At most a doubling. */
const GOAL = 0.5;

await runBench('abuse', async ({ quick, directory, report }) => {
  await using scene = await AbuseScene.open(join(directory, 'data'), quick ? 30 : 150);
  const disturbed = async () => {
    const { measured, abused } = await scene.measureAbused();
    if (abused.wholeBodies > 0) throw new Error('a body was taken that is too large');
    return rateOf(measured);
  };
  report('callers with abusers and without');
  const compared = await comparePairs(disturbed, async () => rateOf(await scene.measure()), 5);
  return [toRow('p99 beside abusers', '1/s', 'p99 without them', compared, GOAL)];
});

function rateOf({ latencies, failures }: Measured): number {
  if (failures.length > 0) throw new Error(`not answered: ${failures[0]}`);
  return 1000 / percentile(latencies, 0.99);
}
