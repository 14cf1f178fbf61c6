/** One person with a key and a configuration of their own, who types commands. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { approveDevice } from '../../gateway/src/identity/device-approval.ts';

const CLI = join(import.meta.dirname, '..', '..', 'gateway', 'src', 'cli', 'main.ts');

export interface PersonOptions {
  /** As the development issuer knows them, for example `investigator.cn`. */
  readonly user: string;
  readonly password: string;
  /** Where commands run, and below which each person has their own. */
  readonly directory: string;
  readonly say: (text: string) => void;
  readonly quiet: boolean;
}

export function createPerson({ user, password, directory, say, quiet }: PersonOptions) {
  const environment = { ...process.env, TABELLION_HOME: join(directory, user) };
  const start = (args: readonly string[], stderr: 'inherit' | 'pipe', format = ['--json']) => {
    say(`   $ tabellion ${args.map(quote).join(' ')}`);
    return spawn(process.execPath, [CLI, ...args, ...format], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'pipe', stderr],
    });
  };
  return {
    run: async <T>(args: readonly string[], { allowed = [0] } = {}): Promise<T> =>
      JSON.parse(await finish(start(args, quiet ? 'pipe' : 'inherit'), args, allowed)) as T,
    /** What the command prints for people. */
    print: async (args: readonly string[]): Promise<string> =>
      finish(start(args, quiet ? 'pipe' : 'inherit', []), args, [0]),
    /** Approves the device as the person would in a browser. */
    signIn: async (gateway: string): Promise<void> => {
      const args = ['init', '--gateway', gateway, '--trust-on-first-use'];
      const child = start([...args, '--progress', 'json'], 'pipe');
      const lines = createInterface({ input: child.stderr! });
      lines.on('line', (line) => {
        const { signIn } = JSON.parse(line);
        approveDevice({ ...signIn, user, password }).catch((error: unknown) => {
          process.stderr.write(`tabellion: ${String(error)}\n`);
          child.kill();
        });
      });
      await finish(child, args, [0]);
    },
  };
}
export type Person = ReturnType<typeof createPerson>;

async function finish(
  child: ChildProcess,
  args: readonly string[],
  allowed: readonly number[],
): Promise<string> {
  const [output, [code]] = await Promise.all([readAll(child), once(child, 'exit')]);
  if (allowed.includes(code as number)) return output;
  throw new Error(`tabellion ${args[0]} ended with ${code}: ${output}`);
}

async function readAll(child: ChildProcess): Promise<string> {
  child.stderr?.resume();
  let text = '';
  for await (const chunk of child.stdout!.setEncoding('utf8')) text += chunk;
  return text;
}

const quote = (word: string) => (/^[\w./:@=-]+$/.test(word) ? word : `'${word}'`);
