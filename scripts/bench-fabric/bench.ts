/** What the measurements have in common: the network, how long and how much, and one kind of load. */
import type { Measure } from '../bench-common/report.ts';
import { keepInFlight, type LoadResult } from './load.ts';
import type { Processes } from './processes.ts';
import type { Client, Transact } from './transactions.ts';
import type { World } from './world.ts';

export interface Settings {
  /** Requests or transactions under way at once, in every measurement. */
  readonly inFlight: number;
  readonly itemsPerRequest: number;
  /** Chains of batches that the items go into. */
  readonly itemAcquisitions: number;
  readonly pairs: number;
  readonly pairMs: number;
  readonly latencyMs: number;
  readonly endorserRounds: number;
  readonly endorserMs: number;
}

export interface Bench {
  readonly world: World;
  readonly settings: Settings;
  readonly processes: Processes;
  readonly report: (step: string) => void;
}

/** Single transactions a second, in a phase of their own, with as many in flight as stated. */
export function measureTransactions(
  { settings, processes, report }: Bench,
  phase: string,
  client: Client,
  transact: Transact,
  milliseconds = settings.pairMs,
): Measure {
  const step = () => transact(client);
  const apply = () => keepInFlight(settings.inFlight, milliseconds, step);
  return async () => {
    const load = await processes.during(phase, apply);
    const rate = load.results.length / load.seconds;
    report(`  ${phase}: ${rate.toFixed(1)} tx/s${describeFailures(load)}`);
    return rate;
  };
}

export function describeFailures({ failures: [first, ...rest] }: LoadResult<unknown>): string {
  return first === undefined ? '' : ` (${1 + rest.length} failed: ${first})`;
}
