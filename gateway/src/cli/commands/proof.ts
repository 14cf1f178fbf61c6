import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addProofCommands(program: Command, run: Runner): void {
  const proof = program.command('proof').description('proofs that travel');
  addExamples(
    proof
      .command('export')
      .argument('[file]', 'the anchored file; or give --batch and --index, or --order')
      .description('write the proof of one item, or of one order, to a file')
      .option('--batch <digest>', 'batch of the item')
      .option('--index <number>', 'position of the item in its batch')
      .option('--order <id>', 'an order: its steps, clocks, rules, and what it yielded')
      .option('--contents', 'of an order: put in what the own member was given to read')
      .option('--no-batches', 'of an order: leave out the batches, and show the totals only')
      .option('--no-custody', 'of an order: leave out the chains of custody')
      .option('-o, --output <file>', 'where to; without it, FILE.proof.json or ID.order.json')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/proof-export.ts')).exportProof)),
    [
      'proof export photo.jpg',
      'proof export --batch 9a…41 --index 17 -o item.proof.json',
      'proof export --order 5f…09 --contents',
    ],
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
  addExamples(
    proof
      .command('label')
      .argument('<label>', 'BATCH:INDEX, counted from 0')
      .description('write the proof of one label, and of what members said of it, to a file')
      .option('--assertion-only', 'leave out what members said of it')
      .option('-o, --output <file>', 'where to; without it, BATCH-INDEX.label.json')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/proof-label.ts')).exportLabelProof)),
    ['proof label 6f…d0:3', 'proof label 6f…d0:3 --assertion-only -o label.json'],
  ).addHelpText(
    'after',
    `
It shows that a member asserted this of the address at that time, and what others had said of it when the
proof was made: neither that it is right nor that anybody is guilty. The file holds the address itself.
`,
  );
  addExamples(proof, ['proof export photo.jpg', 'proof custody 3f…c2', 'proof label 6f…d0:3']);
}
