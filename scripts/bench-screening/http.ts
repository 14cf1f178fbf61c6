/**
 * Screening over HTTP, through a gateway as its operator runs it, whose library holds 100,000 labels (of a
 * million it would make tables for private screening for a quarter of an hour first); one address in seven
 * that is asked for has one. Every answer is on disk in the journal and signed for before it leaves.
 */
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { signedAnnouncement } from '@tabellion/screening';
import type { Bench } from '../bench-common/bench.ts';
import { type BenchGateway, startBenchGateway } from '../bench-common/gateway.ts';
import { measureRequests, type RawRequest } from '../bench-common/raw-client.ts';
import { compareRounds, type Measure, type Row, toRow } from '../bench-common/report.ts';
import { startServer } from '../bench-common/server-process.ts';
import { makeAddress } from './addresses.ts';
import { makeLabelledNode } from './labelled-node.ts';

const ROUNDS = 5;
const IN_FLIGHT = 256;
/** Fewer large requests than that keep the gateway as busy. */
const BATCHES_IN_FLIGHT = 8;
const BATCH = 500;
const LOOK_MS = 100;
const GOALS = { single: 0.6, batch: 80 };
const PARSE_SERVER = join(import.meta.dirname, '..', 'bench-anchoring', 'parse-server.ts');
/** Made before anything is measured: making one costs as much as screening it. */
const ADDRESSES = 50_000;
/** One address in so many has a label; forms go by tens, so that every form gets some. */
const LABELLED = 7;

export async function measureHttp({ quick, directory, report }: Bench): Promise<Row[]> {
  report('addresses for HTTP');
  const addresses = Array.from({ length: ADDRESSES }, (_, number) => makeAddress(number));
  let next = 0;
  const draw = (count: number) =>
    JSON.stringify({
      queries: Array.from({ length: count }, () => ({ address: addresses[next++ % ADDRESSES] })),
    });
  const singles = Array.from({ length: ADDRESSES / 10 }, () => draw(1));
  const batches = Array.from({ length: ADDRESSES / BATCH }, () => draw(BATCH));

  report('labels for HTTP');
  const data = join(directory, 'data');
  const labels = quick ? ADDRESSES / 5 : 2 * ADDRESSES;
  await makeLabelledNode(data, everySeventh(labels));
  await using gateway = await startBenchGateway(data);
  await gateway.ready();
  report('taking them in');
  const height = await seeLabel(gateway, makeAddress((labels - 1) * LABELLED));
  report('its tables for private screening');
  await seeTables(gateway, height);
  await gateway.rest();
  await using peer = await startServer(process.execPath, [PARSE_SERVER]);
  const milliseconds = quick ? 1500 : 5000;
  const screen = async (bodies: readonly string[], inFlight: number, each: number) => {
    const rate = await measureRequests({
      ...{ address: gateway.address, inFlight, milliseconds, status: 200 },
      next: await asking(gateway, bodies),
    });
    await gateway.rest();
    report(`  ${Math.round(rate * each)} addresses/s, ${each} a request`);
    return rate * each;
  };
  const single: Measure = () => screen(singles, IN_FLIGHT, 1);
  const batch: Measure = () => screen(batches, BATCHES_IN_FLIGHT, BATCH);
  const parse: Measure = () =>
    measureRequests({
      ...{ address: peer.address, inFlight: IN_FLIGHT, milliseconds, status: 201 },
      next: repeat(singles, (body) => ({ method: 'POST', path: '/items', body })),
    });
  report('over HTTP');
  // One measurement of single look-ups a round, held against the route and under the batches.
  const rates: number[] = [];
  const kept: Measure = async () => {
    const rate = await single();
    rates.push(rate);
    return rate;
  };
  const [ofParse] = await compareRounds(kept, [parse], ROUNDS);
  const [ofSingle] = await compareRounds(batch, [single], ROUNDS);
  return [
    toRow('HTTP, one address', '1/s', 'Express route that parses', ofParse!, GOALS.single),
    toRow(`HTTP, ${BATCH} addresses`, '1/s', 'one address a request', ofSingle!, GOALS.batch),
  ];
}

function* everySeventh(count: number): Generator<number> {
  for (let each = 0; each < count; each += 1) yield each * LABELLED;
}

/** Resolves once the address, of the last batch, is found: with a height at which it is. */
async function seeLabel({ address: gateway, signIn }: BenchGateway, address: string) {
  const headers = {
    authorization: `Bearer ${await signIn()}`,
    'content-type': 'application/json',
    'tabellion-purpose': 'BENCH',
  };
  const body = JSON.stringify({ queries: [{ address }] });
  for (;;) {
    const response = await fetch(`${gateway}/v1/label/screen`, { method: 'POST', headers, body });
    const { answers, height } = (await response.json()) as {
      answers: { verdict: string }[];
      height: number;
    };
    if (answers[0]?.verdict === 'LABELLED') return height;
    await sleep(LOOK_MS);
  }
}

/**
 * Resolves once the tables of both kinds were made of the library as it is: the gateway may come to rest before
 * it begins with them, and has less for requests until they are done.
 */
async function seeTables({ address: gateway, signIn }: BenchGateway, height: number) {
  for (;;) {
    const headers = { authorization: `Bearer ${await signIn()}` };
    const response = await fetch(`${gateway}/v1/label/private`, { headers });
    const { announcement } = signedAnnouncement.parse(await response.json());
    const level = announcement.tables.filter((table) => table.height >= height);
    if (new Set(level.map(({ kind }) => kind)).size === 2) return;
    await sleep(10 * LOOK_MS);
  }
}

async function asking(gateway: BenchGateway, bodies: readonly string[]) {
  const token = await gateway.signIn();
  const asked = { method: 'POST', path: '/v1/label/screen', token, purpose: 'BENCH' };
  return repeat(bodies, (body) => ({ ...asked, body }));
}

function repeat(bodies: readonly string[], make: (body: string) => RawRequest): () => RawRequest {
  let at = 0;
  return () => make(bodies[at++ % bodies.length]!);
}
