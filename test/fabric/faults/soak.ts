/**
 * Faults at random under load, for as long as asked: `scripts/node test/fabric/faults/soak.ts [--minutes N]
 * [--seed N]`. The same seed gives the same faults in the same order.
 */
import '@tabellion/proof/node';
import { createHash } from 'node:crypto';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { FAULTS } from './faults.ts';
import { formatSeen, lasting, openScene, type Seen, sufferFault } from './scene.ts';

const PATIENCE_MS = 120_000;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
});

/** From 0 to 1. */
function* drawNumbers(seed: string): Generator<number, never> {
  for (let turn = 0; ; turn += 1) {
    const digest = createHash('sha256').update(`${seed}/${turn}`).digest();
    yield digest.readUInt32BE() / 2 ** 32;
  }
}

const random = drawNumbers(values.seed);
const draw = () => random.next().value;

await using scene = await openScene();
const seen: Seen[] = [];
const until = Date.now() + Number(values.minutes) * 60_000;
try {
  while (Date.now() < until) {
    const { title, run } = FAULTS[Math.floor(draw() * FAULTS.length)]!;
    await lasting(3 * draw());
    seen.push(await sufferFault(scene, title, () => run(scene)));
    process.stdout.write(`${formatSeen(seen.slice(-1)).split('\n')[1]}\n`);
  }
  await scene.load.stop(PATIENCE_MS);
  const found = await scene.check.checkAll();
  process.stdout.write(`\n${formatSeen(seen)}\n\n${JSON.stringify(found)}\n`);
} finally {
  scene.load.abandon();
}
