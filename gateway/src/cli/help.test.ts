import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from './program.ts';

const program = buildProgram(() => async () => undefined, {});

const listCommands = (command: Command): Command[] => [
  command,
  ...command.commands.filter((child) => child.name() !== 'help').flatMap(listCommands),
];

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

describe('help', () => {
  it('is golden for every command', async () => {
    const all = listCommands(program).map(
      (command) => `### ${nameOf(command)}\n\n${helpOf(command)}`,
    );
    await expect(all.join('\n')).toMatchFileSnapshot('./help.golden.txt');
  });

  it.each(
    listCommands(program)
      .filter((command) => command.parent !== null)
      .map((command) => [nameOf(command), command] as const),
  )('of %s shows how it is used', (name, command) => {
    expect(command.description()).not.toBe('');
    const [, examples = ''] = helpOf(command).split('Examples:\n');
    const shown = examples.split('\n').filter((line) => line.startsWith('  $ '));
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) expect(`${line} `.startsWith(`  $ ${name} `), line).toBe(true);
  });
});
