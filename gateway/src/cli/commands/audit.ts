import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addAuditCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('audit')
      .description('read the whole ledger again, check everything and name the first break')
      .requiredOption('--trust <file>', 'whom to believe; its genesis digest pins the ledger')
      .option('--ledger <directory>', "an embedded ledger's directory, instead of the gateway")
      .option('--manifests <directory>', 'recompute the roots of the manifests kept there')
      .option('--at <time>', 'judge what is overdue as of this time (RFC 3339 with zone), not now')
      .action(run(async () => (await import('../actions/audit.ts')).audit)),
    [
      'audit --gateway https://evidence.example.org --trust trust.json',
      'audit --ledger data/ledger --trust trust.json --manifests data/gateway/manifests/CnAgencyMSP',
    ],
  ).addHelpText(
    'after',
    `
Exit codes: 0 no break, 10 a break was found, 1 the ledger could not be read.
`,
  );
}
