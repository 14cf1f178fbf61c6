/** How the programs of one-shot containers end when they fail: one clear sentence where there is one. */
import process from 'node:process';
import { isExplained } from '../commands.ts';

/** What whoever runs the containers has set or handed over does not do; the text says what. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';
}

export async function runProgram(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, stack } = error as Error;
    const told = error instanceof BadSetting || isExplained(error);
    process.stderr.write(`tabellion: ${told ? message : stack}\n`);
    process.exitCode = 1;
  }
}
