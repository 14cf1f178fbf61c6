/** Everything that a gateway with the embedded ledger has written, as a set in which changes can be named. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fromBase64url } from '@tabellion/proof';
import type { CommittedTransaction } from '../../gateway/src/ledger/committed.ts';
import { readCommitted } from '../../gateway/src/ledger/committed.ts';

/** One thing that was written: `name` tells it from all others, `told` is how an answer would name it. */
export interface Written {
  readonly name: string;
  readonly told: string;
  readonly transaction?: CommittedTransaction;
}

export type State = ReadonlyMap<string, Written>;

/**
 * Beside what is read row by row: databases, whose other tables follow from blocks and manifests, the
 * journal and the log, which are there to grow with refusals, and what is collected of committed blocks.
 */
const APART =
  /\.sqlite(-wal|-shm|-journal)?$|^(gateway\.log|control\.sock|lock|ledger\/.*|gateway\/attestations\/.*)$/;

/** Items with the transaction that anchored them; what waits is told by its receipt. */
const SPOOLED = `SELECT item.id AS name, coalesce(batch.txId, receipt.id) AS told FROM item
  JOIN receipt ON item.id BETWEEN receipt.first AND receipt.last
  LEFT JOIN batch ON item.id BETWEEN batch.first AND batch.last`;

/** @param readBlocks answers `GET /v1/ledger/blocks` from the block that it is given. */
export async function readState(
  data: string,
  readBlocks: (from: number) => Promise<string>,
): Promise<State> {
  const own = join(data, 'gateway');
  const written = [
    ...(await readLedger(readBlocks)),
    ...(await readFiles(data)),
    ...readRows(
      join(own, 'enrolment.sqlite'),
      'SELECT fingerprint AS name, certificate AS told FROM certificate',
    ),
    ...readRows(
      join(own, 'idempotency.sqlite'),
      'SELECT tx_id AS name, tx_id AS told FROM submission',
    ),
    ...(await listSpools(join(own, 'spool'))).flatMap((file) => readRows(file, SPOOLED)),
  ];
  return new Map(written.map((one) => [one.name, one]));
}

/** What is in `after` and was not in `before`, or is no longer there. */
export function listChanges(before: State, after: State): readonly Written[] {
  const missing = (from: State, other: State) =>
    [...from.values()].filter(({ name }) => !other.has(name));
  return [...missing(after, before), ...missing(before, after)];
}

async function readLedger(readBlocks: (from: number) => Promise<string>): Promise<Written[]> {
  const written: Written[] = [];
  for (let from = 0; ; ) {
    const lines = (await readBlocks(from)).split('\n').filter(Boolean);
    if (lines.length === 0) return written;
    for (const line of lines) {
      const { block } = JSON.parse(line) as { block: string };
      const { number, isConfiguration, transactions } = readCommitted(fromBase64url(block));
      if (isConfiguration) written.push({ name: `configuration ${number}`, told: 'configuration' });
      for (const transaction of transactions) {
        const { txId } = transaction;
        written.push({ name: `transaction ${txId}`, told: txId, transaction });
      }
      from = number + 1;
    }
  }
}

async function readFiles(data: string): Promise<Written[]> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1))
    .filter((path) => !APART.test(path));
  return Promise.all(
    paths.map(async (path) => {
      const digest = createHash('sha256')
        .update(await readFile(join(data, path)))
        .digest('hex');
      return { name: `file ${path} ${digest}`, told: digest };
    }),
  );
}

async function listSpools(spool: string): Promise<string[]> {
  const entries = await readdir(spool, { recursive: true });
  return entries.filter((path) => path.endsWith('.sqlite')).map((path) => join(spool, path));
}

/** @param sql selects `name` and `told`. */
function readRows(file: string, sql: string): Written[] {
  using database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(sql).all() as { name: unknown; told: unknown }[];
  return rows.map(({ name, told }) => ({ name: `${basename(file)} ${name}`, told: String(told) }));
}
