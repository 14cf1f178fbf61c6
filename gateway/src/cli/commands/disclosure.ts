/** `disclosure …`: what people outside the membership may see, and what was kept back. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { PERSON } from '../person-option.ts';
import { collect } from '../repeatable.ts';

export function addDisclosureCommands(program: Command, run: Runner): void {
  const disclosure = program
    .command('disclosure')
    .description('let defence, court or data subjects see a set of items for a time');
  addGrants(disclosure, run);
  addViews(disclosure, run);
  addExamples(disclosure, [
    'disclosure grant 5f…09 --items shown.txt --to DEFENCE --person counsel.json --until 2026-12-24T00:00:00Z --legal-basis cn-cpl-136@1 --reason "Access to the file" --secret access.txt',
    'disclosure open shown --secret access.txt --trust trust.json --gateway https://gateway.example',
  ]);
}

function addGrants(disclosure: Command, run: Runner): void {
  const load = () => import('../actions/disclosure.ts');
  addExamples(
    disclosure
      .command('grant')
      .argument('<acquisition>', 'id of a closed acquisition of the own member')
      .description('give somebody access to a set of items; only the receiver gets the secret')
      .option('--all', 'show every item')
      .option('--items <file>', 'show these: a digest or leaf hash a line (- reads standard input)')
      .option('--item <digest>', 'show this one: its SHA-256 or leaf hash (repeatable)', collect)
      .option('--except <file>', 'show every item but these')
      .addOption(
        new Option('--to <capacity>', 'who receives access')
          .choices(['DEFENCE', 'COURT', 'DATA_SUBJECT'])
          .makeOptionMandatory(),
      )
      .requiredOption('--person <file|digest>', PERSON)
      .requiredOption('--until <time>', 'end of the access, RFC 3339 with zone')
      .requiredOption('--legal-basis <id@version>', 'rule that gives the right to see')
      .requiredOption('--reason <text>', 'why')
      .requiredOption('--secret <file>', 'new file for the secret, to be handed over in person')
      .action(run(async () => (await load()).grantAccess)),
    [
      'disclosure grant 5f…09 --all --to COURT --person counsel.json --until 2026-12-24T00:00:00Z --legal-basis cn-cpl-136@1 --reason "Trial" --secret access.txt',
      'disclosure grant 5f…09 --except withheld.txt --to DEFENCE --person counsel.json --until 2026-12-24T00:00:00Z --legal-basis cn-cpl-136@1 --reason "Access to the file" --secret access.txt',
    ],
  );
  addExamples(
    disclosure
      .command('revoke')
      .argument('<grant>', 'id of the grant')
      .description('end an access before its time')
      .requiredOption('--reason <text>', 'why')
      .action(run(async () => (await load()).revokeAccess)),
    ['disclosure revoke 3d…77 --reason "The mandate ended"'],
  );
  addExamples(
    disclosure
      .command('list')
      .description('list what was granted, and whether it still holds')
      .option('--acquisition <id>', 'of this acquisition')
      .option('--member <mspId>', 'by this member')
      .action(run(async () => (await load()).listGrants)),
    ['disclosure list --acquisition 5f…09', 'disclosure list --member CnAgencyMSP --json'],
  );
  addExamples(
    disclosure
      .command('views')
      .argument('<grant>', 'id of a grant of the own member')
      .description('list who came with the secret of a grant: when, and what was shown or refused')
      .action(run(async () => (await import('../actions/disclosure-views.ts')).listViews)),
    ['disclosure views 3d…77'],
  );
  addExamples(
    disclosure
      .command('prove')
      .argument('<grant>', 'id of a grant of the own member')
      .description('show that an item is in the granted set, or that it is not')
      .option('--item <file>', 'the item, by the file that came with it: proof or commitment')
      .option('--leaf <hash>', 'or its leaf hash')
      .requiredOption('-o, --output <file>', 'where the proof is written')
      .option('--force', 'replace the file')
      .action(run(async () => (await load()).proveDisclosed)),
    ['disclosure prove 3d…77 --item photo.jpg.proof.json -o withheld.json'],
  );
}

function addViews(disclosure: Command, run: Runner): void {
  const load = () => import('../actions/disclosure-open.ts');
  const trust = (command: Command) =>
    command
      .requiredOption('--trust <file>', 'the trust file, from somebody other than the gateway')
      .option('--at <time>', 'check certificates as of this time, RFC 3339; without it, now');
  addExamples(
    trust(
      disclosure
        .command('open')
        .argument('<directory>', 'new directory for what is shown')
        .description('as somebody outside the membership: fetch what a grant shows, and verify it')
        .requiredOption(
          '--secret <file>',
          'the secret that you were given (- reads standard input)',
        ),
    ).action(run(async () => (await load()).openDisclosure)),
    [
      'disclosure open shown --secret access.txt --trust trust.json --gateway https://gateway.example',
    ],
  );
  addExamples(
    trust(
      disclosure
        .command('verify')
        .argument('<path>', 'what `disclosure open` saved, or a proof of `disclosure prove`')
        .option('--item <file>', 'with a proof of one item: the compact proof of that item')
        .option('--set <file>', 'with it: the whole list, set.txt of `disclosure open`')
        .description('verify a saved disclosure; opens no connection'),
    ).action(run(async () => (await import('../actions/disclosure-verify.ts')).verifyDisclosure)),
    [
      'disclosure verify shown --trust trust.json',
      'disclosure verify withheld.json --item photo.jpg.proof.json --set shown/set.txt --trust trust.json',
    ],
  );
}
