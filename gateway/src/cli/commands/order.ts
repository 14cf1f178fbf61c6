/** `order …`: what one state asks of another, or of a company, from its issue to its end. */
import { type Command, Option } from 'commander';
import { LANGUAGES } from '../../explain/area.ts';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';

const ORDER = 'id of the order';
const VERB =
  'what happened: serve, receive, takeNotice, execute, deliver, extend, close and others';

const addContentOptions = (command: Command): Command =>
  command
    .option('--addressee <file>', 'what the addressee is to read: {"field": "text"} (- for stdin)')
    .option('--enforcing <file>', 'what the enforcing authority is to read, likewise');

export function addOrderCommands(program: Command, run: Runner): void {
  const load = () => import('../actions/order.ts');
  const order = program
    .command('order')
    .description('what a state asks of another or of a company, and the clocks that the law sets');
  addExamples(
    addContentOptions(
      order
        .command('issue')
        .description('issue an order; what it says goes to its parties alone')
        .requiredOption('--input <file>', 'the order without id and contents (- for stdin)'),
    ).action(run(async () => (await load()).issueOrder)),
    ['order issue --input order.json --addressee epoc.json --enforcing copy.json'],
  );
  addExamples(
    addContentOptions(
      order
        .command('step')
        .argument('<order>', ORDER)
        .argument('<verb>', VERB)
        .description('take the next step of an order; its number and predecessor are read here')
        .requiredOption('--reason <text>', 'why, without anybody’s name')
        .option('--input <file>', 'what the step says besides (- for stdin)'),
    ).action(run(async () => (await load()).takeOrderStep)),
    [
      'order step 5f…09 serve --input served.json --reason "By the IT system"',
      'order step 5f…09 clarify --addressee epoc.json --reason "Identifier corrected"',
    ],
  );
  addExamples(
    order
      .command('show')
      .argument('<order>', ORDER)
      .description('where an order stands, its clocks, and every step of it')
      .action(run(async () => (await load()).showOrder)),
    ['order show 5f…09'],
  );
  addExamples(
    order
      .command('read')
      .argument('<order>', ORDER)
      .argument('<party>', 'whose copy: ADDRESSEE or ENFORCING')
      .description('read what the own member was given to read, or gave')
      .action(run(async () => (await load()).readOrderContent)),
    ['order read 5f…09 ADDRESSEE'],
  );
  addExamples(
    order
      .command('form')
      .argument('<order>', ORDER)
      .description('write an order as a form for people: PDF/A-3b or HTML')
      .addOption(
        new Option(
          '--party <party>',
          'for whom; without it, the own side; an issuer may print any',
        ).choices(['addressee', 'enforcing', 'issuer']),
      )
      .option('-o, --out <file>', 'where to, in .pdf or .html; without it, ID.order.pdf')
      .addOption(new Option('--lang <language>', 'of the form').choices(LANGUAGES).default('en'))
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/order-form.ts')).writeOrderForm)),
    ['order form 5f…09', 'order form 5f…09 --party addressee --out order.html'],
  ).addHelpText(
    'after',
    `
It holds what the own member may read, and nothing that is meant for another party: hand it on as that
allows. The same records give the same file, byte for byte, with the same version of this program.
`,
  );
  addLetterCommands(order, run);
  addExamples(order, ['order issue --input order.json --addressee epoc.json', 'order show 5f…09']);
}

function addLetterCommands(order: Command, run: Runner): void {
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
