/** The containers of one Compose project on this machine. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { unlessAbsent } from '../../../gateway/src/identity/private-file.ts';
import type { Endpoint, NetworkTerms } from '../topology.ts';
import { DockerError, type Engine } from './engine.ts';
import { PEER_PORT } from './topology.ts';

const run = promisify(execFile);
const OUTPUT_BYTES = 64 * 1024 * 1024;

export interface DockerNetwork {
  readonly engine: Engine;
  /** Compose files; the first one's directory is the project's. */
  readonly files: readonly string[];
  /** Compose's project: the first part of the names of containers and volumes. */
  readonly project: string;
  /** What the compose files' variables are set to, besides this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly consortium: NetworkTerms;
  /** Where the identities of the members' gateways are written, and how to reach their peers. */
  readonly directory: string;
  readonly report: (step: string) => void;
}

/** Compose file of the members that joined; absent while there are none. */
export const joinedFile = (directory: string): string =>
  join(directory, 'docker-compose.joined.yml');

interface ComposeCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How Compose is called for this network. */
export async function composeCommand(
  { engine, files, project, environment, directory }: DockerNetwork,
  ...args: string[]
): Promise<ComposeCommand> {
  const joined = joinedFile(directory);
  const has = await unlessAbsent(access(joined).then(() => true));
  const all = has ? [...files, joined] : files;
  const [program, ...first] = engine.compose;
  return {
    program,
    args: [...first, '-p', project, ...all.flatMap((file) => ['-f', file]), ...args],
    env: { ...process.env, ...environment },
  };
}

/** @throws DockerError with what Compose said last. */
export async function compose(network: DockerNetwork, ...args: string[]): Promise<void> {
  const { program, args: all, env } = await composeCommand(network, ...args);
  try {
    await run(program, all, { env, maxBuffer: OUTPUT_BYTES });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const said = stderr.trim().split('\n').slice(-5).join(' | ') || message;
    throw new DockerError(`${network.engine.compose.join(' ')} ${args[0]}: ${said}`, {
      cause: error,
    });
  }
}

export interface Container {
  readonly id: string;
  readonly running: boolean;
  /** Where a peer's clients reach it from this machine. */
  readonly published: Endpoint | undefined;
}

/** By service; those of `docker compose run` are not among them. */
export async function listContainers({
  engine,
  project,
}: DockerNetwork): Promise<Map<string, Container>> {
  const label = (name: string) => `label=com.docker.compose.${name}`;
  const fields = ['{{.Label "com.docker.compose.service"}}', '{{.ID}}', '{{.State}}', '{{.Ports}}'];
  const listed = await engine.docker(
    ...['ps', '--all', '--filter', `${label('project')}=${project}`],
    ...['--filter', `${label('oneoff')}=False`, '--format', fields.join('\t')],
  );
  const port = new RegExp(`127\\.0\\.0\\.1:(\\d+)->${PEER_PORT}/tcp`);
  return new Map(
    listed
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [service = '', id = '', state, ports = ''] = line.split('\t');
        const [, number] = port.exec(ports) ?? [];
        const published = number ? { host: '127.0.0.1', port: Number(number) } : undefined;
        return [service, { id, running: state === 'running', published }];
      }),
  );
}
