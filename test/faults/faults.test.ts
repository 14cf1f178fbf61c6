/** A node whose disk fails or fills under it, system call by system call. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFault } from './disk-faults.ts';
import { DiskShim, findShimGap } from './disk-shim.ts';
import { Base, Scene } from './scene.ts';
import { expectEnded, sufferDisk } from './suffer.ts';

const gap = findShimGap();

/** Some of each kind; exhaustive.ts has all. */
const FAULTS = [
  describeFault('ledger', 'fsync', 'EIO', 2),
  describeFault('ledger', 'write', 'ENOSPC', 1),
  describeFault('spool', 'fsync', 'EIO', 3),
  describeFault('manifests', 'fsync', 'ENOSPC', 1),
  describeFault('attestations', 'write', 'EIO', 1),
  describeFault('idempotency keys', 'fsync', 'EIO', 2),
  describeFault('projection', 'write', 'EIO', 1),
  describeFault('projection', 'fsync', 'ENOSPC', 1),
  describeFault('manifest index', 'fsync', 'EIO', 1),
  describeFault('spool', 'write', 'ENOSPC', 2),
  describeFault('manifests', 'create', 'ENOSPC', 1),
];
const [STOPS, WAITS] = [true, false].map((stops) => FAULTS.filter((one) => one.stops === stops));

describe.skipIf(gap)(`a disk that fails under a node${gap ? ` (${gap})` : ''}`, () => {
  let base: Base;
  let shim: DiskShim;
  let scene: Scene;
  beforeAll(async () => {
    base = await Base.create();
    shim = await DiskShim.build(base.directory);
    const data = await base.copy();
    scene = await Scene.open(data, { environment: shim.environment(data) });
  }, 240_000);
  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await base?.[Symbol.asyncDispose]();
  }, 60_000);

  it.each(STOPS!)('stops it, and it says so: $title', async (one) => {
    await scene.startLoad();
    const suffered = await sufferDisk(scene, shim, one);
    expectEnded(suffered);
    const log = await readFile(join(scene.data, 'gateway.log'), 'utf8');
    const fatal = log.split('\n').findLast((line) => line.includes('"level":60'));
    expect(JSON.parse(fatal!)).toMatchObject({ msg: 'stopped' });
    await scene.load.stop(60_000);
  }, 360_000);

  it.each([
    describeFault('projection', 'fsync', 'EIO', 1),
    describeFault('manifest index', 'fsync', 'ENOSPC', 1),
  ])('stops it while it is being stopped, too: $title', async (one) => {
    const load = await scene.startLoad();
    await load.awaitCommit(Date.now(), 60_000);
    await load.stop(60_000);
    shim.arm(one);
    const ended = await scene.node.end('SIGTERM');
    shim.disarm();
    expectEnded({ kind: 'stopped', ended });
    await scene.start({ environment: shim.environment(scene.data) });
  }, 180_000);

  it.each(WAITS!)('makes it wait for room: $title', async (one) => {
    const load = await scene.startLoad();
    expect(await sufferDisk(scene, shim, one)).toMatchObject({ kind: 'stayed', restarted: false });
    await load.stop(60_000);
  }, 180_000);

  it('and nothing acknowledged is lost, nothing counted twice, the audit clean', async () => {
    const { items } = await scene.checkAll();
    expect(items).toBeGreaterThan(0);
    await scene.audit();
  }, 180_000);
});
