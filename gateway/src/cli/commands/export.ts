/** `export …`: evidence in formats that others read. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';

const SUBJECT = [
  ['--acquisition <id>', 'this acquisition'],
  ['--item <item>', 'the life of this item (64 digits, or the file handed over with it)'],
] as const;

function addSubject(command: Command): Command {
  for (const [flags, description] of SUBJECT) command.option(flags, description);
  return command
    .requiredOption('-o, --output <file>', 'where to')
    .option('--force', 'replace a file that is there');
}

export function addExportCommands(program: Command, run: Runner): void {
  const parent = program.command('export').description('evidence in formats that others read');
  addExamples(
    addSubject(
      parent
        .command('case')
        .description('CASE/UCO (JSON-LD) of an acquisition or of an item’s life'),
    )
      .option('--split <items>', 'several files, FILE-0001 and so on, of so many items at most')
      .action(run(async () => (await import('../actions/export-case.ts')).exportCase)),
    [
      'export case --acquisition 5f…09 -o acquisition.jsonld',
      'export case --acquisition 5f…09 --split 1000 -o acquisition.jsonld',
      'export case --item 9a…41 -o item.jsonld',
    ],
  ).addHelpText(
    'after',
    `
case_validate (PyPI case-utils) accepts it. The same records give the same bytes. Members stand there by
their names on the ledger, persons by their pseudonyms; salts and proofs do not: export bag has those.
case_validate takes about 0.2 s an item: --split gives it files that it finishes. Every file names the
acquisition and all its batches; whoever reads all of them into one graph has what one file would hold.
`,
  );
  addExamples(
    addSubject(
      parent
        .command('csv')
        .description('the items of an acquisition, or a time line, for a spreadsheet'),
    )
      .option('--time-line', 'what was recorded of the acquisition, instead of its items')
      .action(run(async () => (await import('../actions/export-csv.ts')).exportCsv)),
    ['export csv --acquisition 5f…09 -o items.csv', 'export csv --item 9a…41 -o life.csv'],
  ).addHelpText(
    'after',
    `
UTF-8, lines end in CR LF (RFC 4180). A cell that a spreadsheet would take for a formula begins with ';
take one leading ' away to have what was recorded. Exact names stand in path_base64url.
`,
  );
  addExamples(
    parent
      .command('bag')
      .argument('<file...>', 'anchored files')
      .option(
        '--bundle <file>',
        'proof that came with a file of another member; repeat it',
        collect,
      )
      .description('a BagIt bag of anchored files with their proofs inside')
      .addOption(
        new Option('--form <form>', 'without it, what the name of the output ends in').choices([
          'directory',
          'zip',
          'tar',
        ]),
      )
      .requiredOption('-o, --output <path>', 'where to')
      .option('--force', 'replace an archive that is there')
      .action(run(async () => (await import('../actions/export-bag.ts')).exportBag)),
    [
      'export bag photo.jpg chat.db -o request-44',
      'export bag disk1/* -o request-44.zip',
      'export bag photo.jpg --bundle photo.proof.json -o request-44.zip',
    ],
  ).addHelpText(
    'after',
    `
Any BagIt tool validates it (RFC 8493; SHA-256 and SHA-512), and import bag --trust verifies its proofs.
In it README.txt says how to check it, tabellion/items.ndjson which proofs belong to which file, and
tabellion/acquisitions, as CASE, where they come from. Of items whose custody was opened it has the chain
of custody too. Files that were handed over need --bundle: their manifest stays with their member.
Signs in a name that some tool would misread stand as =XX; the exact bytes are in tabellion/items.ndjson.
`,
  );
  addExamples(parent, ['export case --acquisition 5f…09 -o acquisition.jsonld']);
}
