/**
 * Taking in lists of labels, as a person does: the command line reads the packs, normalises every address,
 * makes the batch and its salted statements, hands it in to a gateway of its own process on an embedded
 * ledger, and signs; the time ends when a screening there shows the last label, which is
 * read from the manifest as the gateway hands it out. Against the same reading
 * in a process that writes what it read into one file, with one fsync: what a list costs that nobody else
 * is to rely on. 72,000 real tags where the data are, else as many made ones.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { runBench } from './bench-common/bench.ts';
import { startBenchGateway } from './bench-common/gateway.ts';
import { median, type Row, toLimitRow, toRow } from './bench-common/report.ts';
import { signInPerson } from './bench-label-import/command-line.ts';
import { findPacks, type Packs } from './bench-label-import/packs.ts';

const LIMIT_MS = 60_000;
const PARSE_ONLY = join(import.meta.dirname, 'bench-label-import', 'parse-only.ts');
const USER = 'analyst.cn';
const LOOK_MS = 10;

await runBench('label-import', async ({ quick, directory, report }) => {
  const packs = await findPacks(directory, quick ? 2000 : undefined);
  const data = join(directory, 'data');
  await using gateway = await startBenchGateway(data);
  await gateway.ready();
  const home = join(directory, 'home');
  const person = await signInPerson({ data, address: gateway.address, home }, USER);
  const token = await gateway.signIn();

  const importOnce = async (round: number): Promise<{ ms: number; labels: number }> => {
    const began = performance.now();
    const done = (await person.run(
      [
        ...[
          'label',
          'import',
          ...packs.files,
          '--format',
          packs.format,
          '--tlp',
          'CLEAR',
          '--again',
        ],
        ...['--legal-basis', 'cn-cpl-141@1', '--reason', `round ${round}`],
      ],
      [0, 3],
    )) as { counts: { taken: number }; batches: { batch: string; size: number }[] };
    const committed = performance.now();
    const { batch, size } = done.batches.at(-1)!;
    await seeLast(batch, size, token, gateway.address);
    const visible = performance.now();
    const parts = `${Math.round(committed - began)} ms to the commit, ${Math.round(visible - committed)} ms more until it is seen`;
    report(`round ${round}: ${done.counts.taken} labels, ${parts}`);
    return { ms: visible - began, labels: done.counts.taken };
  };
  const own: number[] = [];
  const ratios: number[] = [];
  let labels = 0;
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    const isFirst = round % 2 === 0;
    const before = isFirst ? undefined : await parseOnly(packs, join(directory, `${round}.ndjson`));
    const { ms, labels: taken } = await importOnce(round);
    const peer = before ?? (await parseOnly(packs, join(directory, `${round}.ndjson`)));
    labels = taken;
    own.push(ms);
    ratios.push(peer / ms);
  }
  const what = `${labels} ${packs.what} from their files to a screening that shows them`;
  return [
    toLimitRow(what, 'ms', median(own), { limit: quick ? LIMIT_MS / 4 : LIMIT_MS }),
    toRow('the same, labels a second', 'labels/s', 'reading alone, one file with one fsync', {
      values: own.map((ms) => (labels * 1000) / ms),
      ratios,
    }),
  ] satisfies Row[];
});

/** Milliseconds. */
async function parseOnly({ format, files }: Packs, output: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [PARSE_ONLY, format, output, ...files], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [exit] = await once(child, 'exit');
  if (exit !== 0) throw new Error(`reading alone ended with ${exit}`);
  return performance.now() - began;
}

/** Until a screening shows the last label of the batch. */
async function seeLast(batch: string, size: number, token: string, address: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'tabellion-purpose': 'BENCH' };
  const read = async (path: string) => (await fetch(address + path, { headers })).text();
  const shown = JSON.parse(await read(`/v1/label/batches/${batch}`));
  const manifest = await read(`/v1/label/manifests/${shown.record.manifest}`);
  const last = JSON.parse(manifest.trimEnd().split('\n').at(-1)!);
  for (;;) {
    const answer = await fetch(`${address}/v1/label/screen`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ queries: [{ address: last.address, network: last.network }] }),
    });
    const { answers } = (await answer.json()) as {
      answers: { labels?: { batch: string; index: number }[] }[];
    };
    if (answers[0]?.labels?.some((label) => label.batch === batch && label.index === size - 1))
      return;
    await sleep(LOOK_MS);
  }
}
