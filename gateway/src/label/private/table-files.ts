/** Tables on disk, from which buckets are handed out: a file of answers and the document that names it. */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalText, parseStrict } from '@tabellion/proof';
import {
  answerLength,
  PrivateError,
  parseTable,
  type TableDocument,
  tableIdOf,
} from '@tabellion/screening';
import { z } from 'zod';
import { syncDirectory, writeDurably } from '../../identity/private-file.ts';

export interface OpenTable {
  readonly id: string;
  readonly document: TableDocument;
  /** RFC 8785 text of the document: every receipt commits to it. */
  readonly text: string;
  /** Bytes of every answer. */
  readonly length: number;
  /** The answer for a bucket. @throws PrivateError `TABLE_INVALID` for one that there is not. */
  read(bucket: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const tableFile = z.strictObject({
  /** Of the ledger that the table speaks of. */
  genesis: z.string(),
  document: z.unknown(),
});

const answersOf = (directory: string, id: string) => join(directory, `${id}.bin`);
const documentOf = (directory: string, id: string) => join(directory, `${id}.json`);

/** Empties the directory of what is of no use: what a cut-off run left, other ledgers' and old tables. */
export async function openTables(
  directory: string,
  { genesis, height, now }: { genesis: string; height: number; now: number },
): Promise<OpenTable[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const names = await readdir(directory);
  const tables: OpenTable[] = [];
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const table = await reopen(directory, name, genesis).catch(() => undefined);
    if (table === undefined) continue;
    if (table.document.validUntil > now && table.document.height <= height) tables.push(table);
    else await table.close();
  }
  const kept = new Set(tables.flatMap(({ id }) => [`${id}.bin`, `${id}.json`]));
  for (const name of names) if (!kept.has(name)) await rm(join(directory, name));
  return tables.sort((one, other) => one.document.validUntil - other.document.validUntil);
}

async function reopen(
  directory: string,
  name: string,
  genesis: string,
): Promise<OpenTable | undefined> {
  const kept = tableFile.parse(parseStrict(await readFile(join(directory, name))));
  const document = parseTable(kept.document);
  if (kept.genesis !== genesis || name !== `${tableIdOf(document)}.json`) return undefined;
  return openTable(directory, document);
}

/** A table whose answers were written to `made`: there for good once this resolves, or not at all. */
export async function keepTable(
  directory: string,
  made: string,
  { genesis, document }: { genesis: string; document: TableDocument },
): Promise<OpenTable> {
  const id = tableIdOf(document);
  await rename(made, answersOf(directory, id));
  await syncDirectory(directory);
  await writeDurably(documentOf(directory, id), JSON.stringify({ genesis, document }));
  return openTable(directory, document);
}

export async function dropTable(directory: string, { id, close }: OpenTable): Promise<void> {
  await rm(documentOf(directory, id), { force: true });
  await rm(answersOf(directory, id), { force: true });
  await close();
}

/** @throws if the file is not as long as the table is. */
export async function openTable(directory: string, document: TableDocument): Promise<OpenTable> {
  const id = tableIdOf(document);
  const length = answerLength(document);
  const buckets = 2 ** document.prefixBits;
  const file: FileHandle = await open(answersOf(directory, id), 'r');
  const { size } = await file.stat();
  if (size !== buckets * length) {
    await file.close();
    throw new Error('a table is not whole');
  }
  return {
    id,
    document,
    text: canonicalText(document),
    length,
    async read(bucket) {
      if (bucket < 0 || bucket >= buckets) {
        throw new PrivateError('TABLE_INVALID', 'there is no such bucket');
      }
      const bytes = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(bytes, 0, length, bucket * length);
      if (bytesRead !== length) throw new Error('a table is shorter than it was');
      return bytes;
    },
    close: () => file.close(),
  };
}
