/**
 * A disk of a few megabytes that only the processes of one mount namespace see, so that no rights of an
 * administrator are needed and nothing is left when the process that holds it has gone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Linux lets a user have namespaces of its own, unless its administrator forbids it. */
export const hasSmallDisks: boolean =
  spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs none /tmp && command -v nsenter'])
    .status === 0;

const HOLD = `
mount -t tmpfs -o size="$3" none "$1"
cp -a "$2" "$1/data"
echo ready
exec cat`;

export interface SmallDisk extends AsyncDisposable {
  /** A copy of the data directory, there for processes that `wrapper` starts. */
  readonly data: string;
  /** Program and arguments in front of a command's own. */
  readonly wrapper: readonly string[];
  /** Leaves so many bytes free. */
  fill(spare: number): Promise<void>;
  /** Takes away what filled it. */
  makeRoom(): Promise<void>;
}

/** @param parent a directory that is removed later; `original` is copied on the new disk. */
export async function makeSmallDisk(
  parent: string,
  original: string,
  bytes: number,
): Promise<SmallDisk> {
  const mount = await mkdtemp(join(parent, 'disk-'));
  const data = join(mount, 'data');
  const hold = ['-Urm', 'sh', '-e', '-c', HOLD, 'hold', mount, original, `${bytes}`];
  const holder = spawn('unshare', hold, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(holder, 'exit');
  const ready = once(createInterface({ input: holder.stdout! }), 'line').then(() => true);
  if ((await Promise.race([ready, exit])) !== true) throw new Error('no small disk');
  // Outside of the namespace: only what sign-in takes from there.
  await cp(join(original, 'dev'), join(data, 'dev'), { recursive: true });
  const wrapper = ['nsenter', '-U', '-m', '--preserve-credentials', '-t', `${holder.pid}`, '--'];
  const run = async (script: string) => {
    const [program, ...args] = [...wrapper, 'sh', '-e', '-c', script, 'sh', mount];
    const child = spawn(program!, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${script}: ${code}`);
  };
  return {
    data,
    wrapper,
    fill: (spare) =>
      run(`
        free=$(df --output=avail -B1 "$1" | tail -1)
        head -c $((free - ${spare} > 0 ? free - ${spare} : 0)) /dev/zero >> "$1/filling" || true`),
    makeRoom: () => run('rm -f "$1/filling"'),
    async [Symbol.asyncDispose]() {
      holder.stdin!.end();
      await exit;
      await rm(mount, { recursive: true, force: true });
    },
  };
}
