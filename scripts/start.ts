/** What `scripts/start` runs: the embedded consortium with its gateway, or the demonstration. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runDemo } from './demo.ts';
import { serve } from './serve.ts';

const usage = `Usage: ./scripts/start [--data DIR] [--port N] [--escrow DIR] [--json]
       ./scripts/start --demo [--once] [--json]

  --data DIR   where the ledger, keys and manifests are kept (default ./data)
  --port N     port of the gateway on 127.0.0.1 (default 8080; 0 takes a free one)
  --escrow DIR a second place for the manifests, best on another disk
  --demo       do the main job on the files of this checkout, in a throw-away directory
  --once       end after the demonstration instead of leaving the gateway running
  --json       print one JSON line: the address when ready, or the demonstration's result
  --help       this text
`;

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`--port ${text}: not a port`);
  return port;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: 'data' },
      port: { type: 'string', default: '8080' },
      escrow: { type: 'string' },
      demo: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const port = parsePort(values.port);
  if (values.demo) return await runDemo({ port, once: values.once, json: values.json });
  return await serve({ directory: values.data, port, json: values.json, escrow: values.escrow });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error & { code?: string }) => {
    const isUsage = error.code?.startsWith('ERR_PARSE_ARGS') || error.message.startsWith('--');
    process.stderr.write(`tabellion: ${error.message}\n${isUsage ? usage : ''}`);
    process.exitCode = isUsage ? 2 : 1;
  },
);
