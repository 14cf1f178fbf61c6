/**
 * Brings a ledger that is kept as it was first, in one SQLite file, to the files of today. The old file
 * is removed once the new ones are on the disk: it may hold private values that were erased since.
 */
import { existsSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { syncDirectory } from '../../../identity/private-file.ts';
import { LedgerError } from '../../port.ts';
import { BLOCK_FILE, emptyBlockFile } from './block-file.ts';
import { removeDatabase } from './database.ts';
import { encodeFrame, readFileHeader } from './frame.ts';
import { PRIVATE_FILE, PrivateStore } from './private-store.ts';
import { openSeal, writeSeal } from './seal.ts';

const OLD_FILE = 'ledger.sqlite';

/** What to say to who wants to read a ledger where there is none, or not yet. */
export function describeAbsence(directory: string): LedgerError {
  const isOld = existsSync(join(directory, OLD_FILE));
  const text = `the ledger in ${directory} is kept as by the first version: start its gateway once`;
  return new LedgerError('UNAVAILABLE', isOld ? text : `there is no ledger in ${directory}`);
}

export async function convertLedger(directory: string): Promise<void> {
  const path = join(directory, OLD_FILE);
  if (!existsSync(path)) return;
  if (!existsSync(join(directory, BLOCK_FILE))) {
    using old = new DatabaseSync(path);
    copyPrivate(old, directory);
    await copyBlocks(old, directory);
  }
  removeDatabase(path);
  await syncDirectory(directory);
}

function copyPrivate(old: DatabaseSync, directory: string): void {
  const path = join(directory, PRIVATE_FILE);
  removeDatabase(path);
  const privates = new PrivateStore(path);
  const rows = old.prepare(
    "SELECT space, key, value, block, position FROM state WHERE instr(space, '$') > 0",
  );
  privates.prepare(
    rows.all().map(({ space, key, value, block, position }) => ({
      space: space as string,
      key: key as Uint8Array,
      value: value as Uint8Array,
      metadata: null,
      version: { block: block as number, transaction: position as number },
    })),
  );
  privates.close();
}

async function copyBlocks(old: DatabaseSync, directory: string): Promise<void> {
  const unfinished = join(directory, `${BLOCK_FILE}.000000000000.tmp`);
  rmSync(unfinished, { force: true });
  const header = Buffer.from(emptyBlockFile());
  const salt = readFileHeader(header)!;
  const file = await open(unfinished, 'wx', 0o600);
  let height = 0;
  try {
    await file.writeFile(header);
    for (const { bytes } of old.prepare('SELECT bytes FROM block ORDER BY number').iterate()) {
      await file.writeFile(encodeFrame(salt, height, bytes as Uint8Array));
      height += 1;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await writeSeal(directory, openSeal(height));
  await rename(unfinished, join(directory, BLOCK_FILE));
  await syncDirectory(directory);
}
