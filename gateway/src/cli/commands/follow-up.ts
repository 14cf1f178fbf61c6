/** What follows on an acquisition: `close`, `answer`, `disclose`, `determine`, `segregate`. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addFollowUpCommands(program: Command, run: Runner): void {
  const load = () => import('../actions/follow-up.ts');
  const onAcquisition = (name: string, description: string) =>
    program
      .command(name)
      .argument('<acquisition>', 'id of the acquisition')
      .description(description);
  const location = (command: Command) =>
    command
      .option('--system <jurisdiction>', 'where the system is')
      .option('--medium <jurisdiction>', 'where the medium is; without it, as --system')
      .option('--location <file>', 'the whole location, as JSON (- reads standard input)');

  addExamples(
    onAcquisition('close', 'end an acquisition and state how much it yielded')
      .option('--ended <time>', 'end of the collection, RFC 3339 with zone; without it, now')
      .option(
        '--unread <count>',
        'sources that could not be read; without it, as reported by anchor',
      )
      .requiredOption('--reason <text>', 'why it ends, and why anything is missing')
      .action(run(async () => (await load()).close)),
    [
      'close 5f…09 --reason "Search completed"',
      'close 5f…09 --unread 2 --reason "Search completed; two files were damaged"',
    ],
  );
  addExamples(
    onAcquisition('answer', "record the touched state's position")
      .addOption(
        new Option('--position <position>', 'the position')
          .choices(['NO_OBJECTION', 'OBJECTION'])
          .makeOptionMandatory(),
      )
      .requiredOption('--legal-basis <id@version>', 'rule under which the position is taken')
      .requiredOption('--reason <text>', 'why')
      .action(run(async () => (await load()).answer)),
    [
      'answer 5f…09 --position NO_OBJECTION --legal-basis sg-cpc-39@1 --reason "Request 2026/44"',
      'answer 5f…09 --position OBJECTION --legal-basis sg-cpc-39@1 --reason "No request received"',
    ],
  );
  addExamples(
    location(onAcquisition('disclose', 'open the location that a delayed notice sealed'))
      .requiredOption('--reason <text>', 'why it is disclosed now')
      .option('--salt <salt>', 'salt of the seal; without it, from this profile')
      .action(run(async () => (await load()).disclose)),
    [
      'disclose 5f…09 --reason "The measure has ended"',
      'disclose 5f…09 --location location.json --salt abc…Q --reason "The measure has ended"',
    ],
  );
  addExamples(
    location(onAcquisition('determine', 'say where the data were, once it is known'))
      .requiredOption('--reason <text>', 'how it became known')
      .action(run(async () => (await load()).determine)),
    ['determine 5f…09 --system SG --reason "Provider confirmed the data centre"'],
  );
  addExamples(
    onAcquisition('segregate', 'name the relevant part of a full copy')
      .requiredOption(
        '--relevant-root <digest>',
        "Merkle root over the relevant items' leaf hashes",
      )
      .requiredOption('--relevant <count>', 'how many items are relevant')
      .addOption(
        new Option('--rest <what>', 'what became of the rest')
          .choices(['SEALED', 'RETURNED'])
          .makeOptionMandatory(),
      )
      .requiredOption('--reason <text>', 'why')
      .action(run(async () => (await load()).segregate)),
    ['segregate 5f…09 --relevant-root 9a…41 --relevant 212 --rest SEALED --reason "Reviewed"'],
  );
}
