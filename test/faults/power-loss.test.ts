/** A node on a disk that kept only what was fsynced, or besides that whatever it pleased. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawFate, NOTHING_MORE } from './disk-model.ts';
import { DiskShim, findShimGap } from './disk-shim.ts';
import { drawNumbers } from './draw.ts';
import { chooseInstants, type Recording, recordNode, survive } from './power-loss.ts';
import { Base } from './scene.ts';

const gap = findShimGap();
const INSTANTS = 3;
const RECORDED_MS = 2000;

describe.skipIf(gap)(`the power goes while a node takes items${gap ? ` (${gap})` : ''}`, () => {
  let base: Base;
  let recording: Recording;
  let instants: number[];
  const draw = drawNumbers('power');
  beforeAll(async () => {
    base = await Base.create();
    recording = await recordNode(
      await DiskShim.build(base.directory),
      await base.copy(),
      RECORDED_MS,
    );
    instants = chooseInstants(recording, INSTANTS, draw);
  }, 240_000);
  afterAll(() => base?.[Symbol.asyncDispose]());

  it('what was acknowledged stands, once, whatever the disk kept besides what was synced', async () => {
    const { before: model, calls } = recording;
    let done = 0;
    for (const instant of instants) {
      for (; done < instant; done += 1) model.apply(calls[done]!);
      for (const fate of [NOTHING_MORE, drawFate(draw)]) {
        const target = join(base.directory, 'survivor');
        const { items } = await survive(recording, model, instant, fate, target);
        expect(items).toBeGreaterThan(0);
      }
    }
  }, 300_000);
});
