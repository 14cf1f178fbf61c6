/** Runs a gateway, with the embedded consortium or on Fabric, until it is asked to stop. */
import { isAbsolute, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { pino } from 'pino';
import type { GatewayLimits } from '../gateway/src/http/limits.ts';
import { makeDataDirectory } from '../gateway/src/node/data-directory.ts';
import { findVitalFailure } from '../gateway/src/node/failure-watch.ts';
import { type FabricNode, type RunningNode, startNode } from '../gateway/src/node/start-node.ts';
import { endOnUncaught, failStop } from './fail-stop.ts';
import { LogFile } from './log-file.ts';

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
  readonly limits?: Partial<GatewayLimits>;
  /** After so many days what was asked of addresses is erased. */
  readonly keepQueriesDays?: number | undefined;
  /** After so many days an alert that was seen is removed. */
  readonly keepAlertsDays?: number | undefined;
  /** Points or buckets that one caller may ask for privately in a day. */
  readonly privatePerDay?: number | undefined;
  /** Networks that are not public and that webhooks may go to. */
  readonly webhookNetworks?: readonly string[];
}

/** @returns the exit code, once stopped by Ctrl-C or SIGTERM; ends the process if the disk fails. */
export async function serve(options: ServeOptions): Promise<number> {
  collectEarly();
  const {
    directory,
    port,
    listen,
    json,
    escrow,
    consortium = CONSORTIUM,
    fabric,
    limits,
    keepQueriesDays,
    keepAlertsDays,
    privatePerDay,
    webhookNetworks = [],
  } = options;
  const stopped = waitForStop();
  const { log, file } = await openLog(directory);
  endOnUncaught(directory, log);
  const endOnVital = (error: Error): never => {
    const failure = findVitalFailure(error);
    if (failure) failStop(failure, directory, log);
    throw error;
  };
  const node = await startNode({
    directory,
    consortium,
    port,
    logger: pino({}, log),
    ...(escrow !== undefined && { escrow }),
    ...(listen !== undefined && { listen }),
    ...(fabric && { fabric }),
    ...(limits && { limits }),
    ...(keepQueriesDays !== undefined && { keepQueriesDays }),
    ...(keepAlertsDays !== undefined && { keepAlertsDays }),
    ...(privatePerDay !== undefined && { privatePerDay }),
    webhookNetworks,
  }).catch(endOnVital);
  const introduction = fabric
    ? introduceMember(node, fabric, directory, file)
    : introduce(node, directory, file);
  process.stdout.write(json ? `${JSON.stringify(describe(node))}\n` : introduction);
  const failure = await Promise.race([stopped, node.failed]);
  if (failure) failStop(failure, directory, log);
  if (!json) process.stdout.write('\nStopping.\n');
  await node.close().catch(endOnVital);
  await log.close();
  return 0;
}

/**
 * By default V8 lets garbage grow to several times what is alive before it collects all of it: on a stream
 * of a million items that is a third of the process.
 */
const collectEarly = (): void => setFlagsFromString('--heap-growing-percent=20');

function waitForStop(): Promise<void> {
  return new Promise((resolvePromise) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => resolvePromise());
  });
}

async function openLog(directory: string): Promise<{ log: LogFile; file: string }> {
  const file = join(directory, 'gateway.log');
  await makeDataDirectory(directory);
  const log: LogFile = new LogFile(file, (error) => {
    const failure = findVitalFailure(error);
    if (failure) failStop(failure, directory, log);
    process.stderr.write(`tabellion: the log waits for room: ${error.message}\n`);
  });
  return { log, file };
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
