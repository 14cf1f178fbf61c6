/** Batch transactions against empty ones, and both by the number of members that endorse. */
import { comparePairs, median, type Row, round, toRow } from '../bench-common/report.ts';
import { type Bench, measureTransactions } from './bench.ts';
import { anchorBatches, type Client, doNothing } from './transactions.ts';
import { MEMBER } from './world.ts';

export interface EndorserRate {
  readonly kind: string;
  readonly endorsers: number;
  /** Transactions a second, the median of the rounds. */
  readonly rate: number;
}

export interface MeasuredBatches {
  readonly row: Row;
  readonly endorsers: readonly EndorserRate[];
}

const GOAL = 0.8;
/** How many chains for each batch transaction in flight: every chain rests that many commits long. */
const CHAINS_EACH = 4;

export async function measureBatches(bench: Bench, client: Client): Promise<MeasuredBatches> {
  const { world, settings, report } = bench;
  report('batch transactions against empty ones');
  const anchor = await anchorBatches(client, CHAINS_EACH * settings.inFlight);
  const compared = await comparePairs(
    measureTransactions(bench, 'batches anchored', client, anchor),
    measureTransactions(bench, 'empty transactions', client, doNothing),
    settings.pairs,
  );

  report('rates with 1, 2 and 4 endorsing members');
  const anyOne = { ...client, ledger: world.anyOne };
  const members = [MEMBER, ...world.members.filter((mspId) => mspId !== MEMBER)];
  const cases = [
    ...[1, 2, 4].map((endorsers) => ({ kind: 'empty', endorsers, using: anyOne, does: doNothing })),
    ...[2, 4].map((endorsers) => ({ kind: 'batch', endorsers, using: client, does: anchor })),
  ].map(({ kind, endorsers, using, does }) => {
    const phase = `${kind}, ${endorsers} endorsing`;
    const chosen = { ...using, endorsers: members.slice(0, endorsers) };
    const measure = measureTransactions(bench, phase, chosen, does, settings.endorserMs);
    return { kind, endorsers, measure, rates: [] as number[] };
  });
  for (let turn = 0; turn < settings.endorserRounds; turn += 1) {
    for (const { rates, measure } of cases) rates.push(await measure());
  }
  return {
    row: toRow('batches anchored', 'tx/s', 'empty transactions', compared, GOAL),
    endorsers: cases.map(({ kind, endorsers, rates }) => ({
      ...{ kind, endorsers, rate: round(median(rates), 1) },
    })),
  };
}
