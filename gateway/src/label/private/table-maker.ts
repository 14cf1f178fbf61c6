/** Hands work to the thread that makes tables, one command at a time. */
import { Worker } from 'node:worker_threads';
import type { TableDocument } from '@tabellion/screening';
import { type FiledAddress, packEntries } from './packed-entries.ts';
import type { TableCommand, TableDone, TableOrder, TablePlaces, TableReply } from './table-job.ts';

export interface TableMaker {
  add(addresses: readonly FiledAddress[]): Promise<void>;
  /** Resolves once the file is whole and on disk. */
  make(order: TableOrder): Promise<TableDocument>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Addresses. */
const MANY = 20_000;

/**
 * The thread is started when it is first needed. Once it has failed, what was added to it is lost: nothing is made
 * until that was cleared, so that no table lacks what somebody believes to be in it.
 */
export function createTableMaker(
  places: TablePlaces,
  start: (places: TablePlaces) => Worker = startThread,
): TableMaker {
  let worker: Worker | undefined;
  let waiting: PromiseWithResolvers<TableReply> | undefined;
  let lost: Error | undefined;
  let added = 0;
  /** Whether a table was made since it was last cleared. */
  let made = false;
  let closed = false;

  const run = (): Worker => {
    const thread = start(places);
    thread.unref();
    thread.on('message', (reply: TableReply) => waiting?.resolve(reply));
    const fail = (error: Error) => {
      // Whoever waits now waits for another.
      if (worker !== thread) return;
      worker = undefined;
      lost = error;
      waiting?.reject(error);
    };
    thread.on('error', fail);
    thread.on('exit', () => fail(new Error('the thread that makes tables has ended')));
    return thread;
  };

  const rest = async () => {
    const ended = worker;
    worker = undefined;
    await ended?.terminate();
  };

  const send = async (command: TableCommand, moved: ArrayBuffer[] = []): Promise<TableDone> => {
    if (closed) throw new Error('no more tables are made');
    if (lost !== undefined) {
      throw new Error('what was added is lost', { cause: lost });
    }
    worker ??= run();
    waiting = Promise.withResolvers<TableReply>();
    worker.postMessage(command, moved);
    const reply = await waiting.promise.finally(() => {
      waiting = undefined;
    });
    if ('done' in reply) return reply;
    const { code, message } = reply.failed;
    throw Object.assign(new Error(message), code !== undefined && { code });
  };

  return {
    async add(addresses) {
      const packed = packEntries(addresses);
      await send({ add: packed }, [packed.buffer]);
      added += addresses.length;
    },
    async make(order) {
      const { document } = await send({ make: order, addresses: added });
      made = true;
      return document!;
    },
    async clear() {
      lost = undefined;
      // It keeps what many took of memory, and 20 MB where there was nothing: soon started beside what those take.
      if (made && (added === 0 || added >= MANY)) await rest();
      added = 0;
      made = false;
      if (worker !== undefined || closed) await send({ clear: true });
    },
    async close() {
      closed = true;
      await worker?.terminate();
    },
  };
}

export const startThread = (places: TablePlaces): Worker =>
  new Worker(new URL('./table-worker.ts', import.meta.url), { workerData: places });
