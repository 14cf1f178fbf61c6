import type { Command } from 'commander';

/** Every command shows how it is used; a test fails on one that does not. */
export function addExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText(
    'after',
    `\nExamples:\n${examples.map((example) => `  $ tabellion ${example}`).join('\n')}\n`,
  );
}
