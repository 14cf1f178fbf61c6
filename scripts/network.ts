/** A consortium on real Hyperledger Fabric, natively on this machine: what `scripts/network` starts. */
import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { loadConsortium } from '../gateway/src/identity/consortium.ts';
import { IdentityError } from '../gateway/src/identity/error.ts';
import { AdminError } from '../node-config/fabric/native/admin.ts';
import { findBinaries, MissingProgram } from '../node-config/fabric/native/binaries.ts';
import {
  bringUp,
  describeNetwork,
  removeNetwork,
  startNode,
  stopNode,
  tearDown,
  UnknownNode,
} from '../node-config/fabric/native/network.ts';
import { logFile } from '../node-config/fabric/native/nodes.ts';
import { formatEndpoint } from '../node-config/fabric/topology.ts';

const root = join(import.meta.dirname, '..');

const USAGE = `usage: scripts/network COMMAND [--dir DIRECTORY]

  up            create the consortium's network, or start what is stopped; ready when it returns
  down          stop every node; --remove also deletes ledgers, keys and logs
  status        list the nodes; --json prints one JSON document
  logs NODE     print a node's log
  stop NODE     stop one node
  start NODE    start one node

  --dir DIRECTORY      where everything is kept (default data/fabric)
  --consortium FILE    what to create (default node-config/consortium.yaml)

Needs peer, orderer, configtxgen and osnadmin of Hyperledger Fabric 3.1, on PATH or in FABRIC_BIN.`;

const options = {
  dir: { type: 'string', default: join(root, 'data', 'fabric') },
  consortium: { type: 'string', default: join(root, 'node-config', 'consortium.yaml') },
  remove: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

class UsageError extends Error {}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    return { ...values, dir: resolve(values.dir), positionals };
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

type Arguments = ReturnType<typeof readArguments>;

const say = (line: string) => process.stdout.write(`${line}\n`);

function nodeName({ positionals: [, name] }: Arguments): string {
  if (!name) throw new UsageError('which node? `scripts/network status` lists them');
  return name;
}

const commands: Record<string, (args: Arguments) => Promise<void>> = {
  up: async ({ dir, consortium }) => {
    const binaries = findBinaries(process.env);
    const began = Date.now();
    await bringUp({
      directory: dir,
      binaries,
      consortium: await loadConsortium(consortium),
      server: join(root, 'chaincode', 'src', 'server.ts'),
      report: (step) => process.stderr.write(`tabellion: ${step}\n`),
    });
    say(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s in ${dir}`);
  },
  down: async ({ dir, remove }) => {
    await (remove ? removeNetwork : tearDown)({ directory: dir });
    say(remove ? 'stopped and removed' : 'stopped');
  },
  status: async ({ dir, json }) => {
    const nodes = (await describeNetwork(dir)).map(({ name, endpoint, pid, running }) => ({
      ...{ name, address: formatEndpoint(endpoint), running, pid: running ? pid : undefined },
    }));
    if (json) return void say(JSON.stringify(nodes));
    if (nodes.length === 0) say(`no network in ${dir}`);
    for (const { name, address, running, pid } of nodes) {
      say(`${name.padEnd(28)} ${address.padEnd(22)} ${running ? `running, ${pid}` : 'stopped'}`);
    }
  },
  logs: async (args) => {
    const name = nodeName(args);
    const nodes = await describeNetwork(args.dir);
    if (!nodes.some((node) => node.name === name)) throw new UnknownNode(`no node ${name}`);
    await pipeline(createReadStream(logFile(args.dir, name)), process.stdout, { end: false });
  },
  stop: async (args) => stopNode({ directory: args.dir }, nodeName(args)),
  start: async (args) =>
    startNode({ directory: args.dir, binaries: findBinaries(process.env) }, nodeName(args)),
};

async function main(): Promise<void> {
  const args = readArguments();
  if (args.help) return void say(USAGE);
  const command = commands[args.positionals[0] ?? ''];
  if (!command) throw new UsageError('a command is needed');
  await command(args);
}

/** Failures that their text explains; anything else is a fault of ours and shows where it is. */
const EXPLAINED = [MissingProgram, UnknownNode, AdminError, IdentityError];

try {
  await main();
} catch (error) {
  const { message, stack } = error as Error;
  const explained = EXPLAINED.some((kind) => error instanceof kind);
  const text = error instanceof UsageError ? `${message}\n\n${USAGE}` : explained ? message : stack;
  process.stderr.write(`tabellion: ${text}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
