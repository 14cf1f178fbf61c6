/** Lays a table of many labels where a gateway looks for its own, as if it had made it before it ended. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes, leafHash } from '@tabellion/proof';
import {
  MAX_BUCKETS,
  planTable,
  prefixOf,
  readFinding,
  type TableDocument,
} from '@tabellion/screening';
import { keepTable } from '../../gateway/src/label/private/table-files.ts';
import { addressKeyOf, listEntries } from './labels.ts';

/** As `table-worker.ts` lays them out. */
const LAYOUT = { pad: { slots: 8, slotBytes: 512 }, maxSlots: 384 };
/** Labels that a bucket holds on average. */
const LABELS_A_BUCKET = 64;
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
  const prefixBits = Math.log2(labels / LABELS_A_BUCKET);
  const facts = { kind: 'HASH', height: 1, at: 0, validUntil: Date.now() + VALID_MS } as const;
  const plan = planTable(listEntries(labels), { ...LAYOUT, prefixBits }, facts);
  const made = join(directory, 'made.tmp');
  const file = openSync(made, 'wx');
  const leaves: Uint8Array[] = [];
  for (let bucket = 0; bucket < plan.buckets; bucket += 1) {
    const sealed = plan.sealBucket(bucket);
    leaves.push(leafHash(sealed));
    writeSync(file, sealed, 0, sealed.length, bucket * plan.answerBytes);
  }
  const { document, pathOf } = plan.complete(leaves);
  for (let bucket = 0; bucket < plan.buckets; bucket += 1) {
    const path = pathOf(bucket);
    writeSync(file, path, 0, path.length, bucket * plan.answerBytes + plan.bucketBytes);
  }
  closeSync(file);
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
