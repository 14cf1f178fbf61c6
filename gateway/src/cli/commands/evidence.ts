/** `evidence …`: what the ledger and this member's manifests hold. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addEvidenceCommands(program: Command, run: Runner): void {
  const load = () => import('../actions/evidence.ts');
  const evidence = program
    .command('evidence')
    .description('look up acquisitions, batches and items');
  addExamples(
    evidence
      .command('list')
      .description('list acquisitions')
      .option('--case <reference>', 'of this case')
      .option('--member <mspId>', 'of this member')
      .option('--touched <jurisdiction>', 'that touch this jurisdiction')
      .addOption(
        new Option('--cross-border <answer>', 'computed from the facts given').choices([
          'YES',
          'NO',
          'UNKNOWN',
          'SEALED',
        ]),
      )
      .option('--route <route>', 'obtained this way')
      .option('--flag <flag>', 'that carry this flag')
      .option('--limit <count>', 'at most this many', '100')
      .option('--cursor <cursor>', 'where the page before ended')
      .action(run(async () => (await load()).listAcquisitions)),
    ['evidence list --case 2026/117', 'evidence list --touched SG --cross-border YES --json'],
  );
  addExamples(
    evidence
      .command('show')
      .argument('<id>', 'an acquisition, or the digest of a batch')
      .description('show an acquisition with its batches and positions, or one batch')
      .action(run(async () => (await load()).showEvidence)),
    ['evidence show 5f…09'],
  );
  addExamples(
    evidence
      .command('find')
      .argument('<what>', 'a file, or a SHA-256 digest in hex')
      .description("find items of this member's manifests by digest")
      .action(run(async () => (await load()).findItems)),
    ['evidence find photo.jpg', 'evidence find 9f86d0…0a08'],
  );
  addExamples(evidence, ['evidence list', 'evidence show 5f…09']);
}
