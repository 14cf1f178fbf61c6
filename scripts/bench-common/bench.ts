/** One benchmark from its command line to its report. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { describeProfiles } from './profile.ts';
import { printReport, type Row } from './report.ts';
import { type BenchOptions, readBenchOptions } from './settings.ts';

export interface Bench {
  readonly quick: boolean;
  /** Goes away at the end. */
  readonly directory: string;
  /** Tells what is being done, to whoever waits. */
  readonly report: (step: string) => void;
}

/** Runs it, prints its rows, and leaves nothing behind but the profiles that were asked for. */
export async function runBench(
  name: string,
  measure: (bench: Bench) => Promise<readonly Row[]>,
): Promise<void> {
  const options = readBenchOptions(name);
  if (options.profile !== undefined && !isProfiled()) return runProfiled(options.profile);
  const directory = mkdtempSync(join(tmpdir(), `tabellion-bench-${name}-`));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const rows = await measure({ quick: options.quick, directory, report });
  printReport(options.json, { bench: name, rows });
}

const report = (step: string) => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${step}\n`);
};

const FLAG = '--cpu-prof';
const isProfiled = () => (process.env.NODE_OPTIONS ?? '').includes(FLAG);

/** The same once more, with every process and thread of it writing its profile when it ends. */
function runProfiled(directory: NonNullable<BenchOptions['profile']>): void {
  const place = resolve(directory);
  mkdirSync(place, { recursive: true });
  const options = `${process.env.NODE_OPTIONS ?? ''} ${FLAG} --cpu-prof-dir="${place}"`;
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: options },
  });
  process.stderr.write(describeProfiles(place));
  process.exitCode = status ?? 1;
}
