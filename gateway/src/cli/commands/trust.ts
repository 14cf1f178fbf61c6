import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addTrustCommands(program: Command, run: Runner): void {
  const trust = program.command('trust').description('what a verifier believes');
  addExamples(
    trust
      .command('export')
      .description(
        "write the gateway's trust file; compare its digest with the members' by another way",
      )
      .option('-o, --output <file>', 'where to', 'trust.json')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/trust-export.ts')).exportTrust)),
    ['trust export', 'trust export -o consortium.trust.json --json'],
  );
  addExamples(trust, ['trust export']);
}
