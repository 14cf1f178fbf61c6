/** `order …`: what one state asks of another, or of a company, from its issue to its end. */
import { type Command, Option } from 'commander';
import { LANGUAGES } from '../../explain/area.ts';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { STEP_HELP } from '../order/step-help.ts';
import { addContentOptions } from './content-options.ts';
import { addAdviceCommands } from './order-advice.ts';
import { addLetterCommands } from './order-letter.ts';
import { addOrderListCommands } from './order-lists.ts';

const ORDER = 'id of the order';
const VERB = 'what happened, one of the verbs below';

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
        .option('--input <file>', 'what the step says besides, see below (- for stdin)'),
    ).action(run(async () => (await load()).takeOrderStep)),
    [
      'order step 5f…09 serve --input served.json --reason "By the IT system"',
      'order step 5f…09 clarify --addressee epoc.json --reason "Identifier corrected"',
    ],
  ).addHelpText('after', STEP_HELP);
  addExamples(
    order
      .command('show')
      .argument('<order>', ORDER)
      .description('where an order stands, its gates and clocks, and every step of it')
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
  addOrderListCommands(order, run);
  addAdviceCommands(order, run);
  addLetterCommands(order, run);
  addExamples(order, ['order issue --input order.json --addressee epoc.json', 'order show 5f…09']);
}
