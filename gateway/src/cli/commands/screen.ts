/** `screen`: what the members say of addresses. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

/**
 * The options of `screen` itself are read for the commands below it too: those that go by the same name
 * have its value, and none of them can be a required one.
 */
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
      .addOption(
        new Option(
          '--private <way>',
          'ask without saying of which address: oprf (blinded), hash (its bucket only)',
        ).choices(['oprf', 'hash']),
      )
      .option('--accept-key <id>', 'with --private oprf: believe this key from now on')
      .action(run(async () => (await import('../actions/screen.ts')).screenAddresses)),
    [
      'screen 0xD0cC2B24980CBCCA47EF755Da88B220a82291407 --purpose CASE-2026-1',
      'screen - --network BTC --purpose CASE-2026-1 --receipt asked.receipt < addresses.txt',
      'screen --file customers.csv --csv -o answers.csv --purpose "Onboarding check"',
      'screen - --private oprf --purpose "Onboarding check" < addresses.txt',
    ],
  ).addHelpText(
    'after',
    `
Up to 100,000 addresses, asked 1,000 at a time. One verdict each: LABELLED, NO_LABEL, INVALID,
UNSUPPORTED, STALE, ERROR; what could not be answered never reads as NO_LABEL.
Exit codes, the first that applies: 10 something is LABELLED, 12 something could not be answered
(STALE, ERROR), 3 something is no address that can be screened (INVALID, UNSUPPORTED), 0 all were
answered and none is labelled. NO_LABEL says that no member asserts anything, not that all is well.
With --private the gateway learns who asks, why, how much, and of each address a bucket that it shares
with very many others; neither the address nor the answer. The answer is as old as the table, which it
says. The docs tell what each way hides.
`,
  );
  addExamples(
    screen
      .command('prove-receipt')
      .argument('<file>', 'receipts of screen or flow follow, or what screen open wrote')
      .description('fetch what shows that the entries are in the journal on the ledger')
      .option('-o, --output <file>', 'where the proofs go, for screen verify-receipt')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/screen-prove.ts')).proveReceipt)),
    ['screen prove-receipt asked.receipt -o asked.proof'],
  ).addHelpText(
    'after',
    `
A question is on the ledger some seconds after its answer; before, this ends with ENTRY_WAITING
and exit code 12. For one's own receipts; auditors and delegates have it of all of their member.
`,
  );
  addExamples(
    screen
      .command('verify-receipt')
      .argument('<file>', 'receipts of screen or flow follow, or what screen open wrote')
      .description('check receipts: themselves, the signature, the ledger; without a network')
      .option('--trust <file>', 'whom to believe; with it the gateway’s signature is checked')
      .option('--proof <file>', 'of screen prove-receipt; with it the ledger is checked too')
      .option('--at <time>', 'judge certificates as of this time (RFC 3339 with zone), not now')
      .action(run(async () => (await import('../actions/screen-receipt.ts')).verifyReceipt)),
    [
      'screen verify-receipt asked.receipt --trust trust.json',
      'screen verify-receipt asked.receipt --trust trust.json --proof asked.proof',
    ],
  ).addHelpText(
    'after',
    `
CONSISTENT: entry, question and answers belong together, and nothing else was looked at. SIGNED: a
gateway of the member signed the entry besides. ANCHORED: the entry is in the member's journal on the
ledger besides. None of them says that an address is clean. Exit codes: 0, 10 mismatch, 11 not trusted,
1 unreadable.
`,
  );
  addExamples(
    screen
      .command('open')
      .argument('<position...>', 'where the questions stand in the member’s journal')
      .description('see what others of your member asked: for auditors, and on record')
      .option('--purpose <text>', 'what it is looked at for; it stands in the journal (ASCII)')
      .requiredOption('--legal-basis <id@version>', 'rule that allows to look at it')
      .option('-o, --output <file>', 'keep it, for screen prove-receipt and verify-receipt')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/screen-open.ts')).openScreenings)),
    ['screen open 1204 1205 --purpose AUDIT-2026-3 --legal-basis cn-cpl-141@1 -o opened'],
  ).addHelpText(
    'after',
    `
Screenings, questions about flows, and private ones: of those points or buckets, and no addresses, which
only whoever asked can show. The look itself is an entry of the journal, before anything is shown. What
was asked is kept for a time that the gateway's operator sets, then erased; the commitment stays.
`,
  );
}
