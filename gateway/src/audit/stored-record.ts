/** Records as they stood before a transaction. */
import { parseCanonical } from '@tabellion/proof';
import type { z } from 'zod';
import { RECORD_KINDS, type RecordName } from './record-kind.ts';
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

  /** All records of that name whose key goes on with `prefix` (empty, or ending in `/`). */
  *list<Name extends RecordName>(name: Name, prefix = ''): Generator<RecordOf<Name>> {
    const start = `${name}/${prefix}`;
    // '0' follows '/' in byte order.
    const end = `${start.slice(0, -1)}0`;
    for (const { value } of this.#state.range(this.#chaincode, start, end))
      yield decode(name, value);
  }
}

/** Whatever stands in the state passed its schema when it was written. */
const decode = <Name extends RecordName>(name: Name, value: Uint8Array): RecordOf<Name> =>
  RECORD_KINDS[name].schema.parse(parseCanonical(value)) as RecordOf<Name>;
