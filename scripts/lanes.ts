/** Lanes that need programs from outside, and whether one that was required did run. */
export interface LaneReport {
  readonly testResults: readonly {
    /** Path of the test file. */
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export const LANES = ['fabric', 'docker'] as const;
export type Lane = (typeof LANES)[number];

/** The lanes of a `--require` option's value. @throws RangeError. */
export function parseLanes(text: string): Lane[] {
  return text.split(',').map((name) => {
    const lane = LANES.find((one) => one === name);
    if (lane) return lane;
    throw new RangeError(`--require ${name}: the lanes are ${LANES.join(' and ')}`);
  });
}

/** Why a test was skipped: it stands in the title. */
export const skipReason = (fullName: string): string =>
  /\((skipped[^)]*)\)/.exec(fullName)?.[1] ?? `skipped: ${fullName}`;

export const isSkip = (status: string): boolean => status !== 'passed' && status !== 'failed';

/** Why a lane did not run as a whole; undefined if it did. Its tests are those of `test/<lane>/`. */
export function findGap({ testResults }: LaneReport, lane: Lane): string | undefined {
  const tests = testResults
    .filter(({ name }) => name.includes(`/test/${lane}/`))
    .flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) return 'no test of it ran';
  const skips = tests.filter(({ status }) => isSkip(status));
  if (skips.length === 0) return undefined;
  const reasons = new Set(skips.map(({ fullName }) => skipReason(fullName)));
  return `${skips.length} of ${tests.length} tests: ${[...reasons].join('; ')}`;
}
