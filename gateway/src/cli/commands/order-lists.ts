/** `order inbox|due|receive|withdraw|statistics|deputies`: what lies with a member, and many orders at once. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

const SIDES = ['issuer', 'addressee', 'enforcing'];

const addPage = (command: Command) =>
  command
    .option('--limit <number>', 'most to list', '50')
    .option('--cursor <cursor>', 'where the page before ended');

export function addOrderListCommands(order: Command, run: Runner): void {
  addLists(order, run);
  addMany(order, run);
  addDeputies(order, run);
}

function addLists(order: Command, run: Runner): void {
  const load = () => import('../actions/order-lists.ts');
  addExamples(
    addPage(order.command('inbox').description('orders to which your member is a party'))
      .option('--awaited', 'those that wait for a step of your side and role, longest first')
      .option('--mine', 'those in which you, or who named you deputy, took a step')
      .addOption(new Option('--side <side>', 'where your member stands').choices(SIDES))
      .addOption(
        new Option('--kind <kind>', 'what is asked').choices([
          ...['preserve', 'produce', 'freeze', 'assist'],
        ]),
      )
      .option('--status <status>', 'where the order stands, such as SERVED')
      .action(run(async () => (await load()).listOrders)),
    ['order inbox --awaited', 'order inbox --side addressee --status SERVED'],
  );
  addExamples(
    addPage(order.command('due').description('clocks of your member’s orders, by their ends'))
      .option('--within <hours>', 'how far ahead', '168')
      .option('--overdue', 'those that are over')
      .option('--unmarked', 'those that are over, which is not on the ledger yet')
      .addOption(new Option('--obliges <side>', 'who has to act').choices(SIDES))
      .action(run(async () => (await load()).listDue)),
    ['order due --within 48', 'order due --overdue'],
  );
  addExamples(
    order
      .command('statistics')
      .description('what became of the orders that a member issued in a year, with definitions')
      .requiredOption('--year <year>', 'calendar year (UTC)')
      .option('--issuer <mspId>', 'a member; without it, your own')
      .action(run(async () => (await load()).showStatistics)),
    ['order statistics --year 2026'],
  );
}

function addMany(order: Command, run: Runner): void {
  const load = () => import('../actions/order-bulk.ts');
  const many = (name: string, description: string) =>
    order
      .command(name)
      .argument('[order...]', 'ids of the orders')
      .description(description)
      .requiredOption('--reason <text>', 'why, without anybody’s name')
      .option('--file <file>', 'ids of orders, one a line (- for stdin)');
  addExamples(
    many('receive', 'confirm the receipt of orders, each by a step of its own')
      .option('--all', 'those that were served on your member and wait for you to receive them')
      .option('--received <time>', 'when they were received, RFC 3339 with zone; now without it')
      .action(run(async () => (await load()).receiveOrders)),
    ['order receive --all --reason "Came in by the IT system"'],
  );
  addExamples(
    many('withdraw', 'withdraw orders that your member issued, each by a step of its own').action(
      run(async () => (await load()).withdrawOrders),
    ),
    ['order withdraw --file orders.txt --reason "The case was closed"'],
  );
}

function addDeputies(order: Command, run: Runner): void {
  const load = () => import('../actions/order-deputies.ts');
  const deputies = order
    .command('deputies')
    .description(
      'colleagues who are told of your orders; they may act by their own role, as before',
    );
  addExamples(
    deputies
      .command('list')
      .description('whom you named, and who named you')
      .action(run(async () => (await load()).listDeputies)),
    ['order deputies list'],
  );
  const change = (name: string, description: string) =>
    deputies
      .command(name)
      .argument('<person>', 'as the ledger knows them; they see it with whoami')
      .description(description)
      .requiredOption('--purpose <text>', 'why (ASCII); it stands in the journal');
  addExamples(
    change('name', 'name a colleague of your member, at most five').action(
      run(async () => (await load()).nameDeputy),
    ),
    ['order deputies name p-5f…09 --purpose "Away for two weeks"'],
  );
  addExamples(
    change('end', 'end it; it ends by itself when either leaves').action(
      run(async () => (await load()).endDeputy),
    ),
    ['order deputies end p-5f…09 --purpose "Back again"'],
  );
  addExamples(deputies, ['order deputies list']);
}
