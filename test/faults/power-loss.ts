/** Records a node at work, and opens what a disk might hold had the power gone at some instant of it. */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Load, Place, Request } from '../fabric/faults/load.ts';
import { DiskModel, type Fate } from './disk-model.ts';
import { type DiskCall, type DiskShim, readDiskLog } from './disk-shim.ts';
import { Scene } from './scene.ts';

export interface Recording {
  /** The directory as it was before. */
  readonly before: DiskModel;
  readonly calls: readonly DiskCall[];
  /** Where in the record the node was ready, and the load began. */
  readonly whileLoaded: number;
  readonly acquisition: string;
  readonly requests: readonly Request[];
  readonly acknowledged: Pick<Load, 'acknowledged' | 'acts' | 'receipts'>;
}

/** A node's whole life on `data`: started, under load for some time, and killed. */
export async function recordNode(shim: DiskShim, data: string, ms: number): Promise<Recording> {
  const before = await DiskModel.read(data);
  const log = join(dirname(data), 'calls');
  await using scene = await Scene.open(data, { environment: shim.environment(data, log) });
  const whileLoaded = readDiskLog(log).length;
  const load = await scene.startLoad();
  await sleep(ms);
  const { acquisition, requests, acknowledged, acts, receipts } = load;
  const known = {
    acknowledged: new Map(acknowledged),
    acts: new Map(acts),
    receipts: new Map(receipts),
  };
  const asked = [...requests];
  load.abandon();
  await scene.node.end('SIGKILL');
  const calls = readDiskLog(log);
  return { before, calls, whileLoaded, acquisition, requests: asked, acknowledged: known };
}

/** Instants at which the client learnt something: positions in the record, right after an answer. */
function listAnswers({ calls, acquisition }: Recording): number[] {
  return calls.flatMap(({ call, bytes }, at) =>
    call === 'send' && (bytes.includes('"leaf":"') || bytes.includes(`"receipt":"${acquisition}`))
      ? [at + 1]
      : [],
  );
}

/** In order; every other one right after an answer, when the client knows something for the first time. */
export function chooseInstants(recording: Recording, count: number, draw: () => number): number[] {
  const answers = listAnswers(recording);
  const [first = 0] = answers;
  const { length } = recording.calls;
  const chosen = Array.from({ length: count }, (_, turn) =>
    turn % 2 === 0
      ? answers[Math.floor(draw() * answers.length)]!
      : first + Math.floor(draw() * (length - first)),
  );
  return chosen.sort((one, other) => one - other);
}

/** What the client knew by then. */
function knownAt({ calls, acknowledged }: Recording, instant: number) {
  const sent = Buffer.concat(
    calls.slice(0, instant).flatMap(({ call, bytes }) => (call === 'send' ? [bytes] : [])),
  ).toString('latin1');
  const keep = <K, V>(map: ReadonlyMap<K, V>, textOf: (key: K, value: V) => string) =>
    [...map].filter(([key, value]) => sent.includes(textOf(key, value)));
  return {
    items: keep<string, Place>(acknowledged.acknowledged, (_, { leaf }) => `"leaf":"${leaf}"`),
    acts: keep<string, string>(acknowledged.acts, (_, txId) => txId),
    receipts: keep<string, readonly string[]>(acknowledged.receipts, (receipt) => receipt),
  };
}

export interface Survived {
  readonly acknowledged: number;
  readonly receipts: number;
  readonly items: number;
}

/**
 * The power goes at `instant`, the disk keeps what `fate` says, a node starts on it, and the client asks
 * for everything again: what it knew stands, and all is there once. `model` has seen the calls before.
 */
export async function survive(
  recording: Recording,
  model: DiskModel,
  instant: number,
  fate: Fate,
  target: string,
): Promise<Survived> {
  await model.rebuild(target, fate);
  try {
    await using scene = await Scene.open(target);
    const known = knownAt(recording, instant);
    const load = scene.resumeLoad(recording.acquisition);
    for (const [name, place] of known.items) load.acknowledged.set(name, place);
    for (const [id, txId] of known.acts) load.acts.set(id, txId);
    // Before the same is asked again, which would make up for what was lost.
    for (const [receipt] of known.receipts) await scene.assertReceipt(receipt);
    await scene.checkAcknowledged();
    await load.repeat(recording.requests);
    const { items } = await scene.checkAll();
    await scene.audit();
    return { acknowledged: known.items.length, receipts: known.receipts.length, items };
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}
