/** A server in a process of its own that says where it listens in one line of JSON. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  /** For example `http://127.0.0.1:8080`. */
  readonly address: string;
}

/** @throws if it ends before it is ready. */
export async function startServer(
  command: string,
  args: readonly string[],
): Promise<ServerProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const line = once(createInterface({ input: child.stdout }), 'line');
  const ready = await Promise.race([line, exit.then(() => undefined)]);
  if (!ready) throw new Error(`${command} ended before it was ready`);
  const { address } = JSON.parse(ready[0]) as { address: string };
  return {
    pid: child.pid!,
    address,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await exit;
    },
  };
}
