/** A disk without room: before a start, and under a node that takes items. Skipped without namespaces. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_DISK } from '../../gateway/src/node/failure-watch.ts';
import { callGateway } from '../fabric/faults/load.ts';
import { NodeProcess } from '../faults/node-process.ts';
import { Base, Scene } from '../faults/scene.ts';
import { hasSmallDisks, makeSmallDisk } from './small-disk.ts';

const PATIENCE_MS = 60_000;
const DISK = 24 * 1_048_576;
const SKIP = hasSmallDisks ? '' : ' (skipped: no user and mount namespaces here)';

describe.skipIf(!hasSmallDisks)(`a full disk${SKIP}`, () => {
  let base: Base;
  beforeAll(async () => {
    base = await Base.create();
  }, 120_000);
  afterAll(() => base?.[Symbol.asyncDispose]());

  it('is told at the start, which works once there is room', { timeout: 300_000 }, async () => {
    await using disk = await makeSmallDisk(base.directory, base.data, DISK);
    const { data, wrapper } = disk;
    await using scene = await Scene.open(data, { wrapper });
    await scene.startLoad();
    await scene.load.awaitCommit(Date.now(), PATIENCE_MS);
    await scene.node.end('SIGKILL');

    await disk.fill(0);
    const refused = await NodeProcess.start({ data, port: 0 }, { wrapper }).then(
      (node) => node.end('SIGKILL').then(() => 'it started'),
      (error: Error) => error.message,
    );
    expect(refused).toMatch(/"code":1,.*the disk of .* is full/);

    await disk.makeRoom();
    await scene.start({ wrapper });
    await scene.load.awaitCommit(Date.now(), PATIENCE_MS);
    await scene.checkAll();
  });

  it('under a node: items are refused as such, reads go on, nothing acknowledged is lost', {
    timeout: 240_000,
  }, async () => {
    await using disk = await makeSmallDisk(base.directory, base.data, DISK);
    const { data, wrapper } = disk;
    await using scene = await Scene.open(data, { wrapper });
    const load = await scene.startLoad({ requestsPerSecond: 5 });
    await load.awaitCommit(Date.now(), PATIENCE_MS);

    await disk.fill(0);
    const refusals = () => load.repeats.get('DISK_FULL') ?? 0;
    await expect
      .poll(() => refusals() > 20 || scene.node.hasEnded, { timeout: PATIENCE_MS })
      .toBe(true);
    if (scene.node.hasEnded) {
      // The disk was full just when a block was to be written: then the node ends, and says so.
      expect(await scene.node.ended).toMatchObject({
        code: EXIT_DISK,
        stderr: expect.stringContaining('free space'),
      });
      await disk.makeRoom();
      await scene.start({ wrapper });
      await load.awaitCommit(Date.now(), PATIENCE_MS);
      await scene.checkAll();
      return;
    }
    const read = await callGateway(scene.gateway, '/v1/member/members');
    expect(read.status).toBe(200);
    // A look at evidence is entered in the journal before it is answered, or it is not answered.
    const look = await callGateway(scene.gateway, '/v1/evidence/acquisitions');
    expect(await look.json()).toMatchObject({ status: 503, code: 'DISK_FULL' });
    const health = await fetch(`${scene.gateway.address}/v1/health/ready`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ checks: { ledger: 'ok', disk: 'failed' } });

    await disk.makeRoom();
    await load.awaitCommit(Date.now(), PATIENCE_MS);
    expect(scene.node.hasEnded).toBe(false);
    await scene.checkAll();
  });
});
