/** Holds private values to the hashes that the blocks have of them. */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { sha256, toHex } from '@tabellion/proof';
import type { FileDamage, FileNote } from '../../../file-damage.ts';
import { PRIVATE_FILE, PrivateStore } from '../private-store.ts';
import { hashedSpaceOf } from '../space.ts';
import type { ShadowState } from './shadow-state.ts';
import { describeSchema, openStill, queryOf } from './still-database.ts';

type Row = Record<string, unknown>;

/** A key's rows one after the other, the newest last. */
const ROWS = 'SELECT * FROM value ORDER BY space, key, block';

/** @throws what SQLite says of a broken file. */
export function* checkPrivate(
  kept: DatabaseSync,
  shadow: ShadowState,
  scratch: string,
): Generator<FileDamage | FileNote> {
  const file = PRIVATE_FILE;
  if (describeSchema(queryOf(kept)) !== describeEmpty(scratch)) {
    yield { code: 'FILE_UNREADABLE', file, table: 'sqlite_schema', detail: 'other tables' };
    return;
  }
  const seen = new Set<string>();
  let unused = 0;
  for (const { newest, older } of listNewest(kept, shadow.height)) {
    unused += older;
    if (newest === null) continue;
    const { space, key, value } = newest;
    if (value === null) {
      unused += 1;
      continue;
    }
    const keyHash = sha256(key as Uint8Array);
    const why = findDifference(newest, shadow.get(hashedSpaceOf(space as string), keyHash));
    seen.add(nameOf(hashedSpaceOf(space as string), keyHash));
    if (why !== null) {
      const place = { file, table: 'value', key: `${space} ${toHex(keyHash)}` };
      yield { code: 'VALUE_DIFFERS', ...place, block: newest.block as number, detail: why };
    }
  }
  for (const { space, key, block } of shadow.hashed()) {
    if (seen.has(nameOf(space as string, key as Uint8Array))) continue;
    const name = `${(space as string).replace('#', '$')} ${toHex(key as Uint8Array)}`;
    const place = { file, table: 'value', key: name, block: block as number };
    yield { code: 'VALUE_MISSING', ...place, detail: 'no value whose key has this hash' };
  }
  if (unused > 0) yield { code: 'VALUES_UNUSED', file, detail: `${unused} rows` };
}

function findDifference(row: Row, hashed: ReturnType<ShadowState['get']>): string | null {
  if (hashed === null) return 'the ledger has no such key';
  const { block, transaction } = hashed.version;
  if (row.block !== block || row.position !== transaction) {
    return `the ledger has it from block ${block}, transaction ${transaction}`;
  }
  const isSame = toHex(sha256(row.value as Uint8Array)) === toHex(hashed.value);
  return isSame ? null : 'another value';
}

/** The row of each key that counts, and how many of its rows do not. */
function* listNewest(
  kept: DatabaseSync,
  height: number,
): Generator<{ newest: Row | null; older: number }> {
  let last: Row | null = null;
  let newest: Row | null = null;
  let older = 0;
  for (const row of kept.prepare(ROWS).iterate() as Iterable<Row>) {
    if (last !== null && nameOfRow(last) !== nameOfRow(row)) {
      yield { newest, older };
      newest = null;
      older = 0;
    }
    last = row;
    if ((row.block as number) >= height) older += 1;
    else {
      if (newest !== null) older += 1;
      newest = row;
    }
  }
  if (last !== null) yield { newest, older };
}

const nameOf = (space: string, key: Uint8Array): string => `${space} ${toHex(key)}`;
const nameOfRow = ({ space, key }: Row): string => nameOf(space as string, key as Uint8Array);

function describeEmpty(scratch: string): string {
  const path = join(scratch, 'empty.sqlite');
  new PrivateStore(path).close();
  const database = openStill(path, scratch);
  try {
    return describeSchema(queryOf(database));
  } finally {
    database.close();
  }
}
