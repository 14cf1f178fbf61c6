/** The state that the blocks lead to, made anew from them in a temporary place. */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { FileDamage } from '../../../file-damage.ts';
import { BLOCK_FILE } from '../block-file.ts';
import type { Frame } from '../frame-reader.ts';
import { replayBlock } from '../replay.ts';
import { STATE_TABLES, StateStore } from '../state-store.ts';
import type { StoredValue } from '../stored.ts';
import { describeSchema, queryOf } from './still-database.ts';

type Row = Record<string, unknown>;

export class ShadowState {
  readonly #state: StateStore;
  #commitHash: Uint8Array = new Uint8Array();

  constructor(scratch: string) {
    this.#state = new StateStore(join(scratch, 'shadow.sqlite'), 'scratch');
  }

  /** Number of blocks that it follows from. */
  get height(): number {
    return this.#state.height;
  }

  /** Null unless the block does not lead to the state that it names itself. */
  apply(frame: Frame): FileDamage | null {
    try {
      const replayed = replayBlock(frame.bytes, this.#state, this.#commitHash);
      this.#state.apply(frame.number, frame, replayed);
      this.#commitHash = replayed.commitHash;
      return null;
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== undefined) throw error;
      const { number: block, offset } = frame;
      const detail = String(error);
      return { code: 'BLOCK_DAMAGED', file: BLOCK_FILE, offset, block, detail };
    }
  }

  get(space: string, key: Uint8Array): StoredValue | null {
    return this.#state.get(space, key);
  }

  /** Hashes of private values: space, key hash, version. */
  hashed(): Generator<Row> {
    return this.#state.rows("SELECT * FROM state WHERE instr(space, '#') > 0");
  }

  /** Where a kept state first differs, once for each table. @throws what SQLite says of a broken file. */
  *compare(kept: DatabaseSync, file: string): Generator<FileDamage> {
    const expected = describeSchema((sql) => this.#state.rows(sql));
    if (describeSchema(queryOf(kept)) !== expected) {
      yield { code: 'STATE_DIFFERS', file, table: 'sqlite_schema', detail: 'other tables' };
      return;
    }
    for (const [table, order] of Object.entries(STATE_TABLES)) {
      const sql = `SELECT * FROM ${table} ORDER BY ${order}`;
      const difference = findDifference(this.#state.rows(sql), kept.prepare(sql).iterate());
      if (difference) yield { code: 'STATE_DIFFERS', file, table, ...difference };
    }
  }

  close(): void {
    this.#state.close();
  }
}

function findDifference(
  expected: Iterator<Row>,
  found: Iterator<Row>,
): Pick<FileDamage, 'key' | 'block' | 'detail'> | null {
  for (;;) {
    const [a, b] = [expected.next(), found.next()];
    if (a.done && b.done) return null;
    if (a.done) return { ...placeOf(b.value), detail: 'a row that no block leads to' };
    if (b.done) return { ...placeOf(a.value), detail: 'the row is missing' };
    const columns = Object.keys(a.value).filter((name) => !isSame(a.value[name], b.value[name]));
    if (columns.length > 0) {
      return { ...placeOf(a.value), detail: `another ${columns.join(' and ')}` };
    }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  const isBytes = a instanceof Uint8Array && b instanceof Uint8Array;
  return isBytes ? Buffer.from(a).equals(b) : a === b;
}

/** Which row it is, and the block that it comes from. */
function placeOf({ space, key, id, number, block }: Row): Pick<FileDamage, 'key' | 'block'> {
  const from = (number ?? block) as number;
  if (typeof id === 'string') return { key: id, block: from };
  if (!(key instanceof Uint8Array)) return { block: from };
  return { key: `${space} ${printKey(key)}`, block: from };
}

/** Keys of public state are text; hashes are not. */
function printKey(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  const text = bytes.toString('utf8');
  return /^[\x20-\x7e]*$/.test(text) ? text : bytes.toString('hex');
}
