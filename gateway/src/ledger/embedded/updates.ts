/** What the valid transactions of a block change, laid over the committed state. */
import { compareBytes, toHex } from '@tabellion/proof';
import type { StateChange, StateReader, StoredValue } from './store/stored.ts';
import type { Version } from './version.ts';

export class BlockUpdates {
  readonly #store: StateReader;
  readonly #spaces = new Map<string, Map<string, StateChange>>();

  constructor(store: StateReader) {
    this.#store = store;
  }

  set(change: StateChange): void {
    let space = this.#spaces.get(change.space);
    if (!space) {
      space = new Map();
      this.#spaces.set(change.space, space);
    }
    space.set(toHex(change.key), change);
  }

  /** Whether an earlier transaction of the block wrote or deleted the key. */
  has(space: string, key: Uint8Array): boolean {
    return this.#spaces.get(space)?.has(toHex(key)) ?? false;
  }

  /** The newest value: of this block, else committed. */
  latest(space: string, key: Uint8Array): Pick<StoredValue, 'value' | 'metadata'> | null {
    const change = this.#spaces.get(space)?.get(toHex(key));
    if (!change) return this.#store.get(space, key);
    return change.value === null ? null : { value: change.value, metadata: change.metadata };
  }

  /** Keys with their versions as a scan would find them now, in byte order. */
  *scan(
    space: string,
    start: Uint8Array,
    end: Uint8Array,
    includeEnd: boolean,
  ): Generator<{ key: Uint8Array; version: Version }> {
    const changed = this.#changesBetween(space, start, end, includeEnd);
    let next = changed.shift();
    for (const row of this.#store.scan(space, start, end, includeEnd)) {
      while (next && compareBytes(next.key, row.key) < 0) {
        if (next.value !== null) yield next;
        next = changed.shift();
      }
      if (next && compareBytes(next.key, row.key) === 0) {
        if (next.value !== null) yield next;
        next = changed.shift();
      } else {
        yield row;
      }
    }
    for (; next; next = changed.shift()) if (next.value !== null) yield next;
  }

  list(): StateChange[] {
    return [...this.#spaces.values()].flatMap((space) => [...space.values()]);
  }

  #changesBetween(
    space: string,
    start: Uint8Array,
    end: Uint8Array,
    includeEnd: boolean,
  ): StateChange[] {
    const isBeforeEnd = (key: Uint8Array) => {
      if (end.length === 0) return true;
      const order = compareBytes(key, end);
      return order < 0 || (includeEnd && order === 0);
    };
    return [...(this.#spaces.get(space)?.values() ?? [])]
      .filter(({ key }) => compareBytes(key, start) >= 0 && isBeforeEnd(key))
      .sort((a, b) => compareBytes(a.key, b.key));
  }
}
