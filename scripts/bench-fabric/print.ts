/** The report as text, or as one JSON document. */
import process from 'node:process';
import { MAX_AGE_MS } from '../../gateway/src/evidence/anchoring.ts';
import { BLOCK_INTERVAL_MS } from '../../node-config/fabric/configtx.ts';
import { formatRow, type Row, round } from '../bench-common/report.ts';
import type { Settings } from './bench.ts';
import type { MeasuredBatches } from './measure-batches.ts';
import type { MeasuredItems } from './measure-items.ts';
import type { PhaseUsage, Processes } from './processes.ts';

export interface FabricReport
  extends Pick<MeasuredItems, 'latency' | 'proofs'>,
    Pick<MeasuredBatches, 'endorsers'> {
  readonly rows: readonly Row[];
  readonly fabric: string;
  readonly settings: Settings;
  readonly machine: {
    readonly cores: number;
    readonly loadBefore: readonly number[];
    readonly loadAfter: readonly number[];
  };
  readonly processes: Processes;
}

export function printFabricReport(asJson: boolean, { processes, ...report }: FabricReport): void {
  const memory = Object.fromEntries(processes.peaks);
  const phases = [...processes.phases].map(([phase, usage]) => ({ phase, ...roundUsage(usage) }));
  const intervals = { batchAgeMs: MAX_AGE_MS, blockIntervalMs: BLOCK_INTERVAL_MS };
  const document = { bench: 'fabric', ...intervals, ...report, memory, phases };
  process.stdout.write(asJson ? `${JSON.stringify(document)}\n` : formatText(document));
}

type Document = Omit<FabricReport, 'processes'> & {
  readonly batchAgeMs: number;
  readonly blockIntervalMs: number;
  /** Process → megabytes. */
  readonly memory: Readonly<Record<string, number>>;
  readonly phases: readonly (PhaseUsage & { readonly phase: string })[];
};

function formatText({ rows, proofs, latency, endorsers, memory, phases, ...rest }: Document) {
  const { settings, machine } = rest;
  const load = ([minute = 0]: readonly number[]) => minute.toFixed(1);
  return [
    `Fabric ${rest.fabric}, ${machine.cores} cores, load ${load(machine.loadBefore)} before and ${load(machine.loadAfter)} after; `,
    `${settings.inFlight} in flight, ${settings.itemsPerRequest} items a request, `,
    `batch age ${rest.batchAgeMs} ms, block interval ${rest.blockIntervalMs} ms\n\n`,
    ...rows.map(formatRow),
    `  ${proofs.items} items in ${proofs.batches} batches proved offline; oldest item of a batch `,
    `when it was proposed: median ${proofs.medianAge} ms, worst ${proofs.worstAge} ms\n\n`,
    `latency at ${latency.itemsPerSecond} items/s: p50 ${latency.p50} ms, p99 ${latency.p99} ms `,
    `(goal ${latency.goal} ms), ${latency.requests} requests, ${latency.failed} failed\n\n`,
    'endorsing members\n',
    ...endorsers.map(
      ({ kind, endorsers: count, rate }) =>
        `  ${kind.padEnd(8)}${count} ${rate.toFixed(1).padStart(8)} tx/s\n`,
    ),
    '\nmemory, largest resident set\n',
    ...Object.entries(memory).map(
      ([name, megabytes]) => `  ${name.padEnd(28)}${String(megabytes).padStart(6)} MB\n`,
    ),
    '\nCPU time of one item or transaction, and how much of the machine was used\n',
    ...phases.map(formatPhase),
  ].join('');
}

function formatPhase(usage: Document['phases'][number]): string {
  const { phase, done, failed, cpu, others, capacity } = usage;
  const unit = done > 100 * capacity ? 1e6 : 1e3;
  const each = (seconds: number) => ((seconds * unit) / done).toFixed(1);
  const used = Object.entries(cpu).map(([group, seconds]) => `${group} ${each(seconds)}`);
  const own = Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
  const percent = (seconds: number) => `${Math.round((100 * seconds) / capacity)} %`;
  return (
    `  ${phase.padEnd(26)}${each(own).padStart(6)} ${unit === 1e6 ? 'µs' : 'ms'}: ${used.join(', ')}; ` +
    `${percent(own)}, others ${percent(others)}${failed === 0 ? '' : `; ${failed} failed`}\n`
  );
}

const roundUsage = ({ done, failed, cpu, ...usage }: PhaseUsage): PhaseUsage => ({
  ...{ done, failed },
  cpu: roundAll(cpu),
  ...roundAll(usage),
});

const roundAll = <K extends string>(values: Readonly<Record<K, number>>): Record<K, number> =>
  Object.fromEntries(
    Object.entries<number>(values).map(([name, value]) => [name, round(value, 2)]),
  ) as Record<K, number>;
