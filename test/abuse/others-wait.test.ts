/**
 * What others notice of clients that send 100 MB, read nothing or never end. By how much they wait longer
 * is measured by `scripts/bench abuse`, which wants a machine for itself; here they must be answered.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AbuseScene } from './abuse-scene.ts';

const REQUESTS = 30;
const ROUNDS = 2;
const MOST_MEGABYTES = 150;

let directory: string;
let scene: AbuseScene;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-abuse-'));
  scene = await AbuseScene.open(join(directory, 'data'), REQUESTS);
}, 120_000);

afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

it('answers all others, takes no body that is too large, and keeps its memory', async () => {
  expect((await scene.measure()).failures).toEqual([]);
  const peakBefore = scene.gateway.peakMegabytes();
  for (let round = 0; round < ROUNDS; round += 1) {
    const { measured, abused } = await scene.measureAbused();
    expect(measured.failures).toEqual([]);
    expect(abused.wholeBodies).toBe(0);
  }
  expect(scene.gateway.peakMegabytes() - peakBefore).toBeLessThan(MOST_MEGABYTES);
}, 300_000);
