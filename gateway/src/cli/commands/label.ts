/** `label …`: the shared library of suspicious addresses. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { addAssertOptions } from '../label/assert-options.ts';
import { PACK_FORMATS } from '../label/read-pack.ts';
import { collect } from '../repeatable.ts';

export function addLabelCommands(program: Command, run: Runner): void {
  const label = program
    .command('label')
    .description('what members say about crypto addresses: assert, answer to it, take along');
  addAssertions(label, run);
  addReads(label, run);
  addResponses(label, run);
  addExamples(label, [
    'label import pack.yaml --format tagpack --legal-basis cn-cpl-141@1 --reason "Ransom wallets"',
    'label show 6f…d0 --index 3',
  ]);
}

const SUBJECT = 'a batch, or one label of it: BATCH:INDEX, counted from 0';
const choice = (flags: string, description: string, choices: readonly string[]) =>
  new Option(flags, description).choices(choices).makeOptionMandatory();
const addPage = (command: Command) =>
  command
    .option('--limit <number>', 'most to list', '50')
    .option('--cursor <cursor>', 'where the page before ended');

function addAssertions(label: Command, run: Runner): void {
  addExamples(
    addAssertOptions(
      label
        .command('import')
        .argument('<file...>', 'lists of one format')
        .description('assert the labels of lists, up to 131,072 in a batch')
        .addOption(choice('--format <format>', 'what the lists are', PACK_FORMATS))
        .option('--asset <code>', 'ofac: whose addresses they are, such as XBT')
        .option('--category <id>', 'where an entry has none')
        .option('--source <text>', 'where an entry has none')
        .option('--label <text>', 'what to call an address, where an entry does not say')
        .option('--sightings', 'misp: record as the own member’s that an address was seen'),
    )
      .option('--dry-run', 'read and report; assert nothing')
      .option('--strict', 'assert nothing where anything is refused')
      .option('--report <file>', 'what became of every line, NDJSON')
      .action(run(async () => (await import('../actions/label-import.ts')).importLabels)),
    [
      'label import pack.yaml --format tagpack --legal-basis cn-cpl-141@1 --reason "Ransom wallets"',
      'label import sanctioned_addresses_XBT.txt --format ofac --asset XBT --tlp CLEAR \\\n' +
        '      --legal-basis cn-cpl-141@1 --reason "Sanctions list" --report fate.ndjson',
      'label import event.json --format misp --dry-run --legal-basis cn-cpl-141@1 --reason "Trial"',
    ],
  ).addHelpText(
    'after',
    `
A line that is refused stops no other; it is told, and the exit code is 3. Interrupted, the same command
goes on where it was, and asserts nothing twice; run again when it is done, it says what stands already.
What is read is derived where a list does not say it, and the report tells so line by line.
What others said in MISP (sightings, opinions, notes) is told there too, with the reason why it is left.
--sightings records of each label taken when its address was last seen; given later, of what stands already.
`,
  );
  addExamples(
    addAssertOptions(
      label
        .command('add')
        .argument('<address>', 'the address, or - to read it from standard input')
        .description('assert one label')
        .requiredOption('--network <id>', 'CAIP-2, or a code such as BTC')
        .requiredOption('--category <id>', 'of the taxonomy')
        .requiredOption('--label <text>', 'what the address is called; nobody’s name')
        .requiredOption('--source <text>', 'where it comes from')
        .option('--concept <id>', 'further entry of the taxonomy (repeatable)', collect)
        .option('--actor <name>', 'who is taken to control it; never a natural person')
        .option('--observed <time>', 'when the address was last seen')
        .option('--valid-from <time>', 'not said of the time before')
        .option('--valid-until <time>', 'not said of the time after')
        .option('--link <KIND:id>', 'ACQUISITION, ITEM or ORDER it rests on (repeatable)', collect)
        .option('--corrects <leaf>', 'leaf of the label that this one puts right'),
    ).action(run(async () => (await import('../actions/label-add.ts')).addLabel)),
    [
      'label add - --network eip155:1 --category mixer --label "Pool 3" --source "Case file" \\\n' +
        '      --provenance forensic --legal-basis cn-cpl-141@1 --reason "Traced" < address.txt',
    ],
  );
}

function addReads(label: Command, run: Runner): void {
  const load = () => import('../actions/label-read.ts');
  addExamples(
    addPage(
      label
        .command('list')
        .description('list batches of labels')
        .option('--member <mspId>', 'asserted by this member'),
    ).action(run(async () => (await load()).listBatches)),
    ['label list', 'label list --member CnAgencyMSP --json'],
  );
  addExamples(
    label
      .command('show')
      .argument('<batch>', 'a batch of labels')
      .description('fetch a batch, check it against the ledger, and show its labels')
      .option('--index <number>', 'one label, with all that was said of it; counted from 0')
      .option('--from <number>', 'first label to show', '0')
      .option('--limit <number>', 'most labels to show', '50')
      .action(run(async () => (await import('../actions/label-show.ts')).showBatch)),
    ['label show 6f…d0', 'label show 6f…d0 --index 3 --json'],
  ).addHelpText(
    'after',
    `
Status and score are computed here, from the ledger's records and the rule in force, for this moment.
What the ledger says of a batch is shown in any case. Exit codes: 0; 12 this gateway has not got the
manifest; 3 the batch counts for nobody, its manifest was kept back; 10 it counts for nobody, its manifest
is not what the ledger says.
`,
  );
  addExamples(
    label
      .command('export')
      .description('write labels in a format that others read')
      .addOption(choice('--format <format>', 'what to write', PACK_FORMATS))
      .requiredOption('-o, --output <file>', 'where to')
      .option('--batch <batch>', 'the labels of one batch')
      .option('--member <mspId>', 'those that this member asserts')
      .option('--asset <code>', 'ofac: whose addresses')
      .option('--title <text>', 'title of the pack or event', 'Labels of the consortium')
      .option('--event <uuid>', 'misp: the event to update; without it, a new one')
      .option('--split <labels>', 'several files, FILE-0001 and so on, of so many labels at most')
      .option('--taxonomy <id[@version]>', 'whose words to write', 'addresses')
      .option('--withdrawn', 'withdrawn labels as well')
      .option('--force', 'replace a file that is there')
      .action(run(async () => (await import('../actions/label-export.ts')).exportLabels)),
    [
      'label export --format tagpack -o pack.yaml',
      'label export --format misp --batch 6f…d0 -o event.json',
      'label export --format ofac --asset XBT -o bitcoin.txt',
    ],
  ).addHelpText(
    'after',
    `
Of all batches, unless told otherwise. tagpack, misp and csv are read back in full by label import,
which takes TagPacks of at most 8 MiB and events of at most 16 MiB: --split 8000 keeps below. ofac has addresses alone, without marking: see to it that who gets it may have it.
`,
  );
  addExamples(
    label
      .command('missing')
      .description('batches whose manifest the gateway has not, and what it tried')
      .action(run(async () => (await import('../actions/label-missing.ts')).listMissing)),
    ['label missing'],
  );
  addExamples(
    addPage(
      label
        .command('disputes')
        .description('list disputes with their answers')
        .addOption(
          new Option('--state <state>', 'in this state').choices(['DUE', 'OVERDUE', 'ANSWERED']),
        )
        .option('--answerer <mspId>', 'that this member has to answer'),
    ).action(run(async () => (await load()).listDisputes)),
    ['label disputes --answerer CnAgencyMSP --state OVERDUE'],
  );
}

function addResponses(label: Command, run: Runner): void {
  const load = () => import('../actions/label-respond.ts');
  const respond = (name: string, about: string) =>
    label
      .command(name)
      .argument('<subject>', SUBJECT)
      .description(about)
      .requiredOption('--reason <text>', 'why, without anybody’s name');
  const based = (command: Command) =>
    command.requiredOption('--legal-basis <id@version>', 'rule that it rests on');
  addExamples(
    based(respond('corroborate', 'say that the own member comes to the same')).action(
      run(async () => (await load()).corroborateLabel),
    ),
    ['label corroborate 6f…d0:3 --legal-basis sg-cpc-39@1 --reason "Traced by ourselves"'],
  );
  addExamples(
    respond('opine', 'say how far the own member agrees')
      .requiredOption('--opinion <number>', '0 strongly against, 50 neutral, 100 strongly for')
      .action(run(async () => (await load()).opineOnLabel)),
    ['label opine 6f…d0:3 --opinion 20 --reason "Looks like an exchange"'],
  );
  addExamples(
    respond('sight', 'record that the address was met, found harmless, or out of use')
      .addOption(choice('--as <how>', 'how', ['SEEN', 'FALSE_POSITIVE', 'EXPIRED']))
      .option('--happened <time>', 'when; without it, now')
      .action(run(async () => (await load()).sightLabel)),
    ['label sight 6f…d0:3 --as SEEN --reason "Paid from it again"'],
  );
  addExamples(
    based(respond('dispute', 'dispute what another member asserts; it must be answered'))
      .addOption(
        choice('--for <whom>', 'the member itself, or a labelled person', ['MEMBER', 'PERSON']),
      )
      .option(
        '--presumption <id@version>',
        'rebut what this rule presumes, and not the label or transfer itself',
      )
      .action(run(async () => (await load()).disputeLabel)),
    [
      'label dispute 6f…d0:3 --for PERSON --legal-basis sg-cpc-39@1 --reason "Sold before that day"',
    ],
  );
  addExamples(
    label
      .command('miss')
      .argument('<batch>', 'a batch of labels that another member asserts')
      .description('declare that its manifest was not given to the own member’s gateway')
      .requiredOption('--reason <text>', 'what was tried, without anybody’s name')
      .action(run(async () => (await load()).missManifest)),
    ['label miss 6f…d0 --reason "Asked for a week, by three gateways"'],
  ).addHelpText(
    'after',
    `
Once more than half of the active members other than the asserter say so, the batch counts for nobody.
label missing says which batches the gateway waits for, and from when on this is taken.
`,
  );
  addExamples(
    label
      .command('answer')
      .argument('<dispute>', 'id of the dispute')
      .description('answer a dispute of what the own member asserts')
      .addOption(
        choice('--position <position>', 'the answer', [
          'MAINTAINED',
          'CORRECTED',
          'WITHDRAWN',
          'REBUTTED',
        ]),
      )
      .requiredOption('--reason <text>', 'why, without anybody’s name')
      .action(run(async () => (await load()).answerDispute)),
    ['label answer 3d…77 --position MAINTAINED --reason "Seen again since"'],
  ).addHelpText(
    'after',
    `
WITHDRAWN and CORRECTED need the label to be withdrawn first; for CORRECTED with --replaced-by. REBUTTED
answers a dispute of a presumption: it no longer holds, and the label stays as it is.
`,
  );
  addExamples(
    respond('withdraw', 'no longer assert it; what was said stays on record')
      .option('--replaced-by <BATCH:INDEX>', 'the label that stands instead')
      .action(run(async () => (await load()).withdrawLabel)),
    [
      'label withdraw 6f…d0:3 --reason "Mistaken"',
      'label withdraw 6f…d0:3 --replaced-by 81…2c:0 --reason "Category was wrong"',
    ],
  );
}
