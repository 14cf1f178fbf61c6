/** The command line as a person uses it: a process for each command, signed in with a key of its own. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { approveDevice } from '../../gateway/src/identity/device-approval.ts';

const TABELLION = join(import.meta.dirname, '..', 'tabellion');

export interface CommandLine {
  /** Runs a command to its end. @throws unless it exits with one of these codes. */
  run(args: readonly string[], exits?: readonly number[]): Promise<unknown>;
}

/** @param data the gateway's directory, where its people stand. */
export async function signInPerson(
  { data, address, home }: { data: string; address: string; home: string },
  user: string,
): Promise<CommandLine> {
  const { people } = JSON.parse(await readFile(join(data, 'dev', 'people.json'), 'utf8'));
  const { password } = people.find((person: { user: string }) => person.user === user);
  const env = { ...process.env, TABELLION_HOME: home };
  const run = async (
    args: readonly string[],
    exits: readonly number[] = [0],
    onError: (text: string) => void = () => undefined,
  ) => {
    const child = spawn(TABELLION, [...args, '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => texts.push(text));
    child.stderr.setEncoding('utf8').on('data', onError);
    const exit = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (!exits.includes(exit as number)) throw new Error(`${args[0]}: ${exit} ${texts.join('')}`);
    return JSON.parse(texts.join(''));
  };
  let approving: Promise<void> | undefined;
  await run(['init', '--gateway', address, '--progress', 'json'], [0], (text) => {
    const { signIn } = JSON.parse(text);
    const { verificationUri, userCode } = signIn;
    approving = approveDevice({ verificationUri, userCode, user, password });
  });
  await approving;
  return { run: (args, exits) => run([...args, '--progress', 'none'], exits) };
}
