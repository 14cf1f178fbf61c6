import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addVerifyCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('verify')
      .argument('<bundle>', 'the proof')
      .description('check a proof, and the file it is about, without any network')
      .requiredOption('--trust <file>', 'whom to believe; a proof never brings its own')
      .option('--file <file>', 'the file that the proof is about')
      .option('--at <time>', 'judge certificates as of this time (RFC 3339 with zone), not now')
      .action(run(async () => (await import('../actions/verify.ts')).verifyProof)),
    [
      'verify photo.jpg.proof.json --trust trust.json --file photo.jpg',
      'verify photo.jpg.proof.json --trust trust.json --json',
    ],
  ).addHelpText(
    'after',
    `
A proof shows that the item is unchanged since it was anchored. It says nothing about whether what the
item shows is true. Exit codes: 0 intact, 10 mismatch, 11 not trusted, 1 unreadable.
`,
  );
}
