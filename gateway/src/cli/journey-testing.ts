/** For tests of whole commands: a node in a directory of its own, and people who work on it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { approveDevice } from '../identity/device-approval.ts';
import { type RunningNode, startNode } from '../node/start-node.ts';
import { type CliOptions, runCli } from './testing.ts';

const CONSORTIUM = fileURLToPath(new URL('../../../node-config/consortium.yaml', import.meta.url));

/** Words of an acquisition at home that no rule objects to; `--system CN` is left to say. */
export const ACQUIRE = [
  ...['acquire', '--case', 'TEST/2026/1', '--legal-basis', 'cn-cpl-136@1'],
  ...['--method', 'device-imaging@1', '--standard', 'iso-iec-27037@1', '--route', 'DOMESTIC'],
  ...['--publicly-released', 'NO', '--reason', 'search of the office'],
];

export interface Answered {
  readonly exit: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the command's one document is
  readonly answer: any;
}

export class Journey {
  readonly directory: string;
  /** While it runs. */
  node!: RunningNode;
  #port = 0;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(name: string): Promise<Journey> {
    const journey = new Journey(await mkdtemp(join(tmpdir(), `tabellion-${name}-`)));
    await journey.start();
    return journey;
  }

  /** On the port that it had before. */
  async start(): Promise<void> {
    this.node = await startNode({
      directory: this.at('data'),
      consortium: CONSORTIUM,
      port: this.#port,
      logger: pino({ level: 'silent' }),
    });
    this.#port = Number(new URL(this.node.address).port);
  }

  async close(): Promise<void> {
    await this.node.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  readonly at = (name: string): string => join(this.directory, name);
  readonly homeOf = (user: string): string => this.at(`home-${user}`);

  /** Runs a command as a person and reads its one document. */
  readonly run = async (
    user: string,
    args: readonly string[],
    options: Partial<CliOptions> = {},
  ): Promise<Answered> => {
    const home = this.homeOf(user);
    const { exit, stdout } = await runCli([...args, '--json'], { home, ...options });
    return { exit, answer: JSON.parse(stdout) };
  };

  /** Signs in as a person does, with a browser beside the terminal. */
  readonly signIn = async (user: string, args: readonly string[]): Promise<Answered> => {
    const { password } = this.node.people.people.find((person) => person.user === user)!;
    let approving: Promise<void> | undefined;
    const words = [...args, '--gateway', this.node.address, '--progress', 'json'];
    const result = await this.run(user, words, {
      onStderr: (text) => {
        const { verificationUri, userCode } = JSON.parse(text).signIn;
        approving = approveDevice({ verificationUri, userCode, user, password });
      },
    });
    await approving;
    return result;
  };
}
