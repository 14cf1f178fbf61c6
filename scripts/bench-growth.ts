/**
 * What a large ledger costs: two consortia on one machine, one with 10,000 records on its ledger and items
 * in its manifests and one with 1,000,000, take turns at the same work.
 *   the ledgers are filled by transactions of a thousand records each, which a contract of this benchmark
 *   writes: endorsed, signed, ordered, validated and committed as any other, each record a batch record
 *   that the projection reads. The product writes one or a few records a transaction, so the number of
 *   blocks and transactions grows less here than the records do
 *   through the ledger port    batches anchored (whole transactions) and single records read
 *   through the gateway        items anchored in bulk, a batch shown by its digest, items found by theirs
 * A cost of at most 1.2 times is a rate of at least 1/1.2.
 */
import '@tabellion/proof/node';
import { join } from 'node:path';
import { type Bench, runBench } from './bench-common/bench.ts';
import { type BenchGateway, startBenchGateway } from './bench-common/gateway.ts';
import { itemDigest, makeBody } from './bench-common/items.ts';
import { postItems } from './bench-common/post-items.ts';
import { measureRequests, type RawRequest } from './bench-common/raw-client.ts';
import { comparePairs, type Measure, measureRate, type Row, toRow } from './bench-common/report.ts';
import { keepInFlight } from './bench-fabric/load.ts';
import { anchorBatches, type Transact } from './bench-fabric/transactions.ts';
import { type GrownLedger, growLedger } from './bench-growth/grown-ledger.ts';

const GOAL = 1 / 1.2;
const PAIRS = 5;
const IN_FLIGHT = 16;
/** Chains of batches: so many that no transaction waits for another's commit. */
const CHAINS = 64;

interface Side {
  readonly records: number;
  readonly directory: string;
}

/** The same measure on the large and on the small side. */
type Both = (of: 'large' | 'small') => Measure;

await runBench('growth', async (bench) => {
  const { quick, directory, report } = bench;
  const side = (name: string, records: number): Side => ({
    ...{ records, directory: join(directory, name) },
  });
  const sides = {
    small: side('small', quick ? 2000 : 10_000),
    large: side('large', quick ? 20_000 : 1_000_000),
  };
  const against = `with ${sides.small.records} records`;
  const compare = async (figure: string, unit: string, both: Both): Promise<Row> => {
    report(`  ${figure}`);
    const compared = await comparePairs(both('large'), both('small'), PAIRS);
    return toRow(figure, unit, against, compared, GOAL);
  };

  report('filling the ledgers');
  const small = await growLedger(sides.small.directory, sides.small.records);
  const large = await growLedger(sides.large.directory, sides.large.records);
  const rows = await measurePort(bench, compare, { small, large });
  await small.close();
  await large.close();

  report('projecting the ledgers');
  await using smallGateway = await startBenchGateway(sides.small.directory);
  await using largeGateway = await startBenchGateway(sides.large.directory);
  const gateways = { small: smallGateway, large: largeGateway };
  for (const gateway of [smallGateway, largeGateway]) await gateway.ready();
  report('filling the manifests');
  for (const name of ['small', 'large'] as const) {
    await fillManifests(gateways[name], sides[name].records);
  }
  const keys = { small: small.keys, large: large.keys };
  return [...rows, ...(await measureGateways(bench, compare, { sides, gateways, keys }))];
});

type Compare = (figure: string, unit: string, both: Both) => Promise<Row>;

async function measurePort(
  { quick }: Bench,
  compare: Compare,
  ledgers: Readonly<Record<'small' | 'large', GrownLedger>>,
): Promise<Row[]> {
  const milliseconds = quick ? 500 : 2000;
  const perform = async (step: () => Promise<unknown>) => {
    const load = await keepInFlight(IN_FLIGHT, milliseconds, step);
    const [failure] = load.failures;
    if (failure !== undefined) throw failure;
    return load.results.length / load.seconds;
  };
  const anchors: Record<'small' | 'large', Transact> = {
    small: await anchorBatches(ledgers.small.client, CHAINS),
    large: await anchorBatches(ledgers.large.client, CHAINS),
  };
  const draw = createDraw();
  return [
    await compare('batches anchored', 'tx/s', (of) => {
      const { client } = ledgers[of];
      return () => perform(() => anchors[of](client));
    }),
    await compare('records read', 'reads/s', (of) => {
      const { keys, read } = ledgers[of];
      return () => perform(() => read(keys[draw(keys.length)]!));
    }),
  ];
}

async function fillManifests(gateway: BenchGateway, items: number): Promise<void> {
  const token = await gateway.signIn();
  const acquisition = await gateway.acquire(token);
  await postItems(gateway.address, token, acquisition, { body: makeBody(items), count: items });
  await gateway.rest();
}

async function measureGateways(
  { quick }: Bench,
  compare: Compare,
  on: {
    readonly sides: Readonly<Record<'small' | 'large', Side>>;
    readonly gateways: Readonly<Record<'small' | 'large', BenchGateway>>;
    readonly keys: Readonly<Record<'small' | 'large', readonly string[]>>;
  },
): Promise<Row[]> {
  const milliseconds = quick ? 500 : 2000;
  const count = quick ? 8192 : 65_536;
  const items = { body: makeBody(count, 2_000_000), count };
  const draw = createDraw();
  const ask =
    (of: 'small' | 'large', next: () => RawRequest): Measure =>
    async () => {
      const token = await on.gateways[of].signIn();
      const load = { inFlight: IN_FLIGHT, milliseconds, status: 200 };
      const { address } = on.gateways[of];
      return measureRequests({ ...load, address, next: () => ({ ...next(), token }) });
    };
  return [
    await compare('items in bulk', 'items/s', (of) => async () => {
      const gateway = on.gateways[of];
      const token = await gateway.signIn();
      const acquisition = await gateway.acquire(token);
      const post = () => postItems(gateway.address, token, acquisition, items);
      const rate = await measureRate(count, post);
      await gateway.rest();
      return rate;
    }),
    await compare('batches shown', 'reads/s', (of) => {
      const keys = on.keys[of];
      const path = () => `/v1/evidence/batches/${keys[draw(keys.length)]!.split('/')[1]}`;
      return ask(of, () => ({ method: 'GET', path: path() }));
    }),
    await compare('items found', 'reads/s', (of) => {
      const { records } = on.sides[of];
      const body = () => JSON.stringify({ sha256: itemDigest(draw(records)) });
      return ask(of, () => ({ method: 'POST', path: '/v1/evidence/find', body: body() }));
    }),
  ];
}

/** Whole numbers from 0 to below a bound, the same in every run (a linear congruential generator). */
function createDraw(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}
