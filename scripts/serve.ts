/** Runs the embedded consortium and its gateway until it is asked to stop. */
import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { type Logger, pino } from 'pino';
import { type RunningNode, startNode } from '../gateway/src/node/start-node.ts';

export const CONSORTIUM = join(import.meta.dirname, '..', 'node-config', 'consortium.yaml');

export interface ServeOptions {
  readonly directory: string;
  readonly port: number;
  readonly json: boolean;
  /** Second place for manifests. */
  readonly escrow?: string | undefined;
}

/** @returns the exit code, once stopped by Ctrl-C or SIGTERM. */
export async function serve({ directory, port, json, escrow }: ServeOptions): Promise<number> {
  const stopped = waitForStop();
  const { logger, file } = openLog(directory);
  const node = await startNode({
    directory,
    consortium: CONSORTIUM,
    port,
    logger,
    ...(escrow !== undefined && { escrow }),
  });
  process.stdout.write(
    json ? `${JSON.stringify(describe(node))}\n` : introduce(node, directory, file),
  );
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

/** One person of each role, so that the list stays short; the file has all. */
function onePerRole({ people }: RunningNode['people']) {
  const roles = new Map<string, (typeof people)[number]>();
  for (const person of people) if (!roles.has(person.role)) roles.set(person.role, person);
  return [...roles.values()];
}

function introduce(node: RunningNode, directory: string, log: string): string {
  const shown = (path: string) => relative(process.cwd(), resolve(path)) || '.';
  const people = onePerRole(node.people)
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
  ./scripts/tabellion init --gateway ${node.address}
  ./scripts/tabellion acquire --help
  ./scripts/tabellion anchor --help
  ./scripts/start --demo --once

Ctrl-C stops it; started again, nothing is lost.
`;
}
