/** `order …`: what one state asks of another, or of a company, from its issue to its end. */
import { type Command, Option } from 'commander';
import { LANGUAGES } from '../../explain/area.ts';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { describeVerbs } from '../order/verbs.ts';
import { collect } from '../repeatable.ts';
import { addContentOptions } from './content-options.ts';
import { addAdviceCommands } from './order-advice.ts';
import { addLetterCommands } from './order-letter.ts';
import { addOrderListCommands } from './order-lists.ts';

const ORDER = 'id of the order';
const STEP_HELP = `
Verbs, who takes them, and what each says besides its reason:
${describeVerbs()}

order show tells the gates, member reference orderProfile --json the grounds. Where --input says a time, it is
RFC 3339 with zone.
`;

/** What a step says, by options; `order/verbs.ts` tells which step says what. */
const addSaysOptions = (command: Command): Command =>
  command
    .option('--channel <text>', 'by which way it was handed over')
    .option('--proof <file>', 'what shows it; the ledger gets its digest alone')
    .option('--received <time>', 'when, RFC 3339 with zone; now without it')
    .option('--gate <gate>', 'of the profile')
    .option('--ground <ground>', 'of the profile')
    .option('--legal-basis <id@version>', 'rule that it rests on')
    .option('--extent <extent>', 'WHOLE or PART; of an objection also CONDITIONS')
    .option('--acquisition <id>', 'what it yielded, on this ledger; repeatable', collect)
    .option('--defect <defect>', 'INCOMPLETE, MANIFEST_ERROR or TOO_LITTLE')
    .option('--preserved', 'the data could be identified and are kept')
    .option('--no-preserved', 'they could not')
    .option('--law <jurisdiction>', 'whose law forbids it')
    .option('--outcome <outcome>', 'UPHELD or LIFTED')
    .option('--production <reference>', 'the order or letter by which the data are asked for')
    .option('--clock <clock>', 'of the profile')
    .option('--due <time>', 'a deadline set anew, of that clock')
    .option('--input <file>', 'the same as JSON, with the contract’s names (- for stdin)');

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
      addSaysOptions(order.command('step'))
        .argument('<order>', ORDER)
        .argument('<verb>', 'what happened; see below')
        .description('take the next step of an order; its number and predecessor are read here')
        .requiredOption('--reason <text>', 'why, without anybody’s name'),
    ).action(run(async () => (await load()).takeOrderStep)),
    [
      'order step 5f…09 serve --channel "e-CODEX" --reason "Handed over"',
      'order step 5f…09 clarify --addressee epoc.json --reason "Identifier corrected"',
      'order step 5f…09 execute --extent WHOLE --acquisition 7c…e1 --reason "As asked"',
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
