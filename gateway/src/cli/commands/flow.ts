/** `flow …`: observed transfers, and where they lead. */
import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { addAssertOptions } from '../label/assert-options.ts';
import { collect } from '../repeatable.ts';

export function addFlowCommands(program: Command, run: Runner): void {
  const flow = program
    .command('flow')
    .description('transfers that members observed: assert them, follow them');
  addExamples(
    addAssertOptions(
      flow
        .command('import')
        .argument('<file...>', 'CSV of transfers')
        .description('assert the transfers of lists, up to 131,072 in a batch')
        .option('--network <id>', 'CAIP-2, or a code such as BTC, where a row has none')
        .option('--source <text>', 'who or what observed it, where a row does not say')
        .option(
          '--link <KIND:id>',
          'ACQUISITION or ITEM of the own member that it rests on, where a row names none (repeatable)',
          collect,
        ),
    )
      .option('--dry-run', 'read and report; assert nothing')
      .option('--strict', 'assert nothing where anything is refused')
      .option('--report <file>', 'what became of every line, NDJSON')
      .action(run(async () => (await import('../actions/flow-import.ts')).importTransfers)),
    [
      'flow import transfers.csv --network ETH --provenance ledger_immanent --source "Own node" \\\n' +
        '      --link ACQUISITION:4f…09 --legal-basis cn-cpl-141@1 --reason "Traced"',
    ],
  ).addHelpText(
    'after',
    `
Columns: transaction, from, to, amount, at; and network, index, asset, arrival_network, arrival_asset,
arrival_amount, block, channel, provenance, source, links, tlp, pap. An amount is a whole number of
smallest units; several senders or links are separated by ";"; an asset is native, or CAIP-19.
A line that is refused stops no other; it is told, and the exit code is 3.
`,
  );
  addExamples(
    flow
      .command('show')
      .argument('<batch>', 'a batch of transfers')
      .description('fetch a batch, check it against the ledger, and show its transfers')
      .option('--from <number>', 'first transfer to show', '0')
      .option('--limit <number>', 'most transfers to show', '50')
      .action(run(async () => (await import('../actions/flow-show.ts')).showTransfers)),
    ['flow show 6f…d0', 'flow show 6f…d0 --from 50 --json'],
  ).addHelpText(
    'after',
    `
label list lists the batches; label dispute, corroborate and withdraw speak of transfers as of labels.
`,
  );
  addExamples(
    flow
      .command('follow')
      .argument('[address]', 'where to begin; - reads it from standard input')
      .description('follow observed transfers hop by hop; leaves a receipt')
      .requiredOption('--network <id>', 'CAIP-2, or a code such as BTC')
      .option('--transaction <hash>', 'begin with all transfers of a transaction')
      .option('--back', 'to where it came from, instead of where it went')
      .option('--hops <number>', 'most transfers one after the other, up to 20', '5')
      .option('--nodes <number>', 'most addresses, up to 2000', '500')
      .option('--since <time>', 'follow no transfer before')
      .option('--until <time>', 'follow no transfer after')
      .option('--as-of <height>', 'what was answered at that height of the ledger')
      .option('--purpose <text>', 'what it is asked for; it stands in the receipt (ASCII)')
      .option('-o, --output <file>', 'where the whole answer goes, with its receipt, as JSON')
      .option('--csv <file>', 'where the transfers go as CSV')
      .option('--receipt <file>', 'keep the receipt, with question and answer')
      .option('--draft-orders <directory>', 'draft an order to freeze for every exchange at an end')
      .option('--force', 'replace files that are there')
      .action(run(async () => (await import('../actions/flow-follow.ts')).followFlow)),
    [
      'flow follow - --network ETH --purpose CASE-2026-1 < address.txt',
      'flow follow --transaction 0x7c…41 --network ETH --hops 8 --purpose CASE-2026-1 --csv flow.csv',
      'flow follow - --network ETH --back --purpose CASE-2026-1 --json < address.txt',
    ],
  ).addHelpText(
    'after',
    `
TRACED is what of each transfer came from the start, by the rule "haircut": a payment takes along the
share of the traced amount that it is of what its sender held, rounded down. Following ends at exchanges
and services, and at the limits; NOT_OBSERVED says that no member observed more, not that there is none.
A draft is a text to be checked and completed. It is no order, and is sent to nobody; beside it stand the
files that order issue takes, with open places that only the authority can fill. What --receipt kept is
for screen prove-receipt and verify-receipt.
`,
  );
  addExamples(flow, [
    'flow import transfers.csv --network ETH --link ACQUISITION:4f…09 --source "Own node" \\\n' +
      '      --legal-basis cn-cpl-141@1 --reason "Traced"',
    'flow follow - --network ETH --purpose CASE-2026-1 < address.txt',
  ]);
}
