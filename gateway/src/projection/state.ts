/** The projected records as the contracts read theirs, so that their own loaders serve here too. */
import { ContractError } from '@tabellion/chaincode/kernel/errors';
import type { State } from '@tabellion/chaincode/kernel/state';
import type { z } from 'zod';
import type { Records } from './records.ts';

/** Held to their schemas when the blocks were read, and not again. */
export function projectedState(records: Records): State {
  const find = async <T>(_schema: z.ZodType<T>, key: string) => records.find<T>(key)?.record;
  return {
    find,
    async load(schema, key) {
      const record = await find(schema, key);
      if (record === undefined) throw new ContractError('NOT_FOUND', key);
      return record;
    },
    list: async <T>(_schema: z.ZodType<T>, prefix: string) =>
      records.list<T>(prefix.slice(0, -1)).map(({ record }) => record),
  };
}
