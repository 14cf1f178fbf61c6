/** `screen`: what the members say of addresses. */
import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addScreenCommand(program: Command, run: Runner): void {
  const screen = addExamples(
    program
      .command('screen')
      .argument('[address...]', 'addresses; - reads them from standard input')
      .description('ask what the members say of addresses; leaves a receipt')
      .option('--file <file>', 'addresses, one a line; or CSV with --csv; - for standard input')
      .option('--csv', 'a heading with address, and network or reference; answers as CSV in -o')
      .option('-o, --output <file>', 'where the answers go as CSV')
      .option('--force', 'replace a file that is there')
      .option('--purpose <text>', 'what it is asked for; it stands in the receipt (ASCII)')
      .option('--network <id>', 'CAIP-2, or a code such as BTC, for addresses without one')
      .option('--as-of <height>', 'what was answered when the ledger had so many blocks')
      .option('--receipt <file>', 'keep the receipts: they hold the addresses and the answers')
      .option('--explain', 'the terms of every score')
      .action(run(async () => (await import('../actions/screen.ts')).screenAddresses)),
    [
      'screen 0xd0cC2B24980CBCCA47EF755Da88B220a82291407 --purpose CASE-2026-1',
      'screen - --network BTC --purpose CASE-2026-1 --receipt asked.receipt < addresses.txt',
      'screen --file customers.csv --csv -o answers.csv --purpose "Onboarding check"',
    ],
  ).addHelpText(
    'after',
    `
Up to 100,000 addresses, asked 1,000 at a time. One verdict each: LABELLED, NO_LABEL, INVALID,
UNSUPPORTED, STALE, ERROR; what could not be answered never reads as NO_LABEL.
Exit codes, the first that applies: 10 something is LABELLED, 12 something could not be answered
(STALE, ERROR), 3 something is no address that can be screened (INVALID, UNSUPPORTED), 0 all were
answered and none is labelled. NO_LABEL says that no member asserts anything, not that all is well.
`,
  );
  addExamples(
    screen
      .command('verify-receipt')
      .argument('<file>', 'receipts that screen kept')
      .description('check receipts against the addresses and answers in them, without a network')
      .action(run(async () => (await import('../actions/screen-receipt.ts')).verifyReceipt)),
    ['screen verify-receipt asked.receipt'],
  ).addHelpText(
    'after',
    `
CONSISTENT, or MISMATCH with exit code 10: whether entry, addresses and answers of each receipt belong
together. Nothing is signed here; that the entry was recorded, the proof of the journal on the ledger shows.
`,
  );
}
