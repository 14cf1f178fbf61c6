/** A consortium under load through the faults of its nodes: nothing acknowledged is lost, none doubled. */
import '@tabellion/proof/node';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fabric } from '../test-network.ts';
import { FAULTS } from './faults.ts';
import { formatSeen, openScene, type Scene, type Seen, sufferFault } from './scene.ts';

const title = `under load${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let scene: Scene;
  const seen: Seen[] = [];
  beforeAll(async () => {
    scene = await openScene();
  }, 180_000);
  afterAll(async () => {
    process.stdout.write(`\n${formatSeen(seen)}\n`);
    await scene?.[Symbol.asyncDispose]();
  }, 60_000);

  it.each(FAULTS)('$title', async ({ title: fault, run }) => {
    seen.push(await sufferFault(scene, fault, () => run(scene)));
  }, 180_000);

  it('every item is on the ledger once, and its proof verifies offline', async () => {
    await scene.load.stop(120_000);
    const { items } = await scene.check.checkAll();
    expect(items).toBe(scene.load.sent.items);
  }, 240_000);
});
