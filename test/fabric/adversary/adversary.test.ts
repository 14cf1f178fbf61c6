/** Clients, members and outsiders that do not do what they should, on one real network. */
import { afterAll, beforeAll, describe } from 'vitest';
import { fabric } from '../test-network.ts';
import { describeAltered } from './altered.ts';
import { describeClock } from './clock.ts';
import { describeFlood } from './flood.ts';
import { describeHeldBack } from './held-back.ts';
import { describeLagging } from './lagging.ts';
import { describeOutsiders } from './outsiders.ts';
import { describeRepeated } from './repeated.ts';
import { openWorld, type World } from './world.ts';
import { describeWriters } from './writers.ts';

const title = `adversaries on Fabric${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let opened: World | undefined;
  beforeAll(async () => {
    opened = await openWorld();
  }, 180_000);
  afterAll(() => opened?.[Symbol.asyncDispose](), 60_000);
  const world = () => opened!;

  describeHeldBack(world, () => {
    describeRepeated(world);
    describeWriters(world);
    describeClock(world);
    describeOutsiders(world);
    describeAltered(world);
    describeFlood(world);
    describeLagging(world);
  });
});
