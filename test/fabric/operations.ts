/** The commands of docs/operations.md, run as they are written there, so that the page cannot drift. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { GatewayWorld } from './gateway-world.ts';

const root = join(import.meta.dirname, '../..');

interface RunOptions {
  /** Whose home at the command line; each of them does the same. Nobody's for commands of the network. */
  readonly as?: string | readonly string[];
  /** What stands in the command for something that only this run knows, and what that is here. */
  readonly put?: Readonly<Record<string, string>>;
  /** The same for names of files, which need not be in the command. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Section {
  /**
   * Runs the next command, which must begin with `start`; returns what it prints, the last time.
   * @throws with what it said, if it fails.
   */
  next(start: string, options?: RunOptions): Promise<string>;
  /** @throws if commands are left. */
  end(): void;
}

/** Where the commands find homes and, those of a network, the network. */
export interface OperatedWorld extends Pick<GatewayWorld, 'at'> {
  readonly network: Pick<GatewayWorld['network'], 'directory'>;
}

/** The commands below the heading `title`, for the network of `world` instead of the one in `data`. */
export async function openSection(world: OperatedWorld, title: string): Promise<Section> {
  const commands = readCommands(await readFile(join(root, 'docs/operations.md'), 'utf8'), title);
  const { directory } = world.network;
  return {
    next: async (start, { as = [], put = {}, files = {} } = {}) => {
      const command = commands.shift();
      if (!command?.startsWith(start)) throw new Error(`${title}: ${command} is not ${start} …`);
      for (const word of Object.keys(put)) {
        if (!command.includes(word)) throw new Error(`${command} has no ${word}`);
      }
      const known = { 'data/fabric': directory, ...files, ...put };
      const words = new RegExp(Object.keys(known).map(quote).join('|'), 'g');
      const here = command.replace(words, (word) => known[word as keyof typeof known]);
      const told = here.startsWith('./scripts/network') ? `${here} --dir ${directory}` : here;
      let said = '';
      for (const home of as.length === 0 ? ['operator'] : [as].flat()) {
        said = await runShell(told, world.at(`home-${home}`));
      }
      return said;
    },
    end: () => {
      if (commands.length > 0) throw new Error(`${title}: ${commands[0]} was not run`);
    },
  };
}

const quote = (word: string) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

function readCommands(page: string, title: string): string[] {
  const [, section] = page.split(`\n## ${title}\n`);
  if (section === undefined) throw new Error(`no section ${title}`);
  const [text] = section.split('\n## ');
  return [...text!.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    [...block!.matchAll(/^ *\$ (.+)$/gm)].map(([, command]) => command!),
  );
}

function runShell(command: string, home: string): Promise<string> {
  const env = { ...process.env, TABELLION_HOME: home };
  return new Promise((resolve, reject) => {
    execFile('bash', ['-e', '-c', command], { cwd: root, env }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command}: ${stderr}${stdout}`));
      else resolve(stdout);
    });
  });
}
