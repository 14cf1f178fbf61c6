/** Records as they stood before a transaction. */
import { ContractError } from '@tabellion/chaincode/kernel/errors';
import type { State } from '@tabellion/chaincode/kernel/state';
import { parseCanonical } from '@tabellion/proof';
import type { z } from 'zod';
import { isRecordName, RECORD_KINDS, type RecordName } from './record-kind.ts';
import type { WorldState } from './world-state.ts';

type RecordOf<Name extends RecordName> = z.infer<(typeof RECORD_KINDS)[Name]['schema']>;

export class RecordReader {
  readonly #state: WorldState;
  readonly #chaincode: string;

  constructor(state: WorldState, chaincode: string) {
    this.#state = state;
    this.#chaincode = chaincode;
  }

  /** `key` without its first part, which is the name. Undefined where no such record stands. */
  find<Name extends RecordName>(name: Name, key: string): RecordOf<Name> | undefined {
    const stored = this.#state.get(this.#chaincode, `${name}/${key}`);
    return stored && decode(name, stored.value);
  }

  /** As a contract's rules look things up. Whatever stands passed the form of its name when written. */
  asState(): State {
    const find = (key: string) => {
      const [name = '', ...rest] = key.split('/');
      return isRecordName(name) ? this.find(name, rest.join('/')) : undefined;
    };
    return {
      find: async <T>(_schema: z.ZodType<T>, key: string) => find(key) as T | undefined,
      load: async <T>(_schema: z.ZodType<T>, key: string) => {
        const record = find(key);
        if (record === undefined) throw new ContractError('NOT_FOUND', key);
        return record as T;
      },
      list: async <T>(_schema: z.ZodType<T>, prefix: string) => {
        const [name = '', ...rest] = prefix.split('/');
        return (isRecordName(name) ? [...this.list(name, rest.join('/'))] : []) as T[];
      },
    };
  }

  /** All records of that name whose key goes on with `prefix` (empty, or ending in `/`). */
  *list<Name extends RecordName>(name: Name, prefix = ''): Generator<RecordOf<Name>> {
    for (const { record } of this.entries(name, prefix)) yield record;
  }

  /** The same with their keys, without the first part. */
  *entries<Name extends RecordName>(
    name: Name,
    prefix = '',
  ): Generator<{ readonly key: string; readonly record: RecordOf<Name> }> {
    const start = `${name}/${prefix}`;
    // '0' follows '/' in byte order.
    const end = `${start.slice(0, -1)}0`;
    for (const { key, value } of this.#state.range(this.#chaincode, start, end))
      yield { key: key.slice(name.length + 1), record: decode(name, value) };
  }
}

/** Whatever stands in the state passed its schema when it was written. */
const decode = <Name extends RecordName>(name: Name, value: Uint8Array): RecordOf<Name> =>
  RECORD_KINDS[name].schema.parse(parseCanonical(value)) as RecordOf<Name>;
