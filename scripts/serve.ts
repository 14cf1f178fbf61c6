/** Runs a gateway, with the embedded consortium or on Fabric, until it is asked to stop. */
import { mkdirSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { type Logger, pino } from 'pino';
import { type FabricNode, type RunningNode, startNode } from '../gateway/src/node/start-node.ts';

export const CONSORTIUM = join(import.meta.dirname, '..', 'node-config', 'consortium.yaml');

export interface ServeOptions {
  readonly directory: string;
  readonly port: number;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly listen?: string | undefined;
  readonly json: boolean;
  /** Second place for manifests. */
  readonly escrow?: string | undefined;
  /** The consortium's YAML file; the development consortium by default. */
  readonly consortium?: string;
  /** One member's gateway on Fabric, instead of the embedded consortium. */
  readonly fabric?: FabricNode | undefined;
}

/** @returns the exit code, once stopped by Ctrl-C or SIGTERM. */
export async function serve(options: ServeOptions): Promise<number> {
  const { directory, port, listen, json, escrow, consortium = CONSORTIUM, fabric } = options;
  const stopped = waitForStop();
  const { logger, file } = openLog(directory);
  const node = await startNode({
    directory,
    consortium,
    port,
    logger,
    ...(escrow !== undefined && { escrow }),
    ...(listen !== undefined && { listen }),
    ...(fabric && { fabric }),
  });
  const introduction = fabric
    ? introduceMember(node, fabric, directory, file)
    : introduce(node, directory, file);
  process.stdout.write(json ? `${JSON.stringify(describe(node))}\n` : introduction);
  await stopped;
  if (!json) process.stdout.write('\nStopping.\n');
  await node.close();
  return 0;
}

function waitForStop(): Promise<void> {
  return new Promise((resolvePromise) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => resolvePromise());
  });
}

function openLog(directory: string): { logger: Logger; file: string } {
  const file = join(directory, 'gateway.log');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return { logger: pino(pino.destination({ dest: file, sync: false, append: true })), file };
}

const describe = ({ address, people }: RunningNode) => ({
  address,
  users: people.people.map(({ user, password, member, role }) => ({
    user,
    password,
    member,
    role,
  })),
});

/** One person of each role and every liaison officer: enough to collect and to answer. */
function choosePeople({ people }: RunningNode['people']) {
  const roles = new Set<string>();
  return people.filter(({ role }) => {
    const isFirst = !roles.has(role);
    roles.add(role);
    return isFirst || role === 'liaisonAuthority';
  });
}

/** Short where it lies below the working directory, else from the root. */
function shown(path: string): string {
  const short = relative(process.cwd(), resolve(path)) || '.';
  return short.startsWith('..') || isAbsolute(short) ? resolve(path) : short;
}

function introduceMember(
  { address }: RunningNode,
  { member, issuers }: FabricNode,
  directory: string,
  log: string,
): string {
  const [issuer] = issuers;
  return `The gateway of ${member.service.mspId} is running: ${address}

  reference    ${address}/docs
  peer         ${member.peer.address}
  data         ${shown(directory)}
  log          ${shown(log)}

People sign in at ${issuers.map((one) => one.issuer).join(', ')}:
  ./scripts/tabellion init --gateway ${address} --issuer ${issuer?.issuer}

Ctrl-C stops it; started again, nothing is lost.
`;
}

function introduce(node: RunningNode, directory: string, log: string): string {
  const people = choosePeople(node.people)
    .map(({ user, password, member }) => `  ${user.padEnd(24)} ${password}   ${member}`)
    .join('\n');
  return `Tabellion is running: ${node.address}

  reference    ${node.address}/docs
  data         ${shown(directory)}
  log          ${shown(log)}

This is the embedded consortium: four members, one machine, one operator. It keeps Fabric's rules
and formats, and claims no distributed trust.

Development sign-in (only from this machine; all people are in ${shown(join(directory, 'dev', 'people.json'))}):
${people}

Try, in another terminal:
  ./scripts/tabellion init --gateway ${node.address} --trust-on-first-use
  ./scripts/tabellion acquire --help
  ./scripts/tabellion anchor --help
  ./scripts/start --demo --once

Ctrl-C stops it; started again, nothing is lost.
`;
}
