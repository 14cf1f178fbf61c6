/** `exhibit …`: things that were seized. */
import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addListOptions } from '../custody/list-options.ts';
import { addOpeningOptions, addSealOptions, addStepOptions } from '../custody/step-options.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';

export function addExhibitCommands(program: Command, run: Runner): void {
  const exhibit = program
    .command('exhibit')
    .description('things that were seized; handed over by custody, as all items');
  const load = () => import('../actions/custody-read.ts');
  addExamples(
    addOpeningOptions(
      exhibit
        .command('register')
        .description('register a physical exhibit')
        .requiredOption('--acquisition <id>', 'act of collection in which it was seized')
        .requiredOption('--exhibit <number>', 'its number')
        .requiredOption('--thing <kind>', 'what it is, such as mobile-phone')
        .requiredOption('--description <text>', 'what it looks like; stays off the ledger')
        .option(
          '--mark <kind:value>',
          'number that stands on it; stays off it too (repeatable)',
          collect,
        )
        .requiredOption('--place <text>', 'where it lies')
        .requiredOption('--conditions <text>', 'how it is kept')
        .option('--picture <KIND:file>', 'photograph or film, by digest (repeatable)', collect),
    ).action(run(async () => (await import('../actions/custody-open.ts')).registerExhibit)),
    [
      'exhibit register --acquisition 5f…09 --exhibit 2026-17/3 --thing mobile-phone \\\n' +
        '      --description "black, cracked screen" --mark imei:490154203237518 \\\n' +
        '      --place "store 2, shelf 4" --conditions "dry, Faraday bag" --seal A-17 \\\n' +
        '      --picture PHOTO:phone.jpg --reason "Search of the office"',
    ],
  );
  addExamples(
    addSealOptions(
      addStepOptions(
        exhibit
          .command('move')
          .argument('<item>', 'the exhibit, or the file that was handed over with it')
          .description("move an exhibit within its holder's care"),
      )
        .requiredOption('--place <text>', 'where it lies now')
        .requiredOption('--conditions <text>', 'how it is kept there'),
    ).action(run(async () => (await import('../actions/custody-step.ts')).stepAction('move'))),
    [
      'exhibit move 9a…41 --place "laboratory" --conditions "dry" --found-seal A-17 --reason "Examination"',
    ],
  );
  addExamples(
    addListOptions(exhibit.command('list').description('list exhibits')).action(
      run(async () => (await load()).listExhibits),
    ),
    ['exhibit list --holder SgAgencyMSP'],
  );
  addExamples(
    exhibit
      .command('show')
      .argument('<item>', 'the exhibit, or the file that was handed over with it')
      .description('show the whole life of an exhibit')
      .action(run(async () => (await load()).showItem)),
    ['exhibit show 9a…41'],
  );
  addExamples(exhibit, ['exhibit list', 'exhibit show 9a…41']);
}
