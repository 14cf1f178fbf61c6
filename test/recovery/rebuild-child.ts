/**
 * Projects a ledger again and again until it is killed. Arguments: the consortium's directory and file,
 * the projection's file. Prints a digest of all tables once it has caught up with what an earlier
 * process left, and a line after each time that everything was thrown away and read anew.
 */
import { createHash } from 'node:crypto';
import process from 'node:process';
import type { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import { openConsortiumLedger } from '../../gateway/src/node/consortium-ledger.ts';
import { startProjection } from '../../gateway/src/projection/projection.ts';

const [directory, consortium, file] = process.argv.slice(2) as [string, string, string];

function digestTables(database: DatabaseSync): string {
  const digest = createHash('sha256');
  const tables = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .all();
  for (const { name } of tables) {
    digest.update(JSON.stringify([name, database.prepare(`SELECT * FROM "${name}"`).all()]));
  }
  return digest.digest('hex');
}

const { ledger } = await openConsortiumLedger(directory, await loadConsortium(consortium));
const logger = pino({ level: 'silent' });
const projection = await startProjection({ file, ledger, logger });
await projection.catchUp(new AbortController().signal);
process.stdout.write(`${digestTables(projection.database)}\n`);
for (;;) {
  await projection.rebuild();
  process.stdout.write('rebuilt\n');
}
