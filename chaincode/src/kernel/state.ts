/** Typed access to the ledger's state: plain string keys, canonical JSON values. */
import { canonicalBytes, fromUtf8 } from '@tabellion/proof';
import type { z } from 'zod';
import { ContractError } from './errors.ts';
import type { Stub } from './shim.ts';

export interface State {
  find<T>(schema: z.ZodType<T>, key: string): Promise<T | undefined>;
  /** @throws ContractError `NOT_FOUND`. */
  load<T>(schema: z.ZodType<T>, key: string): Promise<T>;
  /** All records whose key starts with `prefix`, which ends in `/`, in byte order of their keys. */
  list<T>(schema: z.ZodType<T>, prefix: string): Promise<T[]>;
}

export function openState(stub: Stub): State {
  const find = async <T>(schema: z.ZodType<T>, key: string) => {
    const bytes = await stub.getState(key);
    return bytes.length === 0 ? undefined : decode(schema, key, bytes);
  };
  return {
    find,
    async load(schema, key) {
      const record = await find(schema, key);
      if (record === undefined) throw new ContractError('NOT_FOUND', key);
      return record;
    },
    async list(schema, prefix) {
      const records = [];
      // '0' follows '/' in byte order, so that the range holds exactly the keys under the prefix.
      for await (const { key, value } of stub.getStateByRange(prefix, `${prefix.slice(0, -1)}0`)) {
        records.push(decode(schema, key, value));
      }
      return records;
    },
  };
}

/** The exact bytes under a key. @throws ContractError `NOT_FOUND`. */
export async function readBytes(stub: Stub, key: string): Promise<Uint8Array> {
  const bytes = await stub.getState(key);
  if (bytes.length === 0) throw new ContractError('NOT_FOUND', key);
  return bytes;
}

export async function putRecord(stub: Stub, key: string, record: unknown): Promise<void> {
  await stub.putState(key, canonicalBytes(record));
}

function decode<T>(schema: z.ZodType<T>, key: string, bytes: Uint8Array): T {
  try {
    // These bytes are canonical already: only putRecord writes them.
    return schema.parse(JSON.parse(fromUtf8(bytes)));
  } catch {
    throw new ContractError('STATE_CORRUPT', key);
  }
}
