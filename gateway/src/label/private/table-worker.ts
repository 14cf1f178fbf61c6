/** The thread that makes tables: what takes seconds to minutes of hashing, evaluating and sealing. */
import '@tabellion/screening/node';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { leafHash, toHex } from '@tabellion/proof';
import {
  type EntryName,
  evaluateKnown,
  type OprfKey,
  type PrivateOutput,
  parseOprfKey,
  planTable,
  type TableDocument,
} from '@tabellion/screening';
import { assertRoom } from '../../http/disk-full.ts';
import type { FiledAddress, TableCommand, TableOrder, TableReply } from './table-job.ts';

/** Room for a label of ordinary length, with what its sealing adds. */
const SLOT_BYTES = 512;
const MIN_SLOTS = 8;
/** Several times what chance brings, so that only somebody’s labels by the thousand make a bucket overfull. */
const MAX_SLOTS = 384;
const EVALUATED_AT_ONCE = 250;

let filed: FiledAddress[] = [];
/** Outputs of each key, by address: they stay the same as long as the key does, and cost the most. */
const outputs = new Map<string, Map<string, PrivateOutput>>();

async function nameAll({ key }: TableOrder): Promise<readonly EntryName[]> {
  if (key === undefined) return filed.map(({ key: addressKey }) => ({ addressKey }));
  const oprf: OprfKey = { secretKey: key.secretKey, document: parseOprfKey(key.document) };
  const known = outputs.get(oprf.document.id) ?? new Map<string, PrivateOutput>();
  outputs.set(oprf.document.id, known);
  const missing = filed.filter(({ key: address }) => !known.has(toHex(address)));
  for (let from = 0; from < missing.length; from += EVALUATED_AT_ONCE) {
    const part = missing.slice(from, from + EVALUATED_AT_ONCE).map(({ key: address }) => address);
    for (const output of await evaluateKnown(part, oprf)) {
      known.set(toHex(output.addressKey), output);
    }
  }
  return filed.map(({ key: address }) => known.get(toHex(address))!);
}

/** The whole file is on disk before anybody hears of the table. */
async function makeTable(order: TableOrder): Promise<TableDocument> {
  const names = await nameAll(order);
  const entries = names.map((name, at) => ({ name, items: filed[at]!.items }));
  const layout = {
    ...{ prefixBits: order.prefixBits, maxSlots: MAX_SLOTS },
    pad: { slots: MIN_SLOTS, slotBytes: SLOT_BYTES },
  };
  const plan = planTable(entries, layout, order.facts);
  await assertRoom(dirname(order.file), plan.buckets * plan.answerBytes);
  const file = await open(order.file, 'wx', 0o600);
  try {
    const leaves: Uint8Array[] = [];
    for (let bucket = 0; bucket < plan.buckets; bucket += 1) {
      const sealed = plan.sealBucket(bucket);
      leaves.push(leafHash(sealed));
      await file.write(sealed, 0, sealed.length, bucket * plan.answerBytes);
    }
    const { document, pathOf } = plan.complete(leaves);
    for (let bucket = 0; bucket < plan.buckets; bucket += 1) {
      const path = pathOf(bucket);
      const at = bucket * plan.answerBytes + plan.bucketBytes;
      await file.write(path, 0, path.length, at);
    }
    await file.sync();
    return document;
  } finally {
    await file.close();
  }
}

async function obey(command: TableCommand): Promise<TableReply> {
  if ('add' in command) filed.push(...command.add);
  else if ('clear' in command) filed = [];
  else {
    // Less than all would read "no label" of what is missing.
    if (filed.length !== command.addresses) throw new Error('not all of what was added is here');
    return { done: true, document: await makeTable(command.make) };
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
