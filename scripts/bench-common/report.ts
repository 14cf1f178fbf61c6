/** What benchmarks share: two measures taking turns, medians, and one line a figure. */
import process from 'node:process';

export interface Row {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  readonly against: string;
  readonly ratio: number;
  readonly worst: number;
  readonly goal: number | null;
  readonly ok: boolean | null;
}

/** One measurement; returns a rate. */
export type Measure = () => Promise<number>;

export interface Pairs {
  readonly values: readonly number[];
  readonly ratios: readonly number[];
}

/** One unmeasured pair first; then the two take turns, each going first in every other pair. */
export async function comparePairs(own: Measure, peer: Measure, pairs: number): Promise<Pairs> {
  const [compared] = await compareRounds(own, [peer], pairs);
  return compared!;
}

/**
 * The same with several peers that one measurement of each round is held against. One unmeasured round
 * first; then the own measure comes first in every other round, last in the others.
 */
export async function compareRounds(
  own: Measure,
  peers: readonly Measure[],
  rounds: number,
): Promise<readonly Pairs[]> {
  const compared = peers.map(() => ({ values: [] as number[], ratios: [] as number[] }));
  for (let round = -1; round < rounds; round += 1) {
    const first = round % 2 === 0 || round < 0 ? await own() : undefined;
    const rates: number[] = [];
    for (const peer of peers) rates.push(await peer());
    const value = first ?? (await own());
    if (round < 0) continue;
    for (const [at, { values, ratios }] of compared.entries()) {
      values.push(value);
      ratios.push(value / rates[at]!);
    }
  }
  return compared;
}

/** How much was done a second, of work that takes measurable time. */
export async function measureRate(amount: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (amount * 1000) / (performance.now() - began);
}

/** The ratio is the median of the pairs' ratios, not the ratio of two medians. */
export function toRow(
  figure: string,
  unit: string,
  against: string,
  { values, ratios }: Pairs,
  goal: number | null = null,
): Row {
  const ratio = round(median(ratios));
  return {
    figure,
    value: Math.round(median(values)),
    unit,
    against,
    ratio,
    worst: round(Math.min(...ratios)),
    goal,
    ok: goal === null ? null : ratio >= goal,
  };
}

/** How many of something were valid; the ratio is that share. */
export function toShareRow(
  figure: string,
  unit: string,
  { valid: value }: { readonly valid: number },
  { of, against, goal }: { readonly of: number; readonly against: string; readonly goal: number },
): Row {
  const ratio = round(value / of);
  return { figure, value, unit, against, ratio, worst: ratio, goal, ok: value / of >= goal };
}

/** Something that may be at most so much; as everywhere, a ratio of 1 or more is what is wanted. */
export function toLimitRow(
  figure: string,
  unit: string,
  value: number,
  { limit }: { readonly limit: number },
): Row {
  const ratio = round(limit / value);
  return {
    ...{ figure, value: Math.round(value), unit, against: `limit of ${limit} ${unit}` },
    ...{ ratio, worst: ratio, goal: 1, ok: ratio >= 1 },
  };
}

export function formatRow({ figure, value, unit, ratio, against, worst }: Row): string {
  return (
    `${figure.padEnd(24)}${String(value).padStart(10)} ${unit.padEnd(9)}` +
    `${ratio.toFixed(2).padStart(9)} x ${against} (worst ${worst.toFixed(2)})\n`
  );
}

/** As text, or as one JSON document. */
export function printReport(
  asJson: boolean,
  report: { readonly bench: string; readonly rows: readonly Row[] },
): void {
  process.stdout.write(
    asJson ? `${JSON.stringify(report)}\n` : report.rows.map(formatRow).join(''),
  );
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `share` (above 0, at most 1) of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}

export function round(value: number, digits = 3): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
