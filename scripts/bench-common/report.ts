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
  await own();
  await peer();
  const values: number[] = [];
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const first = pair % 2 === 0 ? await own() : undefined;
    const against = await peer();
    const value = first ?? (await own());
    values.push(value);
    ratios.push(value / against);
  }
  return { values, ratios };
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
