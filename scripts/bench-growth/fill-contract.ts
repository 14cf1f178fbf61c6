/** Fills a ledger: many records a transaction, as no contract of the product writes them. */
import { createHash } from 'node:crypto';
import { batchKey } from '@tabellion/chaincode/evidence/key';
import type { BatchRecord } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, sha256, toHex } from '@tabellion/proof';
import { type Context, Contract } from 'fabric-contract-api';

/** Batches of one acquisition. */
const BATCHES = 1000;

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** The batch record number `index` that is made after the likeness of another. */
export function makeRecord(like: BatchRecord, index: number): { key: string; bytes: Uint8Array } {
  const record: BatchRecord = {
    ...like,
    acquisition: digest(`acquisition ${Math.floor(index / BATCHES)}`).slice(0, 32),
    sequence: (index % BATCHES) + 1,
    root: digest(`root ${index}`),
    manifest: digest(`manifest ${index}`),
  };
  const bytes = canonicalBytes(record);
  return { key: batchKey(toHex(sha256(bytes))), bytes };
}

export class FillContract extends Contract {
  constructor() {
    super('fill');
  }

  async records(ctx: Context, like: string, first: string, count: string): Promise<string> {
    const record = JSON.parse(like) as BatchRecord;
    for (let index = Number(first); index < Number(first) + Number(count); index += 1) {
      const { key, bytes } = makeRecord(record, index);
      await ctx.stub.putState(key, bytes);
    }
    return '';
  }
}
