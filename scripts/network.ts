/** A consortium on real Hyperledger Fabric on this machine: what `scripts/network` starts. */
import { createReadStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { loadConsortium } from '../gateway/src/identity/consortium.ts';
import { IdentityError } from '../gateway/src/identity/error.ts';
import { LedgerError } from '../gateway/src/ledger/port.ts';
import { DockerError, findEngine, MissingDocker } from '../node-config/fabric/docker/engine.ts';
import * as containers from '../node-config/fabric/docker/network.ts';
import { AdminError } from '../node-config/fabric/native/admin.ts';
import { findBinaries, MissingProgram } from '../node-config/fabric/native/binaries.ts';
import { UnknownMember } from '../node-config/fabric/native/connect.ts';
import {
  admitMember,
  NotDecided,
  publishRevocations,
  redefine,
} from '../node-config/fabric/native/membership.ts';
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

const USAGE = `usage: scripts/network COMMAND [--docker] [--dir DIRECTORY]

  up            create the consortium's network, or start what is stopped; ready when it returns
  down          stop every node; --remove also deletes ledgers, keys and logs
  status        list the nodes; --json prints one JSON document
  logs NODE     print a node's log
  stop NODE     stop one node
  start NODE    start one node
  add-member MSPID      the members have admitted it: make its nodes, take it into the channel,
                        and let its endorsements count
  suspend-member MSPID  the members have suspended it: its endorsements no longer count
  resume-member MSPID   the members have resumed it: its endorsements count again
  publish-crl MSPID     put what that member's authority has revoked in force on the channel

  --docker             in containers, by docker-compose.yml, instead of natively
  --dir DIRECTORY      where everything is kept (default data/fabric); with --docker, where what
                       gateways need is copied to (default data/fabric-docker)
  --consortium FILE    what to create (default node-config/consortium.yaml); not with --docker,
                       whose docker-compose.yml names that file's members

Needs peer, orderer, configtxgen and osnadmin of Hyperledger Fabric 3.1, on PATH or in FABRIC_BIN;
with --docker, Docker and Compose.`;

const CONSORTIUM = join(root, 'node-config', 'consortium.yaml');

const options = {
  docker: { type: 'boolean', default: false },
  dir: { type: 'string' },
  consortium: { type: 'string' },
  remove: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

class UsageError extends Error {}

function readArguments() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const report = (step: string) => void process.stderr.write(`tabellion: ${step}\n`);

interface NodeLine {
  readonly name: string;
  readonly address: string;
  readonly running: boolean;
  readonly pid?: number | undefined;
}

/** One of the two ways to run the network. */
interface Way {
  up(): Promise<unknown>;
  down(remove: boolean): Promise<void>;
  status(): Promise<NodeLine[]>;
  logs(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  start(name: string): Promise<void>;
}

function runNatively(directory: string, consortium = CONSORTIUM): Way {
  return {
    up: async () =>
      bringUp({
        directory,
        binaries: findBinaries(process.env),
        consortium: await loadConsortium(consortium),
        server: join(root, 'chaincode', 'src', 'server.ts'),
        report,
      }),
    down: (remove) => (remove ? removeNetwork : tearDown)({ directory }),
    status: async () =>
      (await describeNetwork(directory)).map(({ name, endpoint, pid, running }) => ({
        ...{ name, address: formatEndpoint(endpoint), running, pid: running ? pid : undefined },
      })),
    logs: async (name) => {
      const nodes = await describeNetwork(directory);
      if (!nodes.some((node) => node.name === name)) throw new UnknownNode(`no node ${name}`);
      await pipeline(createReadStream(logFile(directory, name)), process.stdout, { end: false });
    },
    stop: (name) => stopNode({ directory }, name),
    start: (name) => startNode({ directory, binaries: findBinaries(process.env) }, name),
  };
}

async function runInContainers(directory: string): Promise<Way> {
  const network = {
    engine: await findEngine(),
    files: [join(root, 'docker-compose.yml')],
    // The same as plain `docker compose` takes, so that both are one network.
    project:
      process.env.COMPOSE_PROJECT_NAME ??
      basename(root)
        .toLowerCase()
        .replace(/[^-_a-z0-9]/g, ''),
    consortium: await loadConsortium(CONSORTIUM),
  };
  return {
    up: () => containers.bringUp({ ...network, directory, report }),
    down: (remove) =>
      remove ? containers.removeNetwork(network, directory) : containers.tearDown(network),
    status: () => containers.describeNetwork(network),
    logs: (name) => containers.printLog(network, name),
    stop: (name) => containers.stopNode(network, name),
    start: (name) => containers.startNode(network, name),
  };
}

function printStatus(nodes: readonly NodeLine[], json: boolean): void {
  if (json) return void say(JSON.stringify(nodes));
  if (nodes.length === 0) say('no network is here');
  for (const { name, address, running, pid } of nodes) {
    const state = running ? ['running', ...(pid ? [pid] : [])].join(', ') : 'stopped';
    say(`${name.padEnd(28)} ${address.padEnd(32)} ${state}`);
  }
}

type MemberCommand = 'add-member' | 'suspend-member' | 'resume-member' | 'publish-crl';

/** Returns what was done. */
async function changeMember(
  command: MemberCommand,
  directory: string,
  mspId: string,
): Promise<string> {
  const network = { directory, binaries: findBinaries(process.env), report };
  switch (command) {
    case 'add-member':
      await admitMember(network, mspId);
      return 'admitted: its nodes run and its endorsements count';
    case 'suspend-member':
      return `definition ${await redefine(network, mspId, 'SUSPENDED')}: its endorsements no longer count`;
    case 'resume-member':
      return `definition ${await redefine(network, mspId, 'ACTIVE')}: its endorsements count again`;
    case 'publish-crl': {
      const isNew = await publishRevocations(network, mspId);
      return isNew ? 'in force on the channel' : 'was in force already';
    }
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return void say(USAGE);
  const [command, name] = positionals;
  if (!command) throw new UsageError('a command is needed');
  if (values.docker && values.consortium) throw new UsageError('--docker takes no --consortium');
  const fallback = join(root, 'data', values.docker ? 'fabric-docker' : 'fabric');
  const directory = resolve(values.dir ?? fallback);
  const way = values.docker
    ? await runInContainers(directory)
    : runNatively(directory, values.consortium);
  switch (command) {
    case 'up': {
      const began = Date.now();
      await way.up();
      return void say(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s in ${directory}`);
    }
    case 'down':
      await way.down(values.remove);
      return void say(values.remove ? 'stopped and removed' : 'stopped');
    case 'status':
      return printStatus(await way.status(), values.json);
    case 'logs':
    case 'stop':
    case 'start':
      if (!name) throw new UsageError('which node? `scripts/network status` lists them');
      return way[command](name);
    case 'add-member':
    case 'suspend-member':
    case 'resume-member':
    case 'publish-crl':
      if (values.docker) throw new UsageError(`${command} is for networks without --docker`);
      if (!name) throw new UsageError('which member? its MSP ID');
      return void say(await changeMember(command, directory, name));
    default:
      throw new UsageError(`no command ${command}`);
  }
}

/** Failures that their text explains; anything else is a fault of ours and shows where it is. */
const EXPLAINED = [
  MissingProgram,
  MissingDocker,
  DockerError,
  UnknownNode,
  UnknownMember,
  NotDecided,
  AdminError,
  IdentityError,
  LedgerError,
];

try {
  await main();
} catch (error) {
  const { message, stack } = error as Error;
  const explained = EXPLAINED.some((kind) => error instanceof kind);
  const text = error instanceof UsageError ? `${message}\n\n${USAGE}` : explained ? message : stack;
  process.stderr.write(`tabellion: ${text}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
