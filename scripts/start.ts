/** What `scripts/start` runs: the embedded consortium, a member's gateway on Fabric, or the demonstration. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { GatewayLimits } from '../gateway/src/http/limits.ts';
import { createGuard } from '../gateway/src/webhook/guard.ts';
import { runDemo } from './demo.ts';
import { explainFailure } from './explain-failure.ts';
import { CONSORTIUM, serve } from './serve.ts';

const usage = `Usage: ./scripts/start [--data DIR] [--port N] [--escrow DIR] [--json]
       ./scripts/start --fabric DIR --member MSPID --issuers FILE [--data DIR] [--port N] …
       ./scripts/start --fabric FILE --issuers FILE [--data DIR] [--port N] …
       ./scripts/start --demo [--once] [--json]

  --data DIR   where the ledger, keys and manifests are kept (default ./data)
  --port N     port of the gateway (default 8080; 0 takes a free one)
  --listen ADDRESS  where it listens (default 127.0.0.1; another only with --fabric)
  --escrow DIR a second place for the manifests, best on another disk
  --fabric DIR the gateway of one member of the network that scripts/network keeps in DIR
  --member ID  MSP ID of that member
  --fabric FILE  the gateway of the member that the file describes, on any network, also of Fabric 2.x
               (see node-config/member.example.yaml)
  --issuers FILE  where its people sign in (see node-config/issuers.example.yaml)
  --gateways FILE  where the other members' gateways are, to fetch label manifests from
               (see node-config/gateways.example.yaml)
  --consortium FILE  what the members agreed on (default node-config/consortium.yaml)
  --keep-queries DAYS  after which what was asked of addresses is erased (default 1827, five years)
  --keep-alerts DAYS  after which an alert that was seen is removed (default 180)
  --webhook-network NET  a network that is not public and that webhooks may go to, such as 10.1.0.0/16
               (may be given several times)
  --requests-per-minute N  that one caller may send (default 6000), and an address twice as many
  --private-per-day N  that one caller may ask for privately, points or buckets (default 100000); a
               twentieth of it in a minute, and five times as many a member
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

/** Behind one address there may be several callers. */
function parseLimits(text: string | undefined): Partial<GatewayLimits> {
  if (text === undefined) return {};
  const perPrincipal = Number(text);
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new Error(`--requests-per-minute ${text}: not a number from 1 to 999999999`);
  }
  return { perPrincipal, perAddress: 2 * perPrincipal };
}

function parsePerDay(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,11}$/.test(text)) {
    throw new Error(`--private-per-day ${text}: not a number from 1 to 999999999999`);
  }
  return Number(text);
}

function parseDays(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new Error(`${option} ${text}: not a number of days from 1 to 99999`);
  }
  return Number(text);
}

function parseNetworks(networks: readonly string[] = []): readonly string[] {
  try {
    createGuard({ networks, loopback: false });
    return networks;
  } catch (error) {
    throw new Error(`--webhook-network ${(error as Error).message}`, { cause: error });
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: 'data' },
      port: { type: 'string', default: '8080' },
      listen: { type: 'string' },
      escrow: { type: 'string' },
      fabric: { type: 'string' },
      member: { type: 'string' },
      issuers: { type: 'string' },
      gateways: { type: 'string' },
      'keep-queries': { type: 'string' },
      'keep-alerts': { type: 'string' },
      'requests-per-minute': { type: 'string' },
      'private-per-day': { type: 'string' },
      'webhook-network': { type: 'string', multiple: true },
      consortium: { type: 'string', default: CONSORTIUM },
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
  const limits = parseLimits(values['requests-per-minute']);
  const keepQueriesDays = parseDays('--keep-queries', values['keep-queries']);
  const keepAlertsDays = parseDays('--keep-alerts', values['keep-alerts']);
  const privatePerDay = parsePerDay(values['private-per-day']);
  const webhookNetworks = parseNetworks(values['webhook-network']);
  if (values.demo && values.fabric) throw new Error('--demo is of the embedded ledger only');
  if (values.demo) return await runDemo({ port, once: values.once, json: values.json });
  const isOnFabric = values.fabric ?? values.member ?? values.issuers ?? values.gateways;
  const fabric = isOnFabric
    ? await (await import('./fabric-choice.ts')).readFabric(values)
    : undefined;
  const { data: directory, listen, json, escrow, consortium } = values;
  try {
    const own = {
      listen,
      json,
      escrow,
      consortium,
      fabric,
      limits,
      keepQueriesDays,
      keepAlertsDays,
      privatePerDay,
      webhookNetworks,
    };
    return await serve({ directory, port, ...own });
  } catch (error) {
    const place = { directory, port, peer: fabric?.member.peer.address };
    throw new Error(explainFailure(error as Error, place), { cause: error });
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error & { code?: string }) => {
    const isUsage = error.code?.startsWith('ERR_PARSE_ARGS') || error.message.startsWith('--');
    const more = isUsage ? usage : '(./scripts/doctor says what is wrong with this machine)\n';
    process.stderr.write(`tabellion: ${error.message}\n${more}`);
    process.exitCode = isUsage ? 2 : 1;
  },
);
