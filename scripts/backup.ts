/** What `scripts/backup` runs: a copy of a gateway's data directory, of a running gateway as well. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type BackedUp, BackupError, backUpStopped } from '../gateway/src/node/backup.ts';
import { askControl, controlPath } from '../gateway/src/node/control-socket.ts';
import { explainFailure } from './explain-failure.ts';

const usage = `Usage: ./scripts/backup --data DIR --to DIR2 [--json]

Copies what a gateway keeps in DIR to DIR2, on which \`./scripts/start --data DIR2\` starts one.
The gateway may run: it goes on, and writes the copy itself. Everything that it had answered when
the command began is in the copy.

  --data DIR  the data directory (default ./data)
  --to DIR2   where the copy is to stand: a new or an empty directory
  --json      print one JSON line
  --help      this text

The copy holds private keys and live sign-ins: keep it as safe as DIR.
`;

function readArguments() {
  return parseArgs({
    options: {
      data: { type: 'string', default: 'data' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

async function main(): Promise<number> {
  const { data, to, json, help } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  if (to === undefined) throw new Error('--to DIR2 is needed');
  const target = resolve(to);
  try {
    const done = await backUp(resolve(data), target);
    process.stdout.write(json ? `${JSON.stringify(done)}\n` : describe(done));
    return 0;
  } catch (error) {
    throw new Error(explainFailure(error as Error, { directory: target, option: '--to' }), {
      cause: error,
    });
  }
}

async function backUp(directory: string, to: string): Promise<BackedUp> {
  await assertData(directory);
  return (await askRunning(directory, to)) ?? (await copyStopped(directory, to));
}

async function assertData(directory: string): Promise<void> {
  const own = join(directory, 'gateway');
  if (await stat(own).catch(() => undefined)) return;
  throw new BackupError('NO_DATA', `${directory} is not the data directory of a gateway`);
}

async function askRunning(directory: string, to: string): Promise<BackedUp | undefined> {
  const path = controlPath(directory);
  const answer = path === undefined ? undefined : await askControl(path, { verb: 'backup', to });
  if (answer === undefined) return undefined;
  if ('done' in answer) return answer.done as BackedUp;
  const { code, message } = answer.failed;
  throw Object.assign(new Error(message), { code });
}

async function copyStopped(directory: string, to: string): Promise<BackedUp> {
  try {
    return await backUpStopped(directory, to);
  } catch (error) {
    if ((error as { code?: string }).code !== 'DATA_IN_USE') throw error;
    throw new Error(
      controlPath(directory) === undefined
        ? `the path of ${directory} is too long to reach its running gateway: stop it, or run this from a directory nearer by`
        : `the gateway of ${directory} is starting or stopping, or is being copied: try again`,
      { cause: error },
    );
  }
}

const describe = ({ directory, files, bytes, height }: BackedUp): string =>
  `Backed up to ${directory}: ${files} files, ${(bytes / 1_048_576).toFixed(1)} MiB${height === null ? '' : `, ${height} blocks`}.
It holds private keys: keep it as safe as the original.
Start it with ./scripts/start --data ${directory} (with --port another, while the original runs).
`;

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
