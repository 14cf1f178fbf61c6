/** `custody …`: single items, from hand to hand. */
import type { StepVerb } from '@tabellion/chaincode/custody/record';
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addListOptions, addReadOptions } from '../custody/list-options.ts';
import {
  addCheckOptions,
  addOpeningOptions,
  addSealOptions,
  addStepOptions,
  addWitnessOptions,
} from '../custody/step-options.ts';
import { addExamples } from '../examples.ts';
import { collect } from '../repeatable.ts';

export function addCustodyCommands(program: Command, run: Runner): void {
  const custody = program
    .command('custody')
    .description('items on their way: who has them, and every step since');
  addOpenings(custody, run);
  addHandOver(custody, run);
  addCare(custody, run);
  addEnds(custody, run);
  addReads(custody, run);
  addExamples(custody, [
    'custody open photo.jpg --reason "Requested by SG"',
    'custody offer 9a…41 --to SgAgencyMSP --reason "Request 2026/44"',
    'custody show 9a…41',
  ]);
}

const step = (custody: Command, run: Runner, verb: StepVerb, name: string, about: string) =>
  addStepOptions(custody.command(name).argument('<item>', ITEM).description(about)).action(
    run(async () => (await import('../actions/custody-step.ts')).stepAction(verb)),
  );

const ITEM = 'the item, or the file that was handed over with it';

function addOpenings(custody: Command, run: Runner): void {
  const load = () => import('../actions/custody-open.ts');
  addExamples(
    addOpeningOptions(
      custody
        .command('open')
        .argument('[file]', 'content of an anchored item')
        .description('give an anchored item custody records of its own')
        .option('--batch <digest>', 'instead of a file: the batch that holds it')
        .option('--index <number>', 'its number in the batch')
        .option('--mirror-of <JURISDICTION:custodian>', 'it copies an original that stays there')
        .option('--original-sha256 <digest>', "digest of the original; without it, the copy's own")
        .option('--original-item <item>', "the original's own item, if it is on the ledger"),
    ).action(run(async () => (await load()).openCustody)),
    [
      'custody open photo.jpg --reason "Requested by SG" -o photo.bundle.json',
      'custody open --batch 6f…d0 --index 17 --reason "Requested by SG"',
      'custody open mail.pst --mirror-of DE:Provider-7 --reason "Copy of the mailbox"',
    ],
  );
  addExamples(
    addOpeningOptions(
      custody
        .command('derive')
        .argument('<source>', 'the item that it was made from')
        .description('record what was made from an item: a copy, a conversion, a result')
        .requiredOption('--file <file>', 'what was made; its digest is committed to')
        .addOption(
          new Option('--form <form>', 'what it is')
            .choices(['WORKING_COPY', 'ANALYSIS', 'CONVERSION'])
            .makeOptionMandatory(),
        )
        .option('--from <id@version>', 'CONVERSION: the standard of the source')
        .option('--standard <id@version>', 'CONVERSION: the standard of the result')
        .option('--tool <name@version>', 'tool used (repeatable)', collect)
        .option('--media-type <type>', 'media type of the result'),
    ).action(run(async () => (await load()).deriveItem)),
    [
      'custody derive 9a…41 --form WORKING_COPY --file copy.dd --reason "For examination"',
      'custody derive 9a…41 --form ANALYSIS --file chats.csv --tool parser@2.1 --reason "Chats"',
    ],
  );
}

function addHandOver(custody: Command, run: Runner): void {
  addExamples(
    step(
      ...([
        custody,
        run,
        'offer',
        'offer',
        'offer an item to a member or to one of its people',
      ] as const),
    ).requiredOption('--to <member[/person]>', 'who is to take it over'),
    [
      'custody offer 9a…41 --to SgAgencyMSP --reason "Request 2026/44"',
      'custody offer 9a…41 --to CnAgencyMSP/p-0123456789abcdef --reason "To the laboratory"',
    ],
  );
  addExamples(
    addCheckOptions(
      addSealOptions(step(custody, run, 'accept', 'accept', 'take over an item that is on offer')),
    ),
    [
      'custody accept 9a…41 --bundle photo.bundle.json --file photo.jpg --reason "Received"',
      'custody accept phone.bundle.json --found-seal A-17 --broken-seal A-18 --reason "Received"',
    ],
  );
  addExamples(step(custody, run, 'refuse', 'refuse', 'refuse an item that is on offer'), [
    'custody refuse 9a…41 --reason "The seal was broken on arrival"',
  ]);
  addExamples(step(custody, run, 'withdraw', 'withdraw', 'take back an offer'), [
    'custody withdraw 9a…41 --reason "Request withdrawn"',
  ]);
  addExamples(
    addCheckOptions(
      addSealOptions(
        step(
          ...([
            custody,
            run,
            'takeOver',
            'take-over',
            "step in for a holder of one's member",
          ] as const),
        ),
      ),
    ),
    ['custody take-over 9a…41 --reason "The holder has left the service"'],
  );
}

function addCare(custody: Command, run: Runner): void {
  addExamples(
    addCheckOptions(
      step(custody, run, 'examine', 'examine', 'record an examination')
        .requiredOption('--method <text>', 'what was done, in a few words')
        .option('--tool <name@version>', 'tool used (repeatable)', collect)
        .option('--report <file>', 'report; its digest is recorded')
        .option('--picture <KIND:file>', 'recording of it, by digest (repeatable)', collect),
    ),
    [
      'custody examine 9a…41 --method "Keyword search" --tool finder@3.2 --report report.pdf \\\n' +
        '      --bundle photo.bundle.json --file photo.jpg --reason "Request 2026/44"',
    ],
  );
  addExamples(
    addWitnessOptions(
      step(custody, run, 'seal', 'seal', 'put seals on an item')
        .requiredOption('--seal <number>', 'number of the seal (repeatable)', collect)
        .option('--picture <KIND:file>', 'photograph or film, by digest (repeatable)', collect),
    ),
    ['custody seal 9a…41 --seal A-17 --picture PHOTO:seal.jpg --reason "Stored"'],
  );
  addExamples(
    addWitnessOptions(
      addSealOptions(
        step(custody, run, 'unseal', 'unseal', 'open the seals, saying how they were found'),
      ).option('--picture <KIND:file>', 'photograph or film, by digest (repeatable)', collect),
    ),
    ['custody unseal 9a…41 --found-seal A-17 --reason "For examination"'],
  );
  addExamples(
    step(custody, run, 'hold', 'hold', 'place a legal hold: no return, no disposal').requiredOption(
      ...(['--legal-basis <id@version>', 'rule that demands it'] as const),
    ),
    ['custody hold 9a…41 --legal-basis sg-cpc-39@1 --reason "Appeal pending"'],
  );
  addExamples(
    step(custody, run, 'lift', 'lift', 'lift a legal hold').option(
      ...(['--hold <txId>', 'which one; without it, the only one of your member'] as const),
    ),
    ['custody lift 9a…41 --reason "Appeal decided"'],
  );
  addExamples(
    step(custody, run, 'confirm', 'confirm', 'say whether a mirror agrees with its original')
      .addOption(
        new Option('--position <position>', 'what the comparison gave')
          .choices(['CONFIRMED', 'DENIED'])
          .makeOptionMandatory(),
      )
      .addOption(
        new Option('--ground <ground>', 'DENIED: on what ground').choices([
          'CONTENT_DIFFERS',
          'NO_SUCH_ORIGINAL',
          'NOT_AUTHORISED',
          'OTHER',
        ]),
      )
      .option('--original <file>', 'the original; its digest is taken')
      .option('--sha256 <digest>', "or the original's digest"),
    [
      'custody confirm 9a…41 --position CONFIRMED --original mail.pst --reason "Compared"',
      'custody confirm 9a…41 --position DENIED --ground NOT_AUTHORISED --reason "No request was made"',
    ],
  );
}

function addEnds(custody: Command, run: Runner): void {
  addExamples(
    step(custody, run, 'return', 'return', 'give an item back; ends its custody')
      .requiredOption('--to <text>', 'to whom, without names of people')
      .option('--receipt <file>', 'signed receipt; its digest is recorded'),
    ['custody return 9a…41 --to "the owner" --receipt receipt.pdf --reason "Case closed"'],
  );
  addExamples(
    addWitnessOptions(
      step(custody, run, 'dispose', 'dispose', 'destroy an item; ends its custody')
        .requiredOption('--legal-basis <id@version>', 'rule that allows it')
        .requiredOption('--authority <KIND:reference>', 'JUDICIAL, EMERGENCY_POLICE or INTERNAL'),
    ),
    [
      'custody dispose 9a…41 --legal-basis cn-cpl-141@1 --authority JUDICIAL:2026/88 \\\n' +
        '      --reason "Ordered by the court"',
    ],
  );
  addExamples(
    step(custody, run, 'correct', 'correct', 'say that a record is wrong, and what is right')
      .requiredOption('--corrects <step>', 'number in the time line (0: the first), or a digest')
      .requiredOption('--statement <text>', 'what is right'),
    [
      'custody correct 9a…41 --corrects 3 --statement "Tool was finder 3.3" --reason "Typing error"',
    ],
  );
}

function addReads(custody: Command, run: Runner): void {
  const load = () => import('../actions/custody-read.ts');
  addExamples(
    addListOptions(
      custody
        .command('list')
        .description('list items')
        .addOption(
          new Option('--origin <kind>', 'how they came').choices([
            'ANCHORED',
            'EXHIBIT',
            'DERIVED',
          ]),
        ),
    ).action(run(async () => (await load()).listItems)),
    [
      'custody list --holder SgAgencyMSP --case 2026/117',
      'custody list --flag SEAL_BROKEN --json',
      'custody list --mirror UNCONFIRMED',
    ],
  );
  addExamples(
    custody
      .command('show')
      .argument('<item>', ITEM)
      .description('show the whole life of an item')
      .action(run(async () => (await load()).showItem)),
    ['custody show 9a…41', 'custody show photo.bundle.json --json'],
  );
  addExamples(
    addReadOptions(
      custody
        .command('inbox')
        .description('list what waits for your member: offers, mirrors, objections, notices'),
    ).action(run(async () => (await load()).showInbox)),
    ['custody inbox'],
  );
  addExamples(
    custody
      .command('stats')
      .description('count items and hand-overs, with the definition of each figure')
      .action(run(async () => (await load()).showStatistics)),
    ['custody stats', 'custody stats --json'],
  );
}
