/**
 * Screening in process: 1,000,000 labels in the index that answers look-ups, against the same labels in
 * SQLite under their key (better-sqlite3, prepared statement, everything in its cache), one address at a
 * time on one thread. Both return all labels of the address.
 *   look-ups        of addresses that all have a label, that have none, and of both in turn
 *   memory          of the whole process for a label, without its key
 *   right answers   10,000,000, half from the index that was filled and half from the one that was read
 *                   back, also of keys that differ in one bit or in length; one that is false ends the run
 *   while adding    what a look-up takes from when it comes in, 10,000 a second, while 100,000 labels are
 *                   added in rounds (p99 of each, and their median), and the longest that adding, and so
 *                   growing, kept the thread to itself, in the thread's own time
 *   visible         how long after its commit a new assertion is found by screening (p99)
 *   over HTTP       addresses of which one in seven has a label, in a library of 100,000, through a gateway
 *                   as its operator runs it: one a request, 256 at once, each answer journalled on disk and
 *                   signed for before it leaves, against an Express route that parses the same body and does
 *                   nothing else; and 500 a request, with one receipt, against one a request
 */
import { join } from 'node:path';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LabelIndex } from '../gateway/src/label/index/label-index.ts';
import { readSnapshot } from '../gateway/src/label/index/snapshot-read.ts';
import { writeSnapshot } from '../gateway/src/label/index/snapshot-write.ts';
import { type Bench, runBench } from './bench-common/bench.ts';
import {
  comparePairs,
  type Measure,
  median,
  percentile,
  type Row,
  toLimitRow,
  toRow,
} from './bench-common/report.ts';
import { checkAnswers, pickKnown, pickUnknown } from './bench-screening/check.ts';
import { measureHttp } from './bench-screening/http.ts';
import {
  type BenchBatch,
  isDisputed,
  labelsOfBatch,
  listBatches,
  makeKey,
  Truth,
} from './bench-screening/labels.ts';
import { fillSqlite, openFile, openInMemory } from './bench-screening/sqlite-peer.ts';
import { measureVisible } from './bench-screening/visible.ts';
import { measureWhileAdding } from './bench-screening/while-adding.ts';

const GOAL = 6;
const PAIRS = 7;
/** Rounds in which labels are added: a median is not moved by another process that had the processor. */
const ROUNDS = 20;
const PROBES = 200_000;
/** Labels handed in at once while the index is filled. */
const PART = 256;
const GENESIS = new Uint8Array(32).fill(1);
const LIMITS = { bytes: 150, readyMs: 5000, waitUs: 10_000, pauseMs: 50 };

await runBench('screening', async (bench) => {
  const { quick, report } = bench;
  const truth = new Truth(quick ? 100_000 : 1_000_000);
  const batches = listBatches(quick ? 100_000 : 1_000_000);
  report('filling the index');
  const { index, pauseMs, row: memory } = fillIndex(truth, batches);
  return [
    ...(await compareWithSqlite(bench, index, truth, batches)),
    memory,
    ...(await measureSnapshot(bench, index, truth, batches)),
    ...(await measureAdding(bench, index, truth, pauseMs)),
    ...(await measureHttp(bench)),
    ...(await measureVisible(bench)),
  ];
});

interface Filled {
  readonly index: LabelIndex;
  /** The longest that adding kept the thread to itself. */
  readonly pauseMs: number;
  readonly row: Row;
}

function fillIndex(truth: Truth, batches: readonly BenchBatch[]): Filled {
  const before = measureMemory();
  const index = new LabelIndex();
  let keyBytes = 0;
  let pauseMs = 0;
  for (const facts of batches) {
    const batch = index.announce(facts);
    const labels = [...labelsOfBatch(truth, facts)];
    for (let from = 0; from < labels.length; from += PART) {
      const began = process.threadCpuUsage();
      index.add(batch, labels.slice(from, from + PART));
      const { user, system } = process.threadCpuUsage(began);
      pauseMs = Math.max(pauseMs, (user + system) / 1000);
    }
    for (const { key } of labels) keyBytes += key.length;
  }
  const height = batches.length;
  for (const [batch, { first, size }] of batches.entries()) {
    for (let line = 0; line < size; line += 1) {
      if (!isDisputed(first + line)) continue;
      index.change({ batch, index: line }, { state: 'DISPUTED', height, position: 0 });
    }
  }
  const bytes = (measureMemory() - before - keyBytes) / index.size;
  return {
    index,
    pauseMs,
    row: toLimitRow('memory a label', 'bytes', bytes, { limit: LIMITS.bytes }),
  };
}

/** What the process holds, garbage not counted. */
function measureMemory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

async function compareWithSqlite(
  { directory, report }: Bench,
  index: LabelIndex,
  truth: Truth,
  batches: readonly BenchBatch[],
): Promise<Row[]> {
  report('filling SQLite');
  const path = join(directory, 'labels.sqlite');
  fillSqlite(path, truth, batches);
  const file = openFile(path);
  const known = listProbes((number) => pickKnown(truth, number));
  const unknown = listProbes(pickUnknown);
  const both = known.map((key, at) => (at % 2 === 0 ? key : unknown[at]!));
  const own = (key: Uint8Array) => index.find(key).length;
  const compare = async (
    figure: string,
    keys: Uint8Array[],
    peer = file,
    goal: number | null = GOAL,
  ) => {
    report(`  ${figure}`);
    const compared = await comparePairs(lookUp(own, keys), lookUp(peer.find, keys), PAIRS);
    const against = peer === file ? 'better-sqlite3' : 'better-sqlite3 in memory';
    return toRow(figure, '1/s', against, compared, goal);
  };
  const rows = [
    await compare('look-ups, labelled', known),
    await compare('look-ups, not labelled', unknown),
    await compare('look-ups, both', both),
  ];
  file.close();
  const inMemory = openInMemory(path);
  rows.push(await compare('look-ups, both', both, inMemory, null));
  inMemory.close();
  return rows;
}

function listProbes(pick: (number: number) => number): Uint8Array[] {
  return Array.from({ length: PROBES }, (_, number) => makeKey(pick(number)));
}

/** Every key once; in the thread's own time, so that what else runs on the machine counts less. */
function lookUp(find: (key: Uint8Array) => number, keys: readonly Uint8Array[]): Measure {
  let found = 0;
  return async () => {
    const began = process.threadCpuUsage();
    for (const key of keys) found += find(key);
    const { user, system } = process.threadCpuUsage(began);
    if (found < 0) throw new Error('nothing was looked up');
    return (keys.length * 1e6) / (user + system);
  };
}

async function measureSnapshot(
  { quick, directory, report }: Bench,
  index: LabelIndex,
  truth: Truth,
  batches: readonly BenchBatch[],
): Promise<Row[]> {
  report('snapshot');
  const path = join(directory, 'snapshot');
  await writeSnapshot(path, { index, level: { height: batches.length, at: 1 }, genesis: GENESIS });
  const times: number[] = [];
  let read = index;
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    ({ index: read } = await readSnapshot(path, GENESIS));
    times.push(performance.now() - began);
  }
  report('checking answers');
  const half = quick ? 100_000 : 5_000_000;
  checkAnswers(index, truth, batches, { first: 0, count: half });
  checkAnswers(read, truth, batches, { first: half, count: half });
  const ready = Math.max(...times);
  return [
    toLimitRow('ready from a snapshot', 'ms', ready, { limit: LIMITS.readyMs }),
    { ...toRow('right answers', '', 'all that were checked', { values: [2 * half], ratios: [1] }) },
  ];
}

async function measureAdding(
  { quick, report }: Bench,
  index: LabelIndex,
  truth: Truth,
  pauseMs: number,
): Promise<Row[]> {
  report('look-ups while adding');
  const size = quick ? 20_000 : 100_000;
  const { height } = index.last!;
  const batch = index.announce({ manifest: GENESIS, size, height, position: 1 });
  const labels = Array.from({ length: size }, (_, line) => ({
    ...{ key: makeKey(truth.addresses + line), offset: 700 * line, length: 699 },
  }));
  const keys = listProbes((number) =>
    number % 2 ? pickKnown(truth, number) : pickUnknown(number),
  );
  const p99s: number[] = [];
  for (let from = 0; from < size; from += size / ROUNDS) {
    const part = labels.slice(from, from + size / ROUNDS);
    p99s.push(percentile(await measureWhileAdding(index, batch, part, keys), 0.99));
  }
  return [
    toLimitRow('p99 while adding', 'us', median(p99s), { limit: LIMITS.waitUs }),
    toLimitRow('longest pause, growing', 'ms', pauseMs, { limit: LIMITS.pauseMs }),
  ];
}
