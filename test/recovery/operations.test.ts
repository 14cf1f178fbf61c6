/** The commands of docs/operations.md about a gateway's data directory, as they are written there. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway } from '../fabric/faults/load.ts';
import { openSection } from '../fabric/operations.ts';
import { Base, Scene } from '../faults/scene.ts';

const PATIENCE_MS = 60_000;

let base: Base;
beforeAll(async () => {
  base = await Base.create();
}, 120_000);
afterAll(() => base?.[Symbol.asyncDispose]());

it('back up, audit the copy, throw the projection away', { timeout: 300_000 }, async () => {
  const data = await base.copy();
  const at = (name: string) => join(data, '..', name);
  const files = {
    'data/cn': data,
    'backup/cn': at('copy'),
    'trust.json': at('trust.json'),
  };
  const world = { at, network: { directory: at('none') } };
  await using scene = await Scene.open(data);
  await scene.startLoad({ requestsPerSecond: 7 });
  await scene.load.awaitCommit(Date.now(), PATIENCE_MS);
  const trust = await callGateway(scene.gateway, '/v1/trust');
  await writeFile(at('trust.json'), new Uint8Array(await trust.arrayBuffer()));

  const section = await openSection(world, 'Back up and restore a gateway');
  expect(await section.next('./scripts/backup', { files })).toContain('private keys');
  expect(await section.next('./scripts/tabellion audit', { files })).toContain('CLEAN');
  section.end();

  await scene.load.stop(PATIENCE_MS);
  await scene.node.end('SIGTERM');
  const rebuilding = await openSection(world, 'Rebuild a projection');
  await rebuilding.next('rm ', { files });
  rebuilding.end();
  await scene.start();
  await scene.checkAll();
});
