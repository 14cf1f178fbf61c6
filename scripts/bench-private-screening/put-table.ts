/** Lays a table of many labels where a gateway looks for its own, as if it had made it before it ended. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes } from '@tabellion/proof';
import { MAX_BUCKETS, prefixOf, readFinding, type TableDocument } from '@tabellion/screening';
import { EntrySpool } from '../../gateway/src/label/private/entry-spool.ts';
import { choosePrefixBits } from '../../gateway/src/label/private/layout.ts';
import { makeTable } from '../../gateway/src/label/private/make-table.ts';
import { packEntries } from '../../gateway/src/label/private/packed-entries.ts';
import { keepTable } from '../../gateway/src/label/private/table-files.ts';
import { addressKeyOf, listGroups } from './labels.ts';

/** The gateway takes it for its own as long as it could have made it itself. */
const VALID_MS = 2 * 3_600_000;

export interface PutTable {
  /** Where it lies. */
  readonly directory: string;
  readonly id: string;
  readonly document: TableDocument;
  /** As many answers of it as are handed out at once. */
  readonly answer: Uint8Array;
  readonly seconds: number;
}

/** @param data the gateway's directory. @throws if an answer is not right. */
export async function putTable(data: string, genesis: string, labels: number): Promise<PutTable> {
  const began = performance.now();
  const directory = join(data, 'gateway', 'private-screening', 'tables');
  mkdirSync(directory, { recursive: true });
  const prefixBits = choosePrefixBits(labels);
  const facts = { kind: 'HASH', height: 1, at: 0, validUntil: Date.now() + VALID_MS } as const;
  const made = join(directory, 'made.tmp');
  const spool = new EntrySpool(directory);
  for (const group of listGroups(labels)) await spool.add(packEntries(group));
  const order = { facts, prefixBits, file: made };
  const document = await makeTable({ spool, outputs: directory }, order);
  await spool.close();
  const table = await keepTable(directory, made, { genesis, document });
  for (const index of [0, 1, labels - 1, labels]) {
    const name = { addressKey: addressKeyOf(index) };
    const answer = await table.read(prefixOf(name.addressKey, document));
    const { verdict } = readFinding(document, name, answer, 0);
    const right = index < labels ? 'LABELLED' : 'NO_LABEL';
    if (verdict !== right) throw new Error(`label ${index}: ${verdict}`);
  }
  const answer = concatBytes(
    ...(await Promise.all(Array.from({ length: MAX_BUCKETS }, (_, bucket) => table.read(bucket)))),
  );
  await table.close();
  return { directory, id: table.id, document, answer, seconds: (performance.now() - began) / 1000 };
}
