/**
 * Asking privately. Evaluations of the verifiable pseudorandom function with one proof a batch, native
 * arithmetic, against noble's multiplication of a point by a secret scalar alone, and against the whole of
 * noble's evaluation; then both ways of asking by HTTP of a gateway as its operator runs it, with quota, journal
 * and signed receipt: buckets of a table over 1,000,000 labels against express.static with a file of the same
 * length, and evaluations. Before that, native multiplication is held against noble's: 100,000 points, and one
 * difference ends the run.
 */
import '@tabellion/proof/node';
import '../screening/src/node.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { p256, p256_oprf } from '@noble/curves/nist.js';
import { fromBase64url } from '@tabellion/proof';
import {
  answerLength,
  blind,
  deriveOprfKey,
  evaluate,
  evaluateKnown,
  finalise,
  MAX_BUCKETS,
  MAX_POINTS,
  prefixOf,
  signedAnnouncement,
} from '@tabellion/screening';
import { ORDER, readNumber } from '../screening/src/private/voprf/group.ts';
import { compareProducts } from '../screening/test/compare-products.ts';
import { type Bench, runBench } from './bench-common/bench.ts';
import { startBenchGateway } from './bench-common/gateway.ts';
import { measureRequests, type RawRequest } from './bench-common/raw-client.ts';
import {
  comparePairs,
  compareRounds,
  type Measure,
  measureRate,
  type Row,
  toRow,
} from './bench-common/report.ts';
import { startServer } from './bench-common/server-process.ts';
import { addressKeyOf } from './bench-private-screening/labels.ts';
import { putTable } from './bench-private-screening/put-table.ts';

const EVALUATION_GOAL = 15;
const BUCKET_GOAL = 0.9;
const POINTS_A_PROOF = MAX_POINTS;
const POINTS_A_SCALAR = 250;
/** As many as a busy service has: entries of the journal that come together share one write to the disk. */
const IN_FLIGHT = 64;

await runBench('private-screening', async (bench) => {
  const { quick, report } = bench;
  const points = quick ? 2000 : 100_000;
  report(`${points} products held against noble's`);
  await checkArithmetic(points);
  report('evaluations');
  const { rows, noble } = await measureEvaluations(quick ? 3 : 7);
  return [...rows, ...(await measureGateway(bench, noble))];
});

async function checkArithmetic(points: number): Promise<void> {
  for (const edge of [1n, ORDER - 1n, ORDER - 2n]) await compareProducts(edge, POINTS_A_SCALAR);
  for (let done = 0; done < points; done += POINTS_A_SCALAR) {
    await compareProducts(readNumber(p256.utils.randomSecretKey()), POINTS_A_SCALAR);
  }
}

async function measureEvaluations(rounds: number): Promise<{ rows: Row[]; noble: Measure }> {
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
  const rows = [
    toRow(figure, 'points/s', "noble's scalar multiplication", alone!, EVALUATION_GOAL),
    toRow(figure, 'points/s', "noble's whole evaluation", all!),
    toRow('  a second of one core', 'points', "noble's scalar multiplication", perCore),
  ];
  return { rows, noble: multiplication };
}

/** How much is done a second of processor time, whichever threads spend it. */
async function measureProcessorRate(amount: number, work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (amount * 1e6) / (user + system);
}

/** A gateway as its operator runs it: each answer is counted, on disk in the journal and signed for first. */
async function measureGateway({ quick, directory, report }: Bench, noble: Measure): Promise<Row[]> {
  const data = join(directory, 'data');
  const files = join(directory, 'static');
  const labels = quick ? 16_384 : 1_048_576;
  const table = await putTable(data, await readGenesis(data), labels);
  mkdirSync(files);
  const length = answerLength(table.document);
  writeFileSync(join(files, 'one.bin'), table.answer.subarray(0, length));
  writeFileSync(join(files, 'many.bin'), table.answer);
  report(
    `${labels} labels laid out in ${table.seconds.toFixed(1)} s: ${2 ** table.document.prefixBits} ` +
      `buckets of ${table.document.slots} slots, ${length} bytes an answer`,
  );
  const script = join(import.meta.dirname, 'bench-private-screening', 'static-server.ts');
  await using server = await startServer(process.execPath, [
    script,
    files,
    table.directory,
    table.id,
  ]);
  await using gateway = await startBenchGateway(data);
  await gateway.ready();
  const rounds = quick ? 3 : 11;
  const token = await gateway.signIn();
  await gateway.rest();
  const load = { inFlight: IN_FLIGHT, status: 200, milliseconds: quick ? 1000 : 2000 };
  let asked = 0;
  const draw = () => {
    asked += 1;
    return prefixOf(addressKeyOf((asked * 7919) % labels), table.document);
  };
  const path = `/v1/label/private/tables/${table.id}/buckets`;
  const ask =
    (next: () => RawRequest): Measure =>
    () =>
      measureRequests({
        ...{ ...load, address: gateway.address },
        next: () => ({ ...next(), token, purpose: 'bench' }),
      });
  const unchanging =
    (name: string): Measure =>
    () =>
      measureRequests({
        ...{ ...load, address: server.address },
        next: () => ({ method: 'GET', path: `/static/${name}` }),
      });
  const one = ask(() => ({ method: 'GET', path: `${path}/${draw()}` }));
  const many = ask(() => ({
    ...{ method: 'POST', path },
    body: JSON.stringify({ buckets: Array.from({ length: MAX_BUCKETS }, draw) }),
  }));
  const bare: Measure = () =>
    measureRequests({
      ...{ ...load, address: server.address },
      next: () => ({ method: 'GET', path: `/buckets/${draw()}` }),
    });
  report('buckets');
  const unaccounted = await comparePairs(bare, unchanging('one.bin'), rounds);
  const single = await comparePairs(one, unchanging('one.bin'), rounds);
  const several = await comparePairs(many, unchanging('many.bin'), rounds);
  report('evaluations by HTTP');
  const again = await gateway.signIn();
  const { keyId, points } = await drawQuestion(gateway.address, again);
  const body = JSON.stringify({ keyId, points });
  const evaluations: Measure = async () =>
    points.length *
    (await measureRequests({
      ...{ ...load, address: gateway.address, inFlight: 2 },
      next: () => ({
        ...{ method: 'POST', path: '/v1/label/private/evaluations' },
        ...{ token: again, purpose: 'bench', body },
      }),
    }));
  const evaluated = await comparePairs(evaluations, noble, quick ? 3 : 7);
  return [
    toRow(
      `${MAX_BUCKETS} buckets, ${table.answer.length} B, by HTTP, journalled`,
      'answers/s',
      'a static file',
      several,
      BUCKET_GOAL,
    ),
    toRow(`one, ${length} B, without journal or caller`, 'answers/s', 'a static file', unaccounted),
    toRow(`one, ${length} B, by HTTP, journalled`, 'answers/s', 'a static file', single),
    toRow(
      `VOPRF by HTTP, ${points.length} a proof, journalled`,
      'points/s',
      "noble's scalar multiplication",
      evaluated,
    ),
  ];
}

/** Founds the ledger. */
async function readGenesis(data: string): Promise<string> {
  await using gateway = await startBenchGateway(data);
  const { genesis } = (await (await fetch(`${gateway.address}/v1/trust`)).json()) as {
    genesis: string;
  };
  return genesis;
}

/** Under the gateway's own key. */
async function drawQuestion(address: string, token: string) {
  const response = await fetch(`${address}/v1/label/private`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { announcement } = signedAnnouncement.parse(await response.json());
  const inputs = Array.from({ length: POINTS_A_PROOF }, (_, index) => addressKeyOf(index));
  return blind(inputs, announcement.keys.at(-1)!).request;
}
