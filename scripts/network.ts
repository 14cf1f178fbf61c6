/** A consortium on real Hyperledger Fabric on this machine: what `scripts/network` starts. */
import { createReadStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { loadConsortium } from '../gateway/src/identity/consortium.ts';
import { UnknownProgram } from '../node-config/fabric/chaincode-program.ts';
import {
  COMMANDS,
  type CommandName,
  isCommand,
  isExplained,
} from '../node-config/fabric/commands.ts';
import { administer } from '../node-config/fabric/docker/administration.ts';
import { DockerError, findEngine, MissingDocker } from '../node-config/fabric/docker/engine.ts';
import * as containers from '../node-config/fabric/docker/network.ts';
import { findBinaries, MissingProgram } from '../node-config/fabric/native/binaries.ts';
import { NoAddress } from '../node-config/fabric/native/machine.ts';
import {
  bringUp,
  describeNetwork,
  removeNetwork,
  startNode,
  stopNode,
  tearDown,
  UnknownNode,
} from '../node-config/fabric/native/network.ts';
import { logFile, NodeEnded } from '../node-config/fabric/native/nodes.ts';
import { openSite } from '../node-config/fabric/native/site.ts';
import {
  commitUpgrade,
  NotApproved,
  type Upgrade,
  upgradeMember,
} from '../node-config/fabric/native/upgrade.ts';
import { renewCertificates } from '../node-config/fabric/renewal.ts';
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
  renew-certificates MSPID  make new keys and certificates for the member's nodes, and restart
                        them; not with --docker
  upgrade MSPID         have the member run another chaincode program beside its present one, and
                        approve it: that of --server FILE, by default this release's
  commit-upgrade        put the program that a majority has approved in force, and stop the old one;
                        neither with --docker

  --docker             in containers, by docker-compose.yml, instead of natively
  --dir DIRECTORY      where everything is kept (default data/fabric); with --docker, where what
                       gateways need is copied to (default data/fabric-docker)
  --server FILE        program of the chaincode servers, for \`up\` and \`upgrade\`; not with --docker
  --consortium FILE    what to create (default node-config/consortium.yaml); not with --docker,
                       whose docker-compose.yml names that file's members

Needs peer, orderer, configtxgen and osnadmin of Hyperledger Fabric 3.1, on PATH or in FABRIC_BIN;
with --docker, Docker and Compose.`;

const CONSORTIUM = join(root, 'node-config', 'consortium.yaml');
const SERVER = join(root, 'chaincode', 'src', 'server.ts');

const options = {
  docker: { type: 'boolean', default: false },
  dir: { type: 'string' },
  consortium: { type: 'string' },
  server: { type: 'string' },
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
  /** When the first of its certificates ends, milliseconds; not known of containers. */
  readonly expires?: number | undefined;
}

/** One of the two ways to run the network. */
interface Way {
  up(): Promise<unknown>;
  down(remove: boolean): Promise<void>;
  status(): Promise<NodeLine[]>;
  logs(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  start(name: string): Promise<void>;
  /** Returns what was done. */
  change(command: CommandName, mspId: string): Promise<string>;
  renew(mspId: string): Promise<void>;
  upgrade(mspId: string): Promise<Upgrade>;
  commitUpgrade(): Promise<Upgrade>;
}

function runNatively(directory: string, consortium = CONSORTIUM, server = SERVER): Way {
  const openOwnSite = () => openSite({ directory, binaries: findBinaries(process.env), report });
  return {
    up: async () =>
      bringUp({
        directory,
        binaries: findBinaries(process.env),
        consortium: await loadConsortium(consortium),
        server: resolve(server),
        report,
      }),
    down: (remove) => (remove ? removeNetwork : tearDown)({ directory }),
    status: async () =>
      (await describeNetwork(directory)).map(({ name, endpoint, pid, running, expires }) => ({
        ...{ name, address: formatEndpoint(endpoint), running, expires },
        pid: running ? pid : undefined,
      })),
    logs: async (name) => {
      const nodes = await describeNetwork(directory);
      if (!nodes.some((node) => node.name === name)) throw new UnknownNode(`no node ${name}`);
      await pipeline(createReadStream(logFile(directory, name)), process.stdout, { end: false });
    },
    stop: (name) => stopNode({ directory }, name),
    start: (name) => startNode({ directory, binaries: findBinaries(process.env) }, name),
    change: async (command, mspId) => COMMANDS[command](openOwnSite(), mspId),
    renew: async (mspId) => renewCertificates(openOwnSite(), mspId),
    upgrade: async (mspId) => upgradeMember(openOwnSite(), mspId, resolve(server)),
    commitUpgrade: async () => commitUpgrade(openOwnSite()),
  };
}

async function runInContainers(directory: string): Promise<Way> {
  const network = {
    directory,
    report,
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
  const refuse = async () => {
    throw new UsageError('this is for networks without --docker');
  };
  return {
    up: () => containers.bringUp(network),
    down: (remove) => (remove ? containers.removeNetwork : containers.tearDown)(network),
    status: () => containers.describeNetwork(network),
    logs: (name) => containers.printLog(network, name),
    stop: (name) => containers.stopNode(network, name),
    start: (name) => containers.startNode(network, name),
    change: (command, mspId) => administer(network, command, mspId),
    renew: refuse,
    upgrade: refuse,
    commitUpgrade: refuse,
  };
}

function printStatus(nodes: readonly NodeLine[], json: boolean): void {
  if (json) return void say(JSON.stringify(nodes));
  if (nodes.length === 0) say('no network is here');
  for (const { name, address, running, pid, expires } of nodes) {
    const state = running ? ['running', ...(pid ? [pid] : [])].join(', ') : 'stopped';
    const line = `${name.padEnd(28)} ${address.padEnd(32)} ${state.padEnd(18)}`;
    say(`${line}${expires === undefined ? '' : describeExpiry(expires)}`.trimEnd());
  }
}

const DAY_MS = 86_400_000;
/** Time enough to renew the nodes of all members, one after the other. */
const DUE_DAYS = 60;

function describeExpiry(expires: number): string {
  const days = Math.floor((expires - Date.now()) / DAY_MS);
  const end = `certificates until ${new Date(expires).toISOString().slice(0, 10)}`;
  return days < DUE_DAYS ? `${end}: RENEW, ${days} days left` : end;
}

const WHICH_MEMBER = 'which member? its MSP ID';

function describeUpgrade({ version, sequence, committed, missing }: Upgrade): string {
  const names = missing.join(', ') || 'nobody';
  return committed
    ? `in force as definition ${sequence}: ${version}\ndo not endorse until they go over too: ${names}`
    : `approved as definition ${sequence}: ${version}\nhave not approved it: ${names}`;
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return void say(USAGE);
  const [command, name, ...surplus] = positionals;
  if (surplus.length > 0) throw new UsageError(`${surplus.join(' ')}: one thing at a time`);
  if (!command) throw new UsageError('a command is needed');
  for (const option of ['consortium', 'server'] as const) {
    if (values.docker && values[option]) throw new UsageError(`--docker takes no --${option}`);
  }
  const fallback = join(root, 'data', values.docker ? 'fabric-docker' : 'fabric');
  const directory = resolve(values.dir ?? fallback);
  const way = values.docker
    ? await runInContainers(directory)
    : runNatively(directory, values.consortium, values.server);
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
    case 'renew-certificates':
      if (!name) throw new UsageError(WHICH_MEMBER);
      await way.renew(name);
      return void say('renewed: its nodes run with new keys and certificates');
    case 'upgrade':
      if (!name) throw new UsageError(WHICH_MEMBER);
      return void say(describeUpgrade(await way.upgrade(name)));
    case 'commit-upgrade':
      return void say(describeUpgrade(await way.commitUpgrade()));
    default:
      if (!isCommand(command)) throw new UsageError(`no command ${command}`);
      if (!name) throw new UsageError(WHICH_MEMBER);
      return void say(await way.change(command, name));
  }
}

/** Of this machine; `isExplained` knows those of the network. */
const EXPLAINED = [
  NoAddress,
  NodeEnded,
  MissingProgram,
  MissingDocker,
  DockerError,
  UnknownNode,
  UnknownProgram,
  NotApproved,
];

// Who reads only the beginning, as `head` does, has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await main();
} catch (error) {
  const { message, stack } = error as Error;
  const explained = isExplained(error) || EXPLAINED.some((kind) => error instanceof kind);
  const text = error instanceof UsageError ? `${message}\n\n${USAGE}` : explained ? message : stack;
  process.stderr.write(`tabellion: ${text}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
