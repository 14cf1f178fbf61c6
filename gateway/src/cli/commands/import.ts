/** `import …`: what others hand over, made ready to be acquired. Nothing here talks to a gateway. */
import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addImportCommands(program: Command, run: Runner): void {
  const parent = program
    .command('import')
    .description('make ready what others hand over; anchors nothing by itself');
  addExamples(
    parent
      .command('case')
      .argument('<file>', 'CASE/UCO in JSON-LD')
      .description('a draft for acquire and a list for list import from a CASE file')
      .requiredOption('-o, --output <directory>', 'a new directory for both, and for remarks')
      .action(run(async () => (await import('../actions/import-case.ts')).importCase)),
    ['import case handed-over.jsonld -o incoming'],
  ).addHelpText(
    'after',
    `
The draft has tools and times only: why and on what basis you acquire is never taken from others.
Contexts are not fetched. Whatever was not carried over stands line by line in remarks.ndjson.
`,
  );
  addExamples(
    parent
      .command('dfxml')
      .argument('<file>', 'Digital Forensics XML, of any size')
      .description('list the files of a DFXML for list import')
      .option('--partition <number>', 'only files of this partition')
      .option('--unallocated', 'deleted files as well')
      .requiredOption('-o, --output <file>', 'where the list goes, in the form of hashdeep')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/import-dfxml.ts')).importDfxml)),
    [
      'import dfxml disk1.dfxml -o disk1.hashdeep',
      'import dfxml disk1.dfxml --partition 2 -o c.hashdeep',
    ],
  );
  addExamples(
    parent
      .command('bag')
      .argument('<path>', 'directory, zip, tar or tar.gz')
      .description('check a BagIt bag without unpacking it, and list its payload for list import')
      .option('-o, --output <file>', 'where the list goes, in the form of hashdeep')
      .option('--max-bytes <number>', 'most that it may unpack to; without it, 1 TiB')
      .option(
        '--max-ratio <number>',
        'most that it may unpack to for each of its bytes; without it, 100',
      )
      .option('--trust <file>', 'verify the proofs in it with this trust file, never the bag’s own')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/import-bag.ts')).importBag)),
    [
      'import bag request-44.zip',
      'import bag request-44.zip --trust trust.json',
      'import bag request-44 -o request-44.hashdeep',
    ],
  ).addHelpText(
    'after',
    `
With --trust: exit code 10 or 11 if a proof does not hold, otherwise 3 if any file has no proof in the
bag. Without --trust no proof is looked at.
`,
  );
  addExamples(parent, ['import case handed-over.jsonld -o incoming']);
}
