import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addStatusCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('status')
      .argument('[txId]', 'transaction to ask for')
      .description('show whether the gateway is ready, or what became of a transaction')
      .action(run(async () => (await import('../actions/status.ts')).status)),
    ['status', 'status 7849f65b054941c17218e847eddf041fa28f53d16d40b449c760f98d50dfc199'],
  );
}
