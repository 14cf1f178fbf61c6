/** What bulk anchoring is measured against: the same work up to the ledger, and the same rows in SQLite. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MAX_BATCH_ITEMS } from '@tabellion/proof';
import { drawSalt, encodeCommitment } from '../../gateway/src/evidence/commitment.ts';
import { toItemFacts } from '../../gateway/src/evidence/item-facts.ts';
import { ManifestWriter } from '../../gateway/src/evidence/manifest-writer.ts';
import { readItems } from '../../gateway/src/http/item-body.ts';

/** Bytes in a piece of a request's body, as a socket gives them. */
const PIECE = 65_536;

/** Parse, check, salt, canonical bytes, leaf, tree; one file, fsynced once. */
export async function writeOneFile(directory: string, body: Buffer): Promise<void> {
  let manifest = new ManifestWriter();
  const file = await open(join(directory, 'one-file'), 'w');
  const writeBatch = async () => {
    for (const chunk of manifest.finish().chunks) await file.appendFile(chunk);
    manifest = new ManifestWriter();
  };
  for await (const group of readItems(cut(body))) {
    for (const item of group) {
      manifest.add(toItemFacts(item));
      if (manifest.size === MAX_BATCH_ITEMS) await writeBatch();
    }
  }
  if (manifest.size > 0) await writeBatch();
  await file.sync();
  await file.close();
}

/** The same rows, each in a transaction of its own that is synced to disk. */
export async function commitSingleRows(directory: string, body: Buffer): Promise<void> {
  const database = new DatabaseSync(join(directory, 'rows.sqlite'));
  database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, line BLOB)`);
  const insert = database.prepare('INSERT INTO item (line) VALUES (?)');
  for await (const group of readItems(cut(body))) {
    for (const item of group) insert.run(encodeCommitment(toItemFacts(item), drawSalt()));
  }
  database.close();
}

async function* cut(body: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += PIECE) yield body.subarray(at, at + PIECE);
}
