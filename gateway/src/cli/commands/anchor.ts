import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addAnchorCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('anchor')
      .argument('<path...>', 'files and directories')
      .description('seal files: hash them, keep the manifest, put one root per batch on the ledger')
      .requiredOption('--acquisition <id>', 'act of collection that they belong to')
      .option('--exhibit <number>', 'exhibit number of these items')
      .option('--seal <number>', 'seal number of these items')
      .option('--md5', 'keep the MD5 beside the SHA-256')
      .option('--sha1', 'keep the SHA-1 beside the SHA-256')
      .option(
        '--images',
        'bind what E01 (by ewfinfo) and AFF4 images state of their content as well',
      )
      .action(run(async () => (await import('../actions/anchor.ts')).anchor)),
    [
      'anchor --acquisition 5f…09 /mnt/seized',
      'anchor --acquisition 5f…09 --images disk1.E01',
      'anchor --acquisition 5f…09 --progress json image.e01 notes/ 2>progress.ndjson',
    ],
  ).addHelpText(
    'after',
    `
Interrupted? Run the same command again: nothing is hashed twice, nothing is anchored twice.
With --images the digests that an image states of its content stand in the commitment beside those of the
file. They are the image's own words: its own tool, such as ewfverify, computes whether they are right.
What could not be read is listed one by one and kept in a report; the exit code is then 3.
`,
  );
}
