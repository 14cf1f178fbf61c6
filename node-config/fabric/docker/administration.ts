/** Commands that change the consortium of containers: carried out in one of them, for its files. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { CommandName } from '../commands.ts';
import { assertDecided } from '../membership.ts';
import { AdminError } from '../native/admin.ts';
import { readRevocationList } from '../revocations.ts';
import { composeCommand, type DockerNetwork } from './compose.ts';
import type { FromContainer, FromMachine, Question } from './dialogue.ts';
import { DockerError } from './engine.ts';
import { addMember } from './joined.ts';
import { awaitChannel, startService, stopService } from './network.ts';

/** Returns what was done. @throws AdminError with what the container said; NotDecided, DockerError. */
export async function administer(
  network: DockerNetwork,
  command: CommandName,
  mspId: string,
): Promise<string> {
  const { members } = await awaitChannel(network);
  const isKnown = members.some((nodes) => nodes.mspId === mspId);
  if (command === 'add-member' && !isKnown) {
    // Before anything is made for it; the container asks once more.
    await assertDecided(network.directory, mspId, 'ACTIVE');
    await addMember(network, mspId);
  }
  try {
    return await converse(network, command, mspId);
  } finally {
    await awaitChannel(network);
  }
}

async function converse(
  network: DockerNetwork,
  command: CommandName,
  mspId: string,
): Promise<string> {
  const { program, args, env } = await composeCommand(
    network,
    ...['run', '--rm', '-T', '--no-deps', 'channel'],
    ...['node', 'node-config/fabric/docker/administer.ts', command, mspId],
  );
  const child = spawn(program, args, { env });
  const complaints = text(child.stderr);
  const end = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const said: FromContainer = JSON.parse(line);
    if ('report' in said) network.report(said.report);
    else if ('done' in said) return end.then(() => said.done);
    else if ('failed' in said) throw await end.then(() => new AdminError(said.failed));
    else child.stdin.write(`${JSON.stringify(await answer(network, said))}\n`);
  }
  const [code] = await end;
  throw new DockerError(`${command} ended with ${code}: ${(await complaints).trim()}`);
}

async function answer(
  network: DockerNetwork,
  { ask, of }: { readonly ask: Question; readonly of: string },
): Promise<FromMachine> {
  try {
    return { answer: await DO[ask](network, of) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const DO: Record<Question, (network: DockerNetwork, of: string) => Promise<string>> = {
  startNode: async (network, name) => {
    await startService(network, name.toLowerCase());
    return 'started';
  },
  stopNode: async (network, name) => {
    await stopService(network, name.toLowerCase());
    return 'stopped';
  },
  // Kept on this machine: it is here that gateways certify people, and revoke.
  readRevocations: ({ directory }, mspId) => readRevocationList(directory, mspId),
};
