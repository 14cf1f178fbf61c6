/** `list …`: digests to and from the lists of other tools. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';

export function addListCommands(program: Command, run: Runner): void {
  const load = () => import('../actions/list.ts');
  const list = program.command('list').description('lists of hashdeep and sha256sum');
  addExamples(
    list
      .command('export')
      .description('write the digests of anchored files as a list that the tool itself checks')
      .addOption(
        new Option('--format <tool>', 'whose list')
          .choices(['hashdeep', 'sha256sum'])
          .makeOptionMandatory(),
      )
      .option('--acquisition <id>', "of this acquisition of the caller's own member")
      .option('--manifest <file>', 'of this manifest, or all in a directory (repeatable)', collect)
      .option('--zero', 'sha256sum: end lines with NUL and escape nothing')
      .requiredOption('-o, --output <file>', 'where to')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await load()).exportList)),
    [
      'list export --acquisition 5f…09 --format sha256sum -o disk1.sha256',
      'list export --manifest manifests/5f…09 --format hashdeep -o disk1.hashdeep',
    ],
  ).addHelpText(
    'after',
    `
Names stand there as they were anchored: relative, beginning with the last name of the path that was
given to anchor. So check from the directory that holds it:
  sha256sum -c disk1.sha256        hashdeep -r -l -o f -a -k disk1.hashdeep disk1
Links are left out and counted: both tools read what a link leads to. hashdeep cannot carry names with
a line feed, with a carriage return at the end, or of some 2,000 bytes: the export is then refused.
`,
  );
  addExamples(
    list
      .command('import')
      .argument('<file>', 'list of hashdeep or sha256sum (plain, --zero or --tag)')
      .description('anchor the digests of a list, and the list itself, without its files')
      .requiredOption('--acquisition <id>', 'act of collection that they belong to')
      .requiredOption(
        '--tool <name@version>',
        'what made the list: a tool that the acquisition names',
      )
      .option('--files <directory>', 'read each file from here first: it must have its digest')
      .option('--exhibit <number>', 'exhibit number of these items')
      .option('--seal <number>', 'seal number of these items')
      .action(run(async () => (await load()).importList)),
    [
      'list import disk1.hashdeep --acquisition 5f…09 --tool hashdeep@4.4',
      'list import disk1.sha256 --files /mnt --acquisition 5f…09 --tool sha256sum@9.1',
    ],
  ).addHelpText(
    'after',
    `
Nothing is anchored unless every line can be read. A list of sha256sum has no sizes, which a commitment
states: with --files they come from the files, which are then read and compared.
Interrupted? Run the same command again: nothing is anchored twice.
`,
  );
  addExamples(list, ['list export --acquisition 5f…09 --format hashdeep -o disk1.hashdeep']);
}
