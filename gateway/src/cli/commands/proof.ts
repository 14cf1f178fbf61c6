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
  addExamples(
    proof
      .command('custody')
      .argument('<item>', 'the item, or the file that was handed over with it')
      .description("write the proof of an item's whole chain of custody to a file")
      .option('--commitment <file>', 'put the commitment in: its file, or a proof that holds it')
      .option('-o, --output <file>', 'where to; without it, ITEM.custody.json')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/proof-custody.ts')).exportCustodyProof)),
    ['proof custody 3f…c2', 'proof custody 3f…c2 --commitment photo.jpg.proof.json'],
  );
  addExamples(proof, ['proof export photo.jpg', 'proof custody 3f…c2']);
}
