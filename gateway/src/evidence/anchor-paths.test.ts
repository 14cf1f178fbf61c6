import '@tabellion/proof/node';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBase64url } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnchorTask } from '../../../test/support/anchor-child.ts';
import {
  type EvidenceConsortium,
  openEvidenceConsortium,
} from '../../../test/support/evidence-consortium.ts';
import { type AttemptLog, anchorBatch, forgetfulLog } from './anchor.ts';
import { type AnchorPathsOptions, anchorPaths } from './anchor-paths.ts';
import { parseCommitment } from './commitment.ts';
import { ManifestStore } from './manifest-store.ts';
import { describeLines, makeDirectory, makeLine } from './testing.ts';

let home: ReturnType<typeof makeDirectory>;
let world: EvidenceConsortium;
let manifests: ManifestStore;
beforeAll(async () => {
  home = makeDirectory();
  world = await openEvidenceConsortium(home.path);
  manifests = await ManifestStore.open({ directory: join(home.path, 'manifests') });
});
afterAll(async () => {
  await manifests.close();
  await world.close();
  home.remove();
});

let trees = 0;
function makeTree(files: Readonly<Record<string, string>>): string {
  trees += 1;
  const root = join(home.path, `tree-${trees}`);
  mkdirSync(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(Buffer.from(`${root}/${name}`, 'latin1'), content);
  }
  return root;
}

const portsFor = (signer = world.service) => ({
  ...world.portsOf(signer),
  putManifest: manifests.put.bind(manifests),
});
const anchor = (
  acquisition: string,
  paths: readonly (string | Uint8Array)[],
  options: Partial<AnchorPathsOptions> = {},
) =>
  anchorPaths(
    paths,
    { acquisition, stateDirectory: join(home.path, 'state'), workers: 2, ...options },
    portsFor(),
  );

/** What the acquisition's manifests say, by name relative to the tree. */
async function listItems(acquisition: string, store = manifests) {
  const items = await store.listItems({ acquisition }, -1, 100_000);
  return items.map(({ bytes }) => {
    const { path, kind, size, digest, modifiedAt } = parseCommitment(bytes);
    const name = Buffer.from(fromBase64url(path)).toString('latin1');
    return { name: name.split('/').slice(1).join('/'), kind, size, digest, modifiedAt };
  });
}
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

describe('anchoring a tree', () => {
  it('commits to every file and link, reports the rest, and states exact totals', async () => {
    const acquisition = await world.acquire(world.service);
    const root = makeTree({ 'a/one': 'first', 'b\xff\n': 'second', '-rf': '' });
    symlinkSync('a/one', join(root, 'link'));
    mkdirSync(join(root, 'empty'));
    spawnSync('mkfifo', [join(root, 'pipe')]);
    utimesSync(join(root, 'a/one'), 1, 1_234_567_890.5);
    const seen: unknown[] = [];
    const result = await anchor(acquisition, [root], {
      also: ['md5'],
      onProgress: (state) => seen.push(state),
    });
    expect(result).toMatchObject({
      totals: { batches: 1, items: 4, bytes: 5 + 6 + 5 },
      hashed: { files: 3, bytes: 11 },
      known: 0,
      omitted: 1,
      reports: { 'empty-directory': 1, fifo: 1 },
    });
    expect(seen.at(-1)).toMatchObject({
      filesDone: 4,
      filesTotal: 4,
      bytesDone: 16,
      bytesTotal: 16,
    });
    const reports = readFileSync(result.reportFile, 'utf8').trim().split('\n');
    expect(reports.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ code: 'empty-directory' }),
      expect.objectContaining({ code: 'fifo', text: expect.stringMatching(/\/pipe$/) }),
    ]);

    const items = await listItems(acquisition);
    expect(items.map(({ name }) => name).sort()).toEqual(['-rf', 'a/one', 'b\xff\n', 'link']);
    expect(items.find(({ name }) => name === 'a/one')).toMatchObject({
      kind: 'file',
      size: 5,
      digest: { sha256: sha256('first'), md5: createHash('md5').update('first').digest('hex') },
      modifiedAt: 1_234_567_890_500,
    });
    expect(items.find(({ name }) => name === 'link')).toMatchObject({
      kind: 'link',
      size: 5,
      digest: { sha256: sha256('a/one') },
    });
    const { head } = await world.portsOf(world.service).reader.readContext(acquisition);
    expect(head).toMatchObject({
      sequence: 1,
      items: 4,
      bytes: 16,
      last: result.batches[0]!.batch,
    });
  });

  it('fills batches one after the other and chains them', async () => {
    const acquisition = await world.acquire(world.service);
    const files = Array.from({ length: 25 }, (_, index) => [`f${index}`, `${index}`]);
    const root = makeTree(Object.fromEntries(files));
    const result = await anchor(acquisition, [root], { batchItems: 10 });
    expect(result.batches.map(({ size }) => size)).toEqual([10, 10, 5]);
    expect(new Set((await listItems(acquisition)).map(({ name }) => name)).size).toBe(25);
  });

  it('again does nothing; a changed or new file is anchored as well', async () => {
    const acquisition = await world.acquire(world.service);
    const root = makeTree({ a: 'a', b: 'b' });
    await anchor(acquisition, [root]);
    const again = await anchor(acquisition, [root]);
    expect(again).toMatchObject({ batches: [], hashed: { files: 0 }, known: 2 });
    appendFileSync(join(root, 'a'), '!');
    writeFileSync(join(root, 'c'), 'c');
    const third = await anchor(acquisition, [root]);
    expect(third).toMatchObject({
      hashed: { files: 2 },
      known: 1,
      totals: { items: 4 },
      reports: { 'changed-since-last-run': 1 },
    });
  });

  it('of an acquisition that is not there reads nothing', async () => {
    const root = makeTree({ a: 'a' });
    await expect(anchor('f'.repeat(32), [root])).rejects.toMatchObject({
      code: 'ACQUISITION_UNKNOWN',
    });
  });

  it('stops when told and goes on later', async () => {
    const acquisition = await world.acquire(world.service);
    const files = Array.from({ length: 2000 }, (_, index) => [`f${index}`, `${index}`]);
    const root = makeTree(Object.fromEntries(files));
    const stop = new AbortController();
    const stopped = anchor(acquisition, [root], {
      signal: stop.signal,
      onProgress: ({ filesDone }) => {
        if (filesDone > 500) stop.abort(new Error('Ctrl-C'));
      },
    });
    await expect(stopped).rejects.toThrow('Ctrl-C');
    const rest = await anchor(acquisition, [root]);
    expect(rest.known).toBeGreaterThanOrEqual(500);
    expect(rest.known + rest.hashed.files).toBe(2000);
    expect(rest.totals.items).toBe(2000);
  });

  it('ends with the failure to anchor, and keeps what was hashed', async () => {
    const acquisition = await world.acquire(world.service);
    const root = makeTree({ a: 'a' });
    const options = { acquisition, stateDirectory: join(home.path, 'state') };
    const failing = anchorPaths([root], options, {
      ...portsFor(),
      putManifest: () => Promise.reject(new Error('gateway away')),
    });
    await expect(failing).rejects.toThrow('gateway away');
    expect(await anchor(acquisition, [root])).toMatchObject({ known: 1, totals: { items: 1 } });
  });
});

describe('a batch', () => {
  const content = (acquisition: string) => {
    const { digest: manifest, root, size, bytes } = describeLines([makeLine('x')]);
    return { acquisition, manifest, root, size, bytes, collectedAt: Date.now() };
  };

  it('is not signed when the endorsed record is not the one expected', async () => {
    const acquisition = await world.acquire(world.service);
    const ports = world.portsOf(world.service);
    const submitted: unknown[] = [];
    const lying = {
      ...ports,
      reader: {
        ...ports.reader,
        readContext: async (id: string) => ({
          ...(await ports.reader.readContext(id)),
          touched: ['FR'],
        }),
      },
      act: {
        prepare: world.ledger.prepare.bind(world.ledger),
        endorse: world.ledger.endorse.bind(world.ledger),
        status: world.ledger.status.bind(world.ledger),
        submit: async (payload: unknown) => void submitted.push(payload),
      },
    };
    await expect(anchorBatch(content(acquisition), lying, forgetfulLog())).rejects.toMatchObject({
      code: 'RECORD_MISMATCH',
    });
    expect(submitted).toEqual([]);
  });

  it('is made anew from a fresh reading when what was remembered has changed', async () => {
    const acquisition = await world.acquire(world.service);
    const ports = world.portsOf(world.service);
    const asked: (boolean | undefined)[] = [];
    const remembering = {
      ...ports,
      reader: {
        ...ports.reader,
        readContext: async (id: string, how?: { readonly fresh?: boolean }) => {
          asked.push(how?.fresh);
          const context = await ports.reader.readContext(id, how);
          return how?.fresh ? context : { ...context, touched: ['FR'] };
        },
      },
    };
    const { sequence } = await anchorBatch(content(acquisition), remembering, forgetfulLog());
    expect(sequence).toBe(1);
    expect(asked).toEqual([false, true]);
  });

  it('waits its turn when others extend the same chain', async () => {
    const acquisition = await world.acquire(world.service);
    const ports = world.portsOf(world.service);
    const anchored = await Promise.all(
      Array.from({ length: 5 }, () => anchorBatch(content(acquisition), ports, forgetfulLog())),
    );
    expect(anchored.map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives up after a time where others never let it through, and says why', async () => {
    const acquisition = await world.acquire(world.service);
    const ports = world.portsOf(world.service);
    let tries = 0;
    const outrun = {
      ...ports,
      act: {
        prepare: world.ledger.prepare.bind(world.ledger),
        endorse: async () => {
          tries += 1;
          throw Object.assign(new Error('the chain moved on'), { contractCode: 'CHAIN_CONFLICT' });
        },
        submit: world.ledger.submit.bind(world.ledger),
        status: world.ledger.status.bind(world.ledger),
      },
    };
    const options = { conflictMs: 500 };
    const anchoring = anchorBatch(content(acquisition), outrun, forgetfulLog(), options);
    await expect(anchoring).rejects.toMatchObject({ code: 'CHAIN_CONFLICT' });
    expect(tries).toBeGreaterThan(1);
  });

  it('whose outcome was not told is asked for, not sent again', async () => {
    const acquisition = await world.acquire(world.service);
    const ports = world.portsOf(world.service);
    let asked = 0;
    let submitted = 0;
    const deaf = {
      ...ports,
      act: {
        prepare: world.ledger.prepare.bind(world.ledger),
        endorse: world.ledger.endorse.bind(world.ledger),
        submit: (payload: Parameters<typeof world.ledger.submit>[0]) => {
          submitted += 1;
          return world.ledger.submit(payload);
        },
        status: async (txId: string) => {
          asked += 1;
          if (asked < 4) throw Object.assign(new Error('no answer'), { code: 'UNKNOWN' });
          return world.ledger.status(txId);
        },
      },
    };
    await anchorBatch(content(acquisition), deaf, forgetfulLog());
    expect([asked, submitted]).toEqual([4, 1]);
  });

  it('that an earlier process anchored is found by its attempt', async () => {
    const acquisition = await world.acquire(world.service);
    const ports = world.portsOf(world.service);
    const log: AttemptLog = forgetfulLog();
    const first = await anchorBatch(content(acquisition), ports, log);
    const second = await anchorBatch(content(acquisition), ports, log);
    expect(second).toMatchObject({ digest: first.digest, txId: first.txId });
    expect((await ports.reader.readContext(acquisition)).head.sequence).toBe(1);
  });

  it('of a closed acquisition is refused', async () => {
    const acquisition = await world.acquire(world.service);
    await world.act(world.service, 'evidence:close', {
      acquisition,
      batches: 0,
      items: 0,
      bytes: 0,
      endedAt: Date.now(),
      unread: 0,
      reason: 'nothing found',
    });
    const ports = world.portsOf(world.service);
    await expect(anchorBatch(content(acquisition), ports, forgetfulLog())).rejects.toMatchObject({
      code: 'ACQUISITION_CLOSED',
    });
  });
});

describe('killed and started again', () => {
  const child = fileURLToPath(new URL('../../../test/support/anchor-child.ts', import.meta.url));
  const run = (task: AnchorTask) =>
    spawnSync(process.execPath, [child, JSON.stringify(task)], { encoding: 'utf8' });

  it.each([
    'hash:300',
    'put',
    'put+',
    'endorse',
    'endorse+',
    'submit',
    'submit+',
    'status+',
  ])('at %s: nothing is lost, anchored twice or hashed twice', async (killAt) => {
    const place = makeDirectory();
    const data = join(place.path, 'data');
    const first = await openEvidenceConsortium(data);
    const acquisition = await first.acquire(first.service);
    await first.close();
    const files = Array.from({ length: 700 }, (_, index) => [
      `d${index % 7}/f${index}`,
      `${index}`,
    ]);
    const root = makeTree(Object.fromEntries(files));
    const task = { data, acquisition, root, batchItems: 200 };

    const killed = run({ ...task, killAt });
    expect(killed).toMatchObject({ signal: 'SIGKILL', stdout: '', stderr: '' });
    const finished = run(task);
    expect(finished.stderr).toBe('');
    const result = JSON.parse(finished.stdout);
    expect(result.totals).toMatchObject({ batches: 4, items: 700 });
    expect(result.known + result.hashed.files).toBe(700);
    // Files are written in groups of 512 at most; the group in hand is all that may be lost.
    if (!killAt.startsWith('hash')) expect(result.known).toBeGreaterThanOrEqual(200);

    const after = await openEvidenceConsortium(data);
    const { head } = await after.portsOf(after.service).reader.readContext(acquisition);
    expect(head).toMatchObject({ sequence: 4, items: 700, bytes: result.totals.bytes });
    await after.close();
    const store = await ManifestStore.open({ directory: join(data, 'manifests') });
    const names = (await listItems(acquisition, store)).map(({ name }) => name);
    expect(names.sort()).toEqual(files.map(([name]) => name).sort());
    await store.close();
    place.remove();
  }, 60_000);
});
