/** Carries out one command of `scripts/network` in a container that has every member's files. */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { COMMANDS, type CommandName, isExplained } from '../commands.ts';
import { AdminError } from '../native/admin.ts';
import type { FromContainer, FromMachine, Question } from './dialogue.ts';
import { openSite } from './site.ts';

const [command, mspId] = process.argv.slice(2) as [CommandName, string];
const input = createInterface({ input: process.stdin });
const answers = input[Symbol.asyncIterator]();
const tell = (message: FromContainer) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function ask(question: Question, of: string): Promise<string> {
  tell({ ask: question, of });
  const { value } = await answers.next();
  const said: FromMachine = JSON.parse(value ?? '{"error":"nobody answers"}');
  if ('error' in said) throw new AdminError(said.error);
  return said.answer;
}

try {
  const site = openSite({ ask, report: (report) => tell({ report }) });
  tell({ done: await COMMANDS[command](site, mspId) });
} catch (error) {
  tell({ failed: isExplained(error) ? error.message : String((error as Error).stack) });
  process.exitCode = 1;
} finally {
  input.close();
}
