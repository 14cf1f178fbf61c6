/** `order advise` and `order check`: what can be known before an order is issued. */
import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';
import { addContentOptions } from './content-options.ts';

/** Of `--threat` and `--no-threat` the last counts. */
const collectThreat = (value: string, before: string[] | false = []): string[] =>
  collect(value, before || []);

export function addAdviceCommands(order: Command, run: Runner): void {
  const load = () => import('../actions/order-advise.ts');
  addExamples(
    order
      .command('advise')
      .description('which ways the law leaves open, fastest first, and why others are closed')
      .option(
        '--input <file>',
        'facts of the case as JSON or YAML (- for stdin); options go before',
      )
      .option('--kind <kind>', 'what is asked for: PRESERVE, PRODUCE, FREEZE or ASSIST')
      .option('--category <category>', 'what the data are (repeatable)', collect)
      .option('--addressee <member>', 'who holds the data; its state is considered too')
      .option('--at <time>', 'when it would be issued; else now')
      .option('--role <role>', 'who would issue it; else your own role')
      .option('--location <state>', 'where the data are, or UNKNOWN (repeatable)', collect)
      .option('--threat <threat>', 'LIFE, INJURY, SAFETY, INFRASTRUCTURE or LOSS', collectThreat)
      .option('--no-threat', 'nothing of that kind is about to happen')
      .option('--volatile', 'the data may soon be lost')
      .option('--no-volatile', 'they will not be')
      .option('--service-offered', 'the holder offers its service in the issuing state')
      .option('--no-service-offered', 'it does not')
      .option('--control', 'the addressee possesses, keeps or controls the data or assets')
      .option('--no-control', 'it does not')
      .option('--consent', 'who may lawfully disclose the data consents')
      .option('--no-consent', 'nobody does')
      .option('--max-penalty <months>', 'maximum penalty of the offence in the issuing state')
      .option('--offence <kind>', 'what it is in the words of the profiles (repeatable)', collect)
      .option('--by-system', 'committed by means of an information system')
      .option('--no-by-system', 'not committed so')
      .option('--punishable-there', 'punishable in the state of the addressee')
      .option('--no-punishable-there', 'not punishable there')
      .action(run(async () => (await load()).adviseOnOrder)),
    [
      'order advise --kind PRODUCE --category SUBSCRIBER --addressee ExchangeMSP --service-offered',
      'order advise --input facts.yaml --threat LIFE --json',
    ],
  ).addHelpText(
    'after',
    `
A fact that is not given is not known: what depends on it is listed as open only if, with the question. Days
are counted as if everything that starts a clock happened at that instant.
`,
  );
  addExamples(
    addContentOptions(
      order
        .command('check')
        .description('what would be refused of a draft, and what will likely be rejected')
        .requiredOption('--input <file>', 'the order without id and contents (- for stdin)')
        .option('--facts <file>', 'facts of the case, as for advise')
        .option('--role <role>', 'who would issue it; else your own role'),
    ).action(run(async () => (await load()).checkOrder)),
    ['order check --input order.json --addressee epoc.json --enforcing copy.json'],
  ).addHelpText(
    'after',
    `
Nothing is written: the contents are read by the own gateway and not kept. REFUSED is what the contract would
refuse, and the exit code is 1; DOUBTFUL is what an addressee will likely send back.
`,
  );
}
