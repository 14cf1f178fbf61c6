/**
 * Hands out the files of a directory with express.static, and beside it a table's buckets as they lie there, to
 * whoever asks and without a word in any journal; in a process of its own.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { parseTable } from '@tabellion/screening';
import express from 'express';
import { openTable } from '../../gateway/src/label/private/table-files.ts';

const [directory, tables, id] = process.argv.slice(2) as [string, string, string];

const { document } = JSON.parse(readFileSync(join(tables, `${id}.json`), 'utf8'));
const table = await openTable(tables, parseTable(document));

const app = express();
app.disable('x-powered-by');
app.use('/static', express.static(directory));
app.get('/buckets/:bucket', async (request, response) => {
  const bytes = await table.read(Number(request.params.bucket));
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
});

const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
