/**
 * Items through a gateway as `scripts/start` runs it, in a process of its own, over HTTP and with every
 * answer counted, against what bounds it. What is compared takes turns; a ratio is the median of the
 * rounds. While a peer is measured the gateway rests: what it does behind its answers has ended.
 *   items in bulk   one NDJSON stream, each line answered once its batch is committed on the durable
 *                   embedded ledger, against the same lines parsed, checked, salted, encoded and hashed
 *                   into trees and written to one file with one fsync, without HTTP; and against one
 *                   SQLite row a line, each committed with synchronous=FULL
 *   single items    one request an item, many at once, each answered once it is on the ledger, against
 *                   an Express route that parses the same body, and neither asks who calls, nor checks,
 *                   nor keeps anything
 *   memory          largest resident set of the gateway, all rounds of bulk included
 */
import '@tabellion/proof/node';
import { join } from 'node:path';
import process from 'node:process';
import { commitSingleRows, writeOneFile } from './bench-anchoring/pipelines.ts';
import { type Bench, runBench } from './bench-common/bench.ts';
import { type BenchGateway, startBenchGateway } from './bench-common/gateway.ts';
import { itemText, makeBody } from './bench-common/items.ts';
import { postItems } from './bench-common/post-items.ts';
import { measureRequests } from './bench-common/raw-client.ts';
import {
  comparePairs,
  compareRounds,
  measureRate,
  type Row,
  toLimitRow,
  toRow,
} from './bench-common/report.ts';
import { startServer } from './bench-common/server-process.ts';

const ROUNDS = 5;
const IN_FLIGHT = 256;
const MEMORY_MEGABYTES = 300;
const PARSE_SERVER = join(import.meta.dirname, 'bench-anchoring', 'parse-server.ts');

await runBench('anchoring', async (bench) => {
  await using gateway = await startBenchGateway(join(bench.directory, 'data'));
  const bulk = await measureBulk(bench, gateway);
  const memory = toLimitRow('memory while ingesting', 'MB', gateway.peakMegabytes(), {
    limit: MEMORY_MEGABYTES,
  });
  return [...bulk, await measureSingle(bench, gateway), memory];
});

async function measureBulk(
  { quick, directory, report }: Bench,
  gateway: BenchGateway,
): Promise<Row[]> {
  const items = { count: quick ? 131_072 : 1_000_000, body: makeBody(quick ? 131_072 : 1_000_000) };
  const rows = quick ? 500 : 3000;
  const rowBody = makeBody(rows);
  const anchor = async () => {
    const token = await gateway.signIn();
    const acquisition = await gateway.acquire(token);
    const post = () => postItems(gateway.address, token, acquisition, items);
    const rate = await measureRate(items.count, post);
    await gateway.rest();
    const held = `${Math.round(gateway.peakMegabytes())} MB at most`;
    report(`  ${items.count} items anchored: ${Math.round(rate)} items/s, ${held}`);
    return rate;
  };
  report('bulk');
  const peers = [
    () => measureRate(items.count, () => writeOneFile(directory, items.body)),
    () => measureRate(rows, () => commitSingleRows(directory, rowBody)),
  ];
  const [onFile, onRows] = await compareRounds(anchor, peers, ROUNDS);
  return [
    toRow('items in bulk', 'items/s', 'same pipeline to one fsynced file', onFile!, 0.5),
    toRow('items in bulk', 'items/s', 'one SQLite row a commit, FULL', onRows!, 5),
  ];
}

async function measureSingle({ quick, report }: Bench, gateway: BenchGateway): Promise<Row> {
  await using peer = await startServer(process.execPath, [PARSE_SERVER]);
  const load = { inFlight: IN_FLIGHT, milliseconds: quick ? 1500 : 5000, status: 201 };
  let count = 0;
  const body = () => itemText(count++);
  const anchor = async () => {
    const token = await gateway.signIn();
    const path = `/v1/evidence/acquisitions/${await gateway.acquire(token)}/items`;
    const next = () => ({ method: 'POST', path, token, body: body() });
    const rate = await measureRequests({ ...load, address: gateway.address, next });
    await gateway.rest();
    report(`  single items anchored: ${Math.round(rate)} items/s`);
    return rate;
  };
  const parse = () => {
    const next = () => ({ method: 'POST', path: '/items', body: body() });
    return measureRequests({ ...load, address: peer.address, next });
  };
  report(`single items, ${IN_FLIGHT} in flight`);
  const compared = await comparePairs(anchor, parse, ROUNDS);
  return toRow('single items', 'items/s', 'Express route that parses', compared, 0.6);
}
