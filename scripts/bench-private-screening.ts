/**
 * Asking privately. Evaluations of the verifiable pseudorandom function with one proof a batch, native
 * arithmetic, against noble's multiplication of a point by a secret scalar alone, and against the whole of
 * noble's evaluation; and buckets of a table over 1,000,000 labels, from memory, against a static file of the
 * same length. Before that, native multiplication is held against noble's: 100,000 points, and one difference
 * ends the run.
 */
import '@tabellion/proof/node';
import '../screening/src/node.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { p256, p256_oprf } from '@noble/curves/nist.js';
import { fromBase64url } from '@tabellion/proof';
import { buildBuckets } from '../screening/src/private/table/build.ts';
import { prefixOf } from '../screening/src/private/table/handle.ts';
import { answerLength, readBucket } from '../screening/src/private/table/read.ts';
import { blind, finalise } from '../screening/src/private/voprf/client.ts';
import { evaluate, evaluateKnown } from '../screening/src/private/voprf/evaluate.ts';
import { ORDER, readNumber } from '../screening/src/private/voprf/group.ts';
import { deriveOprfKey } from '../screening/src/private/voprf/key.ts';
import { compareProducts } from '../screening/test/compare-products.ts';
import { runBench } from './bench-common/bench.ts';
import { measureRequests } from './bench-common/raw-client.ts';
import {
  comparePairs,
  compareRounds,
  type Measure,
  measureRate,
  type Row,
  toRow,
} from './bench-common/report.ts';
import { startServer } from './bench-common/server-process.ts';
import { addressKeyOf, listEntries } from './bench-private-screening/labels.ts';

const EVALUATION_GOAL = 15;
const BUCKET_GOAL = 0.9;
const POINTS_A_PROOF = 500;
const POINTS_A_SCALAR = 250;
const LAYOUT = { pad: { slots: 16, slotBytes: 400 } };
/** Labels that a bucket holds on average. */
const LABELS_A_BUCKET = 64;
const IN_FLIGHT = 16;

await runBench('private-screening', async ({ quick, directory, report }) => {
  const points = quick ? 2000 : 100_000;
  report(`${points} products held against noble's`);
  await checkArithmetic(points);
  report('evaluations');
  const rows = await measureEvaluations(quick ? 3 : 7);
  const labels = quick ? 16_384 : 1_048_576;
  return [...rows, await measureBuckets(labels, { quick, directory, report })];
});

async function checkArithmetic(points: number): Promise<void> {
  for (const edge of [1n, ORDER - 1n, ORDER - 2n]) await compareProducts(edge, POINTS_A_SCALAR);
  for (let done = 0; done < points; done += POINTS_A_SCALAR) {
    await compareProducts(readNumber(p256.utils.randomSecretKey()), POINTS_A_SCALAR);
  }
}

async function measureEvaluations(rounds: number): Promise<Row[]> {
  const key = deriveOprfKey(new Uint8Array(32).fill(5), { validFrom: 0, validUntil: 1 });
  const secret = readNumber(key.secretKey);
  const publicKey = fromBase64url(key.document.publicKey);
  const inputs = Array.from({ length: POINTS_A_PROOF }, (_, index) => addressKeyOf(index));
  const few = blind(inputs.slice(0, 10), key.document);
  const outputs = finalise(few.state, await evaluate(few.request, key), key.document);
  const known = await evaluateKnown(inputs.slice(0, 10), key);
  if (JSON.stringify(outputs) !== JSON.stringify(known)) throw new Error('other outputs');

  const questions = [0, 1].map(() => blind(inputs, key.document).request);
  const encoded = questions[0]!.points.slice(0, 50).map(fromBase64url);
  const points = encoded.map((point) => p256.Point.fromBytes(point));

  // Two at a time, as a server has them: one waits for the pool of threads, the other is worked on.
  const answerAll = () => Promise.all(questions.map((request) => evaluate(request, key)));
  const multiplyAll = async () => {
    for (const point of points) point.multiply(secret);
  };
  const own: Measure = () => measureRate(POINTS_A_PROOF * questions.length, answerAll);
  const multiplication: Measure = () => measureRate(points.length, multiplyAll);
  const whole: Measure = () =>
    measureRate(points.length, async () => {
      p256_oprf.voprf.blindEvaluateBatch(key.secretKey, publicKey, encoded);
    });
  const [alone, all] = await compareRounds(own, [multiplication, whole], rounds);
  const perCore = await comparePairs(
    () => measureProcessorRate(POINTS_A_PROOF * questions.length, answerAll),
    () => measureProcessorRate(points.length, multiplyAll),
    rounds,
  );
  const figure = `VOPRF, ${POINTS_A_PROOF} a proof`;
  return [
    toRow(figure, 'points/s', "noble's scalar multiplication", alone!, EVALUATION_GOAL),
    toRow(figure, 'points/s', "noble's whole evaluation", all!),
    toRow('  a second of one core', 'points', "noble's scalar multiplication", perCore),
  ];
}

/** How much is done a second of processor time, whichever threads spend it. */
async function measureProcessorRate(amount: number, work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (amount * 1e6) / (user + system);
}

async function measureBuckets(
  labels: number,
  { quick, directory, report }: { quick: boolean; directory: string; report(step: string): void },
): Promise<Row> {
  const answersFile = join(directory, 'answers.bin');
  const file = 'answer.bin';
  const prefixBits = Math.log2(labels / LABELS_A_BUCKET);
  const length = writeTable(labels, prefixBits, {
    answersFile,
    file: join(directory, file),
    report,
  });
  const script = join(import.meta.dirname, 'bench-private-screening', 'server.ts');
  const args = [script, answersFile, `${length}`, directory];
  await using server = await startServer(process.execPath, args);
  const load = {
    ...{ address: server.address, inFlight: IN_FLIGHT, status: 200 },
    milliseconds: quick ? 1000 : 2000,
  };
  let asked = 0;
  const bucket: Measure = () =>
    measureRequests({
      ...load,
      next: () => {
        asked += 1;
        const place = prefixOf(addressKeyOf((asked * 7919) % labels), { prefixBits });
        return { method: 'GET', path: `/buckets/${place}` };
      },
    });
  const unchanging: Measure = () =>
    measureRequests({ ...load, next: () => ({ method: 'GET', path: `/static/${file}` }) });
  report('buckets');
  const compared = await comparePairs(bucket, unchanging, quick ? 3 : 11);
  return toRow(`buckets of ${length} B`, 'answers/s', 'a static file', compared, BUCKET_GOAL);
}

/** Lays the table out, writes its answers and one of them alone, and returns the length of each. */
function writeTable(
  labels: number,
  prefixBits: number,
  to: { answersFile: string; file: string; report(step: string): void },
): number {
  const began = performance.now();
  const facts = { kind: 'HASH', height: 1, at: 0, validUntil: 1 } as const;
  const table = buildBuckets(listEntries(labels), { ...LAYOUT, prefixBits }, facts);
  const seconds = (performance.now() - began) / 1000;
  const length = answerLength(table.document);
  to.report(
    `${labels} labels laid out in ${seconds.toFixed(1)} s: ${2 ** prefixBits} buckets of ` +
      `${table.document.slots} slots, ${length} bytes an answer, ` +
      `${(table.answers.length / 1e6).toFixed(0)} MB`,
  );
  checkHits(table, labels);
  writeFileSync(to.answersFile, table.answers);
  writeFileSync(to.file, table.answer(0));
  return length;
}

function checkHits(table: ReturnType<typeof buildBuckets>, labels: number): void {
  for (const index of [0, 1, labels - 1, labels]) {
    const name = { addressKey: addressKeyOf(index) };
    const answer = table.answer(prefixOf(name.addressKey, table.document));
    const { found } = readBucket(table.document, name, answer, 0);
    if (found !== index < labels) throw new Error(`label ${index}: found ${found}`);
  }
}
