/** `scripts/start --json` as a process of its own, so that stopping it leaves nothing behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

const START = join(import.meta.dirname, '..', 'start.ts');

export interface Ready {
  readonly address: string;
  readonly users: readonly { readonly user: string; readonly password: string }[];
}

export async function startGateway(data: string, port: number) {
  const args = [START, '--data', data, '--port', String(port), '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => {
      throw new Error('the gateway did not start');
    }),
  ]);
  return {
    ready: JSON.parse(line as string) as Ready,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
