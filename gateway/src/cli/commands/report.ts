import { type Command, Option } from 'commander';
import { LANGUAGES } from '../../explain/area.ts';
import { SECTIONS } from '../../report/input.ts';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';

export function addReportCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('report')
      .argument('<item>', 'item, or the file that was handed over with it')
      .description('write the custody report of one item, for people: PDF/A-3b or HTML')
      .requiredOption('-o, --out <file>', 'where to: a name that ends in .pdf or .html')
      .addOption(new Option('--lang <language>', 'of the report').choices(LANGUAGES).default('en'))
      .option('--sections <names>', `only these, with commas between: ${SECTIONS.join(', ')}`)
      .option(
        '--bundle <file>',
        "proof or commitment to attach, instead of the content's at the gateway (repeatable)",
        collect,
      )
      .option('--without-proof', 'attach none; the report then says so')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/report.ts')).writeReport)),
    [
      'report 9a…41 --out item.pdf',
      'report 9a…41 --out item.html --lang zh --sections timeline,proof,verify',
      'report photo.jpg.proof.json --out photo.pdf',
    ],
  ).addHelpText(
    'after',
    `
Without --bundle the proof of the chain of custody is attached, and of the content the file that names
the item or, if the caller's own member anchored it, the proof that the gateway has. They are attached,
not verified: the report tells how to. The same records give the same file, byte for byte, with the same
version of this program.
`,
  );
}
