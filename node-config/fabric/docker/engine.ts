/** Docker and Compose on this machine: `docker compose`, or docker-compose 1.29. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OUTPUT_BYTES = 16 * 1024 * 1024;

export class MissingDocker extends Error {
  override readonly name = 'MissingDocker';
}

export class DockerError extends Error {
  override readonly name = 'DockerError';
}

export interface Engine {
  /** Runs the docker program and returns what it printed. @throws DockerError */
  docker(...args: string[]): Promise<string>;
  /** The program and the first arguments of Compose. */
  readonly compose: readonly [string, ...string[]];
}

const COMPOSE = [['docker', 'compose'], ['docker-compose']] as const;

/** @throws MissingDocker saying what is missing and where users get it. */
export async function findEngine(): Promise<Engine> {
  const answers = async (program: string, ...args: string[]) =>
    run(program, args).then(
      () => true,
      () => false,
    );
  if (!(await answers('docker', '--version'))) {
    throw new MissingDocker(
      'docker not found on PATH; get it from https://docs.docker.com/engine/install',
    );
  }
  if (!(await answers('docker', 'info'))) {
    throw new MissingDocker('the docker daemon does not answer; start it, or see `docker info`');
  }
  for (const [program, ...args] of COMPOSE) {
    if (await answers(program, ...args, 'version')) {
      return { docker, compose: [program, ...args] };
    }
  }
  throw new MissingDocker(
    'neither `docker compose` nor docker-compose found; get Docker Compose from https://docs.docker.com/compose/install',
  );
}

async function docker(...args: string[]): Promise<string> {
  try {
    return (await run('docker', args, { maxBuffer: OUTPUT_BYTES })).stdout.trim();
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new DockerError(`docker ${args[0]}: ${stderr?.trim() || message}`, { cause: error });
  }
}

/** Those of the images that are not on this machine. */
export async function findMissingImages(
  engine: Engine,
  images: readonly string[],
): Promise<string[]> {
  const there = new Set(
    (await engine.docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}')).split('\n'),
  );
  return images.filter((image) => !there.has(image));
}
