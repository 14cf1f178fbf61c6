/** SIGKILL at random instants of a node's work, recovery included. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawNumbers } from './draw.ts';
import { killOften } from './kills.ts';
import { Base, Scene } from './scene.ts';

/** 200 and more: exhaustive.ts. */
const KILLS = 10;

let base: Base;
beforeAll(async () => {
  base = await Base.create();
}, 240_000);
afterAll(() => base?.[Symbol.asyncDispose]());

it(`${KILLS} kills of a node that takes items lose nothing and double nothing`, async () => {
  await using scene = await Scene.open(await base.copy());
  await scene.startLoad({ requestsPerSecond: 30 });
  const { items } = await killOften(scene, { kills: KILLS, draw: drawNumbers('kills') });
  expect(items).toBeGreaterThan(0);
}, 300_000);
