/** Makes one table of what a spool holds, share by share: what it takes in memory is a share, not the library. */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { leafHash } from '@tabellion/proof';
import { planTable, prefixOf, type TableDocument, type TableEntry } from '@tabellion/screening';
import { assertRoom } from '../../http/disk-full.ts';
import type { EntrySpool } from './entry-spool.ts';
import { SHARE_BITS, SHARES, TABLE_LAYOUT } from './layout.ts';
import { createNaming, nameByAddress } from './name-entries.ts';
import { listEntries } from './packed-entries.ts';
import type { TableOrder } from './table-job.ts';

export interface TableSource {
  readonly spool: EntrySpool;
  /** Directory of what the keys’ evaluations came to. */
  readonly outputs: string;
}

/** The whole file is on disk before anybody hears of the table. */
export async function makeTable(source: TableSource, order: TableOrder): Promise<TableDocument> {
  const { prefixBits } = order;
  const layout = { ...TABLE_LAYOUT, prefixBits };
  const plan = planTable(source.spool.listLoads(prefixBits), layout, order.facts);
  await assertRoom(dirname(order.file), plan.buckets * plan.answerBytes);
  const file = await open(order.file, 'wx', 0o600);
  try {
    const leaves: Uint8Array[] = [];
    for await (const entries of listBuckets(source, order)) {
      const sealed = plan.sealBucket(entries);
      await file.write(sealed, 0, sealed.length, leaves.length * plan.answerBytes);
      leaves.push(leafHash(sealed));
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

/** What goes into each bucket, in order. */
async function* listBuckets(
  { spool, outputs }: TableSource,
  { key, prefixBits }: TableOrder,
): AsyncGenerator<readonly TableEntry[], void, undefined> {
  const nameAll = key === undefined ? nameByAddress : await createNaming(key, outputs);
  // A bucket of a short prefix is several shares, a share of a long one several buckets.
  const steps = 2 ** Math.min(prefixBits, SHARE_BITS);
  const sharesAStep = SHARES / steps;
  const bucketsAStep = 2 ** prefixBits / steps;
  for (let step = 0; step < steps; step += 1) {
    const shares = await Promise.all(
      Array.from({ length: sharesAStep }, async (_, at) => {
        const share = step * sharesAStep + at;
        const filed = [...listEntries(await spool.readShare(share))];
        return { share, keys: filed.map(({ key }) => key), filed };
      }),
    );
    const names = await nameAll(shares);
    const buckets: TableEntry[][] = Array.from({ length: bucketsAStep }, () => []);
    shares.forEach(({ filed }, at) => {
      filed.forEach(({ key: addressKey, items }, index) => {
        const bucket = prefixOf(addressKey, { prefixBits }) - step * bucketsAStep;
        buckets[bucket]!.push({ name: names[at]![index]!, items });
      });
    });
    yield* buckets;
  }
}
