/** Kills a node at random instants of its work and starts it again, on one data directory. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from './scene.ts';

/** A kill comes within this after the node is ready, or has committed something, milliseconds. */
const LATEST_MS = 400;
const PATIENCE_MS = 60_000;
/** The ledger is read again, from block 0 on, after so many kills. */
const CHECK_EVERY = 20;

export interface Killed {
  readonly kills: number;
  readonly items: number;
  readonly batches: number;
  /** Answers that made requests be sent again. */
  readonly repeats: ReadonlyMap<string, number>;
}

export async function killOften(
  scene: Scene,
  { kills, draw }: { readonly kills: number; readonly draw: () => number },
): Promise<Killed> {
  for (let kill = 1; kill <= kills; kill += 1) {
    // Every other one may come while what the last one left is still made good.
    if (kill % 2 === 0) await scene.load.awaitCommit(Date.now(), PATIENCE_MS);
    await sleep(LATEST_MS * draw());
    await scene.node.end('SIGKILL');
    await scene.start();
    if (kill % CHECK_EVERY === 0) await scene.checkAcknowledged();
  }
  const { repeats } = scene.load;
  const { items, batches } = await scene.checkAll();
  await scene.audit();
  return { kills, items, batches, repeats };
}
