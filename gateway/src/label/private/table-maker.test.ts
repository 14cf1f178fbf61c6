/** The thread that makes tables, and its end. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TablePlaces } from './table-job.ts';
import { createTableMaker, startThread } from './table-maker.ts';

// A thread is started beside whatever else the machine does.
vi.setConfig({ testTimeout: 180_000 });

let directory: string;
let places: TablePlaces;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-table-maker-'));
  places = { spool: directory, outputs: directory };
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('starts no thread once it is closed: nobody would end it, and the process would go on for it', async () => {
  const maker = createTableMaker(places);
  await maker.add([]);
  await maker.close();
  await expect(maker.clear()).rejects.toThrow('no more tables');
});

it('tells why a table was not made, and goes on', async () => {
  const maker = createTableMaker(places);
  try {
    const facts = { kind: 'HASH', height: 1, at: 0, validUntil: 1 } as const;
    const order = { facts, prefixBits: 0, file: '/nowhere/at/all' };
    await expect(maker.make(order)).rejects.toMatchObject({ code: 'ENOENT' });
    await maker.clear();
  } finally {
    await maker.close();
  }
});

it('makes no table of less than what was added: a thread that ended has lost it', async () => {
  const threads: Worker[] = [];
  const maker = createTableMaker(places, () => {
    const thread = startThread(places);
    threads.push(thread);
    return thread;
  });
  const facts = { kind: 'HASH', height: 1, at: 0, validUntil: 1 } as const;
  const order = { facts, prefixBits: 0, file: join(directory, 'table') };
  const filed = [{ key: Uint8Array.of(1, 2, 3), items: [Uint8Array.of(0)] }];
  try {
    await maker.add(filed);
    // Nobody waits for it then.
    await threads[0]!.terminate();
    for (const work of [() => maker.make(order), () => maker.add(filed), () => maker.make(order)]) {
      await expect(work()).rejects.toThrow('what was added is lost');
    }
    expect(threads).toHaveLength(1);
    await maker.clear();
    await maker.add(filed);
    expect(await maker.make(order)).toMatchObject({ kind: 'HASH', height: 1 });
    expect(threads).toHaveLength(2);
    // Whatever it was that it does not have.
    threads[1]!.postMessage({ clear: true });
    await once(threads[1]!, 'message');
    await expect(maker.make({ ...order, file: `${order.file}-2` })).rejects.toThrow('not all');
  } finally {
    await maker.close();
  }
});
