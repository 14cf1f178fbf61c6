/** Hands out the answers of a table from memory, and one of them as a file, over the same HTTP server. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import express from 'express';

const [answersFile, length, directory] = process.argv.slice(2) as [string, string, string];
const answers = readFileSync(answersFile);
const answerLength = Number(length);
const buckets = answers.length / answerLength;

const app = express();
app.disable('x-powered-by');
app.get('/buckets/:bucket', (request, response) => {
  const bucket = Number(request.params.bucket);
  if (!Number.isInteger(bucket) || bucket < 0 || bucket >= buckets) {
    response.sendStatus(404);
    return;
  }
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Content-Length', answerLength);
  response.end(answers.subarray(bucket * answerLength, (bucket + 1) * answerLength));
});
app.use('/static', express.static(directory));

const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
