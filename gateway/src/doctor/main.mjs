/** `scripts/doctor` where the program itself cannot run yet. */
import { parseArgs } from 'node:util';
import { DEFAULTS } from './defaults.mjs';
import { checkMachine } from './machine.mjs';
import { isHealthy, toDocument, toText } from './result.mjs';

const USAGE = `Usage: ./scripts/doctor [--data DIR] [--port N] [--json]

  --data DIR   the gateway's data directory (default ./data)
  --port N     the gateway's port (default 8080)
  --json       print one JSON document
`;

async function main() {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: DEFAULTS.data },
      port: { type: 'string', default: String(DEFAULTS.port) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535)
    throw new Error(`--port ${values.port}: not a port`);
  const options = { data: values.data, port, environment: process.env, now: Date.now() };
  const results = await checkMachine(options);
  process.stdout.write(`${values.json ? JSON.stringify(toDocument(results)) : toText(results)}\n`);
  return isHealthy(results) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`tabellion: ${error.message}\n${USAGE}`);
    process.exitCode = 2;
  },
);
