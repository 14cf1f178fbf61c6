/** What processes use, from Linux's /proc: CPU time by group and phase, and resident memory. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { setInterval } from 'node:timers';
import type { LoadResult } from './load.ts';

/** Group, for example `peers` → name of a process → its number. */
export type Groups = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface PhaseUsage {
  /** Items or transactions done, and how many requests or transactions failed. */
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
  /** CPU seconds of each group. */
  readonly cpu: Readonly<Record<string, number>>;
  /** CPU seconds of everything else on the machine. */
  readonly others: number;
  /** CPU seconds that the machine had. */
  readonly capacity: number;
}

/** Where Linux tells what processes use. */
export const PROC = '/proc/self/stat';
const SAMPLE_MS = 500;
const MEGABYTE = 1e6;

export class Processes {
  readonly #groups: Record<string, Record<string, number>> = {};
  readonly #phases = new Map<string, PhaseUsage>();
  readonly #peaks = new Map<string, number>();

  add(groups: Groups): void {
    for (const [group, members] of Object.entries(groups)) {
      this.#groups[group] = { ...this.#groups[group], ...members };
    }
  }

  remove(group: string): void {
    delete this.#groups[group];
  }

  /** Adds what `step` uses, and what it does, to what was used and done in this phase before. */
  async during<T>(
    phase: string,
    step: () => Promise<LoadResult<T>>,
    doneEach = 1,
  ): Promise<LoadResult<T>> {
    const sampling = setInterval(() => this.#samplePeaks(), SAMPLE_MS);
    try {
      const before = this.#take();
      const result = await step();
      this.#samplePeaks();
      const { results, failures } = result;
      const counts = { done: results.length * doneEach, failed: failures.length };
      const used = { ...combine(this.#take(), before, -1), ...counts };
      const earlier = this.#phases.get(phase);
      this.#phases.set(phase, earlier ? combine(earlier, used, 1) : used);
      return result;
    } finally {
      clearInterval(sampling);
    }
  }

  get phases(): ReadonlyMap<string, PhaseUsage> {
    return this.#phases;
  }

  /** Largest resident memory seen of each process, megabytes. */
  get peaks(): ReadonlyMap<string, number> {
    return this.#peaks;
  }

  #take(): PhaseUsage {
    const cpu = Object.fromEntries(
      Object.entries(this.#groups).map(([group, members]) => [
        group,
        Object.values(members).reduce((sum, pid) => sum + readCpuSeconds(pid), 0),
      ]),
    );
    const own = Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
    const seconds = performance.now() / 1000;
    const capacity = seconds * availableParallelism();
    return { done: 0, failed: 0, seconds, cpu, others: readBusySeconds() - own, capacity };
  }

  #samplePeaks(): void {
    for (const members of Object.values(this.#groups)) {
      for (const [name, pid] of Object.entries(members)) {
        const now = readResident(pid) / MEGABYTE;
        this.#peaks.set(name, Math.max(this.#peaks.get(name) ?? 0, Math.round(now)));
      }
    }
  }
}

function combine(one: PhaseUsage, other: PhaseUsage, sign: 1 | -1): PhaseUsage {
  const add = (a: number, b: number) => a + sign * b;
  return {
    done: add(one.done, other.done),
    failed: add(one.failed, other.failed),
    seconds: add(one.seconds, other.seconds),
    others: add(one.others, other.others),
    capacity: add(one.capacity, other.capacity),
    cpu: Object.fromEntries(
      Object.entries(one.cpu).map(([group, used]) => [group, add(used, other.cpu[group] ?? 0)]),
    ),
  };
}

/** Times in /proc are counted in these. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const PAGE = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

/** proc(5): user and system time, fields 14 and 15, after the name in parentheses. */
function readCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function readResident(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE;
}

const readBusySeconds = () =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) /
  1000;
