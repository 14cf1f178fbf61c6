/** Lets the disk fail under a node, and holds the node to what it said before and says after. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_DISK } from '../../gateway/src/node/failure-watch.ts';
import type { TitledFault } from './disk-faults.ts';
import type { DiskShim } from './disk-shim.ts';
import type { Ended } from './node-process.ts';
import { type Scene, until } from './scene.ts';

const PATIENCE_MS = 60_000;
/** For so long a node is watched that may stay. */
const WATCH_MS = 3_000;

/** What came of a fault. */
export type Suffered =
  /** No such call was made. */
  | { readonly kind: 'not met' }
  /** It ended by itself. */
  | { readonly kind: 'stopped'; readonly ended: Ended }
  /** It stayed, and went on once the disk was mended, by itself or only after a restart. */
  | { readonly kind: 'stayed'; readonly restarted: boolean; readonly ready: boolean };

/** It ended by itself, and said why to whoever started it. */
export function expectEnded(suffered: Suffered): void {
  assert.equal(suffered.kind, 'stopped', JSON.stringify(suffered));
  if (suffered.kind !== 'stopped') return;
  const { code, stderr } = suffered.ended;
  assert.equal(code, EXIT_DISK, stderr);
  assert.match(stderr, /^tabellion: stopped, because .*start again\.$/m);
}

export async function sufferDisk(
  scene: Scene,
  shim: DiskShim,
  fault: TitledFault,
): Promise<Suffered> {
  const environment = shim.environment(scene.data);
  await scene.load.awaitCommit(Date.now(), PATIENCE_MS);
  shim.arm(fault);
  try {
    await until(() => shim.fired > 0, fault.reachMs, 'fault');
  } catch {
    shim.disarm();
    return { kind: 'not met' };
  }
  const watched = sleep(fault.stops ? PATIENCE_MS : WATCH_MS, undefined, { ref: false });
  const ended = await Promise.race([scene.node.ended, watched]);
  const ready = await scene.isReady();
  shim.disarm();
  let restarted = false;
  if (ended === undefined) {
    const mended = Date.now();
    const resumes = scene.load.awaitCommit(mended, PATIENCE_MS);
    restarted = await resumes.then(
      () => false,
      () => true,
    );
    if (restarted) await scene.node.end('SIGKILL');
  }
  if (scene.node.hasEnded) await scene.start({ environment });
  await scene.load.awaitCommit(Date.now(), PATIENCE_MS);
  await scene.checkAcknowledged();
  return ended === undefined ? { kind: 'stayed', restarted, ready } : { kind: 'stopped', ended };
}
