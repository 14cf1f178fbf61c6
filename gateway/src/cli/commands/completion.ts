import { Argument, type Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addCompletionCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('completion')
      .addArgument(new Argument('<shell>', 'shell to complete in').choices(['bash', 'zsh', 'fish']))
      .description('print a completion script')
      .action(run(async () => (await import('../actions/completion.ts')).printCompletion)),
    [
      'completion bash > /etc/bash_completion.d/tabellion',
      'completion zsh > ~/.zsh/completions/_tabellion',
      'completion fish > ~/.config/fish/completions/tabellion.fish',
    ],
  );
}
