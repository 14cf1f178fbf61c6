/** `watch …`: be told when something is asserted of an address, or filed under a category. */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';

export function addWatchCommands(program: Command, run: Runner): void {
  const watch = program
    .command('watch')
    .description('be told when something is asserted of an address, or filed under a category');
  addSets(watch, run);
  addAlerts(watch, run);
  addOversight(watch, run);
  addExamples(watch, [
    'watch create --name "Deposit addresses" --shared',
    'watch add 6f…d0 --file deposits.txt --purpose "Own deposit addresses"',
    'watch alerts --open',
  ]);
}

const addPage = (command: Command) =>
  command
    .option('--limit <number>', 'most to list', '50')
    .option('--cursor <cursor>', 'where the page before ended');

function addSets(watch: Command, run: Runner): void {
  const load = () => import('../actions/watch.ts');
  addExamples(
    watch
      .command('create')
      .description('begin to watch addresses; with --category, whatever is filed under it or below')
      .requiredOption('--name <text>', 'what to call it, without anybody’s name or address')
      .option('--shared', 'all of the member see it and its alerts, not only you')
      .option('--category <id>', 'a category of the taxonomy; may be given several times', collect)
      .action(run(async () => (await load()).createWatch)),
    [
      'watch create --name "Ransom wallets"',
      'watch create --name "Mixers" --category mixing --category mixer --shared',
    ],
  );
  addExamples(
    addPage(watch.command('list').description('watches that you may see')).action(
      run(async () => (await load()).listWatches),
    ),
    ['watch list'],
  );
  addExamples(
    watch
      .command('change')
      .argument('<watch>', 'id of the watch')
      .description('change its name, who sees it, or its categories')
      .option('--name <text>', 'what to call it')
      .addOption(new Option('--access <whom>', 'who sees it').choices(['OWNER', 'MEMBER']))
      .option('--category <id>', 'instead of those it has; may be given several times', collect)
      .action(run(async () => (await load()).changeWatch)),
    ['watch change 6f…d0 --access MEMBER'],
  );
  addExamples(
    watch
      .command('remove')
      .argument('<watch>', 'id of the watch')
      .description('end it, with its addresses and its alerts')
      .action(run(async () => (await load()).removeWatch)),
    ['watch remove 6f…d0'],
  );
  const about = (name: string, description: string) =>
    watch
      .command(name)
      .argument('<watch>', 'id of the watch')
      .argument('[address...]', 'addresses; - reads them from standard input')
      .description(description)
      .option('--file <file>', 'addresses, one a line; or CSV with --csv; - for standard input')
      .option('--csv', 'a heading with address, and network or reference')
      .option('--network <id>', 'CAIP-2, or a code such as BTC, for addresses without one');
  addExamples(
    about('add', 'watch addresses from now on; leaves an entry in the journal')
      .requiredOption('--purpose <text>', 'what they are watched for (ASCII)')
      .action(run(async () => (await load()).addAddresses)),
    [
      'watch add 6f…d0 0xD0cC2B24980CBCCA47EF755Da88B220a82291407 --purpose CASE-2026-1',
      'watch add 6f…d0 - --network BTC --purpose CASE-2026-1 < addresses.txt',
    ],
  ).addHelpText(
    'after',
    `
What was asserted before is no alert: screen the addresses first. Exit code 3: some were no addresses
that can be watched; they are named, and the others are watched.
`,
  );
  addExamples(
    about('drop', 'watch addresses no longer').action(
      run(async () => (await load()).dropAddresses),
    ),
    ['watch drop 6f…d0 --file closed.txt'],
  );
  addExamples(
    addPage(
      watch
        .command('addresses')
        .argument('<watch>', 'id of the watch')
        .description('the addresses that are watched'),
    ).action(run(async () => (await load()).listAddresses)),
    ['watch addresses 6f…d0 --limit 200'],
  );
}

function addAlerts(watch: Command, run: Runner): void {
  const load = () => import('../actions/alerts.ts');
  addExamples(
    addPage(
      watch
        .command('alerts')
        .description('what happened to what is watched, in the order of the ledger')
        .option('--watch <id>', 'of this watch alone')
        .option('--open', 'those that nobody has acknowledged'),
    ).action(run(async () => (await load()).listAlerts)),
    ['watch alerts --open'],
  );
  addExamples(
    addPage(
      watch
        .command('alert')
        .argument('<alert>', 'id of the alert')
        .description('one alert, with the addresses that it is about'),
    ).action(run(async () => (await load()).showAlert)),
    ['watch alert 3d…77'],
  );
  addExamples(
    watch
      .command('acknowledge')
      .argument('<alert...>', 'ids of alerts')
      .description('say that alerts were seen; of a shared watch, for all of the member')
      .action(run(async () => (await load()).acknowledgeAlerts)),
    ['watch acknowledge 3d…77'],
  );
}

/** For a delegate: watches whose owners may have left the member. */
function addOversight(watch: Command, run: Runner): void {
  const load = () => import('../actions/watch.ts');
  addExamples(
    addPage(
      watch
        .command('oversee')
        .description('every watch of your member, private ones too, without what it is about'),
    ).action(run(async () => (await load()).overseeWatches)),
    ['watch oversee'],
  );
  const about = (name: string, description: string) =>
    watch
      .command(name)
      .argument('<watch>', 'id of the watch')
      .description(description)
      .requiredOption('--purpose <text>', 'why, for the journal (ASCII)');
  addExamples(
    about('take-over', 'make a watch of your member your own').action(
      run(async () => (await load()).takeOverWatch),
    ),
    ['watch take-over 6f…d0 --purpose "Its owner has left"'],
  );
  addExamples(
    about('end', 'end a watch of your member, with its addresses and its alerts').action(
      run(async () => (await load()).endWatch),
    ),
    ['watch end 6f…d0 --purpose "Its owner has left"'],
  );
}
