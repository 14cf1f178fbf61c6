/** What is not as the ledger wrote it, and where. The set is closed; scripts go by `code`. */
import { type DamagePlace, describePlace } from './damage.ts';

export const FILE_DAMAGES = {
  FILE_MISSING: 'the file is not there',
  FILE_UNEXPECTED: 'the ledger makes no such file',
  FILE_CHANGED: 'the file is not as it was when the ledger was closed',
  FILE_UNREADABLE: 'the file cannot be read as what it is',
  BLOCK_DAMAGED: 'the block is not the one that was written',
  BLOCKS_LOST: 'blocks that were acknowledged are not there',
  STATE_DIFFERS: 'the state is not the one that the blocks lead to',
  VALUE_DIFFERS: 'the private value is not the one whose hash is on the ledger',
  VALUE_MISSING: 'the ledger has the hash of a private value that is not there',
} as const;

/** What an interrupted run leaves: the next start puts it right, and nothing acknowledged is touched. */
export const FILE_NOTES = {
  LEDGER_NOT_CLOSED:
    'the ledger was not closed; bytes that no row of its databases uses are unknown',
  BLOCK_UNFINISHED: 'bytes after the last block: an append that was cut short',
  STATE_BEHIND: 'the state lacks the last blocks; it is made again from them',
  VALUES_UNUSED: 'private values that no block counts any more or yet; they will be removed',
  FILE_UNFINISHED: 'left by a write that was interrupted; it will be removed',
} as const;

export type FileDamageCode = keyof typeof FILE_DAMAGES;
export type FileNoteCode = keyof typeof FILE_NOTES;

interface FileFact<Code> extends DamagePlace {
  readonly code: Code;
  /** In a database. */
  readonly table?: string;
  /** Of the row, as far as it can be told; never a private key. */
  readonly key?: string;
  readonly detail: string;
}

export type FileDamage = FileFact<FileDamageCode>;
export type FileNote = FileFact<FileNoteCode>;

export function describeFact({
  code,
  detail,
  key,
  table,
  ...place
}: FileDamage | FileNote): string {
  const row = table === undefined ? '' : `, table ${table}${key === undefined ? '' : ` at ${key}`}`;
  return `${code} ${describePlace(place)}${row}: ${detail}`;
}
