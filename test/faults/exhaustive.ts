/**
 * Everything that the tests of this folder try some of:
 *
 *   scripts/node test/faults/exhaustive.ts disk [--only PATTERN] [--at 1,2,7]
 *   scripts/node test/faults/exhaustive.ts power [--states N] [--seed S] [--first-start]
 *   scripts/node test/faults/exhaustive.ts kill [--kills N] [--seed S]
 *
 * The same seed gives the same instants as far as the node's own work repeats. Exit code 1 if anything
 * was lost, counted twice, or went on where it had to stop.
 */
import '@tabellion/proof/node';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { listFaults, type TitledFault } from './disk-faults.ts';
import { drawFate, NOTHING_MORE } from './disk-model.ts';
import { DiskShim } from './disk-shim.ts';
import { drawNumbers } from './draw.ts';
import { killOften } from './kills.ts';
import { chooseInstants, recordNode, survive } from './power-loss.ts';
import { Base, Scene } from './scene.ts';
import { expectEnded, sufferDisk } from './suffer.ts';

const RECORDED_MS = 3000;
const PATIENCE_MS = 120_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '.' },
    at: { type: 'string', default: '1,5' },
    states: { type: 'string', default: '100' },
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    'first-start': { type: 'boolean', default: false },
  },
});

const say = (text: string) => void process.stdout.write(`${text}\n`);
let failures = 0;

/** One that fails does not keep the others from being tried. */
async function attempt(title: string, work: () => Promise<string>): Promise<void> {
  const from = Date.now();
  const result = await work().catch((error: Error) => {
    failures += 1;
    return `FAILED ${error.message.split('\n')[0]}`;
  });
  say(`${title.padEnd(48)} ${((Date.now() - from) / 1000).toFixed(1).padStart(6)} s  ${result}`);
}

async function failDisk(base: Base): Promise<void> {
  const shim = await DiskShim.build(base.directory);
  const only = new RegExp(values.only);
  const { calls, whileLoaded } = await recordNode(shim, await base.copy(), RECORDED_MS);
  const faults = listFaults(calls.slice(whileLoaded), values.at.split(',').map(Number));
  say(`${faults.length} faults`);
  const groups = Map.groupBy(faults, ({ place }) => place);
  for (const [place, all] of groups) {
    const chosen = all.filter(({ title }) => only.test(title));
    if (chosen.length > 0) await failPlace(base, shim, place, chosen);
  }
}

/** One after the other on one data directory, which is audited at the end. */
async function failPlace(
  base: Base,
  shim: DiskShim,
  place: string,
  faults: readonly TitledFault[],
) {
  const data = await base.copy();
  await using scene = await Scene.open(data, { environment: shim.environment(data) });
  for (const fault of faults) {
    await attempt(fault.title, async () => {
      shim.disarm();
      if (scene.node.hasEnded) await scene.start({ environment: shim.environment(data) });
      const load = await scene.startLoad();
      // A load that goes on after a failed attempt would never let the last look come to an end.
      const suffered = await sufferDisk(scene, shim, fault).finally(() => load.stop(PATIENCE_MS));
      if (suffered.kind !== 'not met' && fault.stops) expectEnded(suffered);
      const repeats = [...load.repeats].map(([code, count]) => `${code} ${count}`).join(', ');
      if (suffered.kind === 'stopped') return `stopped with ${suffered.ended.code}; ${repeats}`;
      if (suffered.kind === 'not met') return 'no such call';
      return `${suffered.restarted ? 'went on after a restart' : 'went on'}; ${repeats}`;
    });
  }
  await attempt(`${place}: all of it`, async () => {
    const { items, batches } = await scene.checkAll();
    await scene.audit();
    return `${items} items in ${batches} batches, each once; audit clean`;
  });
}

async function cutPower(base: Base): Promise<void> {
  const shim = await DiskShim.build(base.directory);
  const isFirst = values['first-start'];
  const data = isFirst ? join(base.directory, 'first', 'data') : await base.copy();
  if (isFirst) await mkdir(data, { recursive: true, mode: 0o700 });
  const recording = await recordNode(shim, data, RECORDED_MS);
  const { calls, before: model } = recording;
  say(`${calls.length} calls recorded, ${recording.requests.length} requests`);
  const draw = drawNumbers(values.seed);
  let done = 0;
  for (const instant of chooseInstants(recording, Number(values.states) / 2, draw)) {
    for (; done < instant; done += 1) model.apply(calls[done]!);
    for (const [name, fate] of [
      ['what was synced', NOTHING_MORE],
      ['more at random', drawFate(draw)],
    ] as const) {
      await attempt(`call ${instant}: ${name}`, async () => {
        const target = join(base.directory, 'survivor');
        const { acknowledged, receipts } = await survive(recording, model, instant, fate, target);
        return `${acknowledged} items and ${receipts} receipts stand`;
      });
    }
  }
}

async function kill(base: Base): Promise<void> {
  await attempt(`${values.kills} kills`, async () => {
    await using scene = await Scene.open(await base.copy());
    await scene.startLoad({ requestsPerSecond: 30 });
    const draw = drawNumbers(values.seed);
    const { items, batches, repeats } = await killOften(scene, {
      kills: Number(values.kills),
      draw,
    });
    return `${items} items in ${batches} batches, each once; asked again: ${JSON.stringify([...repeats])}`;
  });
}

const RUNS: Readonly<Record<string, (base: Base) => Promise<void>>> = {
  disk: failDisk,
  power: cutPower,
  kill,
};
const run = RUNS[positionals[0] ?? ''];
if (!run) {
  process.stderr.write(`name one of ${Object.keys(RUNS).join(', ')}\n`);
  process.exit(2);
}
await using base = await Base.create();
await run(base);
say(failures === 0 ? 'all of it held' : `${failures} FAILED`);
process.exitCode = failures === 0 ? 0 : 1;
