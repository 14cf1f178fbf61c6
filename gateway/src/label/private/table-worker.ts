/** The thread that makes tables: what takes seconds to minutes of hashing, evaluating and sealing. */
import '@tabellion/screening/node';
import { parentPort, workerData } from 'node:worker_threads';
import { EntrySpool } from './entry-spool.ts';
import { makeTable } from './make-table.ts';
import type { TableCommand, TablePlaces, TableReply } from './table-job.ts';

const { spool: directory, outputs } = workerData as TablePlaces;
let spool = new EntrySpool(directory);

async function obey(command: TableCommand): Promise<TableReply> {
  if ('add' in command) await spool.add(command.add);
  else if ('clear' in command) {
    const before = spool;
    spool = new EntrySpool(directory);
    await before.close();
  } else {
    // Less than all would read "no label" of what is missing.
    if (spool.size !== command.addresses) throw new Error('not all of what was added is here');
    return { done: true, document: await makeTable({ spool, outputs }, command.make) };
  }
  return { done: true };
}

let working: Promise<void> = Promise.resolve();
parentPort!.on('message', (command: TableCommand) => {
  working = working.then(async () => {
    const reply = await obey(command).catch((error: Error & { code?: string }) => ({
      failed: { code: error.code, message: error.message },
    }));
    parentPort!.postMessage(reply);
  });
});
