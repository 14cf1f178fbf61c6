import { type Command, Option } from 'commander';
import { LANGUAGES } from '../../explain/area.ts';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addExplainCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('explain')
      .argument('[code]', 'error, refusal, verdict or finding, or an exit code')
      .description('say what a code means and what to do, without any network')
      .addOption(
        new Option(
          '--lang <language>',
          'English, Chinese or both; without it, as the environment says',
        ).choices([...LANGUAGES, 'both']),
      )
      .option('--list', 'list all codes')
      .action(run(async () => (await import('../actions/explain.ts')).explain)),
    ['explain NOT_OWN_MEMBER', 'explain FILE_DIGEST_MISMATCH --lang zh', 'explain --list'],
  );
}
