/**
 * Anchors a directory in a process of its own and kills itself, as `kill -9` does, at a given step.
 * Argument: JSON of {@link AnchorTask}. Prints the result as JSON.
 */
import { join } from 'node:path';
import { anchorPaths } from '../../gateway/src/evidence/anchor-paths.ts';
import { ManifestStore } from '../../gateway/src/evidence/manifest-store.ts';
import { openEvidenceConsortium } from './evidence-consortium.ts';

export interface AnchorTask {
  /** Data directory of the consortium. */
  readonly data: string;
  readonly acquisition: string;
  readonly root: string;
  readonly batchItems: number;
  /** `hash:N`: once N files are done; `<call>`: before it; `<call>+`: after it. */
  readonly killAt?: string;
}

const task = JSON.parse(process.argv[2]!) as AnchorTask;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal ends this process before it could go on.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

function around<A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) {
  return async (...args: A): Promise<R> => {
    if (task.killAt === name) die();
    const result = await call(...args);
    if (task.killAt === `${name}+`) die();
    return result;
  };
}

const { ledger, service, portsOf, close } = await openEvidenceConsortium(task.data);
const manifests = await ManifestStore.open({ directory: join(task.data, 'manifests') });
const result = await anchorPaths(
  [task.root],
  {
    acquisition: task.acquisition,
    stateDirectory: join(task.data, 'state'),
    batchItems: task.batchItems,
    workers: 2,
    onProgress: ({ filesDone }) => {
      if (task.killAt?.startsWith('hash:') && filesDone >= Number(task.killAt.slice(5))) die();
    },
  },
  {
    ...portsOf(service),
    putManifest: around('put', (announced, body) => manifests.put(announced, body)),
    act: {
      prepare: (request) => ledger.prepare(request),
      endorse: around('endorse', (proposal, options) => ledger.endorse(proposal, options)),
      submit: around('submit', (payload) => ledger.submit(payload)),
      status: around('status', (txId, options) => ledger.status(txId, options)),
    },
  },
);
await manifests.close();
await close();
process.stdout.write(JSON.stringify(result));
