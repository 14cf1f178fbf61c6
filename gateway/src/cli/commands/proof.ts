import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addProofCommands(program: Command, run: Runner): void {
  const proof = program.command('proof').description('proofs that travel');
  addExamples(
    proof
      .command('export')
      .argument('[file]', 'the anchored file; or give --batch and --index')
      .description('write the proof of one item to a file')
      .option('--batch <digest>', 'batch of the item')
      .option('--index <number>', 'position of the item in its batch')
      .option('-o, --output <file>', 'where to; without it, FILE.proof.json')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/proof-export.ts')).exportProof)),
    ['proof export photo.jpg', 'proof export --batch 9a…41 --index 17 -o item.proof.json'],
  );
  addExamples(proof, ['proof export photo.jpg']);
}
