/** `order letter`: orders and requests that came on paper. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';

export function addLetterCommands(order: Command, run: Runner): void {
  const load = () => import('../actions/order-letter.ts');
  const letter = order.command('letter').description('orders and requests that came on paper');
  addExamples(
    letter
      .command('import')
      .argument('<file>', 'the letter as it was received')
      .description('fix a letter by its digest and its receipt; what it says stays with the member')
      .requiredOption('--input <file>', 'the acquisition that takes it in (- for stdin)')
      .requiredOption('--reference <reference>', 'the letter’s own reference')
      .requiredOption('--received <time>', 'when it was received, RFC 3339 with zone')
      .addOption(
        new Option('--as <kind>', 'what it is').choices(['order', 'treaty']).default('order'),
      )
      .action(run(async () => (await load()).importLetter)),
    [
      'order letter import letter.pdf --input a.json --reference MLA/44 --received 2026-11-02T09:00:00Z',
    ],
  );
  addExamples(
    letter
      .command('draft')
      .argument('<file>', 'a T-CY preservation template, as JSON or CSV (- for stdin)')
      .description('begin a draft order from a letter, and say what the draft did not take')
      .requiredOption('-o, --out <file>', 'where the draft for order issue goes')
      .option(
        '--field <field=name>',
        'what the addressee is to read: field=name (repeatable)',
        collect,
      )
      .option('--addressee <file>', 'where that goes')
      .option('--acquisition <id>', 'the letter, as it was imported')
      .option('--force', 'replace files that are there')
      .action(run(async () => (await load()).draftLetter)),
    [
      'order letter draft request.json -o order.json',
      'order letter draft request.csv -o order.json --field a=contacts --addressee epoc.json',
    ],
  );
  addExamples(letter, ['order letter draft request.json -o order.json']);
}
