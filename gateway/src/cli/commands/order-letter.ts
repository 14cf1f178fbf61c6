/** `order letter`: orders and requests that came on paper. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';
import { addAcquisitionOptions } from './acquisition-options.ts';

export function addLetterCommands(order: Command, run: Runner): void {
  const load = () => import('../actions/order-letter.ts');
  const letter = order.command('letter').description('orders and requests that came on paper');
  addExamples(
    addAcquisitionOptions(
      letter
        .command('import')
        .argument('<file>', 'the letter as it was received')
        .description(
          'fix a letter by its digest and its receipt; what it says stays with the member',
        ),
    )
      .requiredOption('--reference <reference>', 'the letter’s own reference')
      .requiredOption('--received <time>', 'when it was received, RFC 3339 with zone')
      .addOption(
        new Option('--as <kind>', 'what it is').choices(['order', 'treaty']).default('order'),
      )
      .action(run(async () => (await load()).importLetter)),
    [
      'order letter import letter.pdf --reference MLA/44 --as treaty --received 2026-11-02T09:00:00+08:00 \\\n' +
        '      --case 2026/117 --legal-basis cn-cpl-141@1 --method voluntary-handover@1 --standard iso-iec-27037@1 \\\n' +
        '      --route DOMESTIC --system CN --authorisation INTERNAL:2026/4 --reason "Came by post"',
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
