/** `review …`: objections, regularity, authenticity and weight of evidence. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { PERSON } from '../person-option.ts';
import { collect } from '../repeatable.ts';

const SUBJECT =
  'an acquisition (32 digits), or an item: its 64 digits, or the file handed over with it';

export function addReviewCommands(program: Command, run: Runner): void {
  const review = program
    .command('review')
    .description('what people say of evidence: objections, judgements, examinations');
  addObjections(review, run);
  addStatements(review, run);
  addExamples(review, [
    'review list --state OVERDUE',
    'review judge photo.bundle.json --outcome CHALLENGED --legal-basis cn-cpl-136@1 --reason "No warrant"',
  ]);
}

const choice = (flags: string, description: string, choices: readonly string[]) =>
  new Option(flags, description).choices(choices).makeOptionMandatory();

function addObjections(review: Command, run: Runner): void {
  const load = () => import('../actions/review.ts');
  addExamples(
    review
      .command('object')
      .argument('<subject>', SUBJECT)
      .description('object to evidence, for a person or an authority; it must be answered')
      .addOption(
        choice('--for <capacity>', 'who objects', [
          'SUSPECT',
          'THIRD_PARTY',
          'DATA_SUBJECT',
          'DEFENCE',
          'AUTHORITY',
        ]),
      )
      .requiredOption('--person <file|digest>', PERSON)
      .requiredOption('--legal-basis <id@version>', 'rule that gives the right to object')
      .requiredOption('--reason <text>', 'why, without anybody’s name')
      .action(run(async () => (await load()).objectTo)),
    [
      'review object 5f…09 --for THIRD_PARTY --person owner.json --legal-basis sg-cpc-39@1 --reason "Not his disk"',
    ],
  );
  addExamples(
    review
      .command('reply')
      .argument('<objection>', 'id of the objection')
      .description('answer an objection to evidence of the own member')
      .addOption(
        choice('--outcome <outcome>', 'the answer', ['UPHELD', 'PARTLY_UPHELD', 'REJECTED']),
      )
      .requiredOption('--legal-basis <id@version>', 'rule that the answer rests on')
      .requiredOption('--reason <text>', 'why')
      .action(run(async () => (await load()).reply)),
    ['review reply 3d…77 --outcome REJECTED --legal-basis cn-cpl-141@1 --reason "Seized lawfully"'],
  );
  addExamples(
    review
      .command('list')
      .argument('[subject]', `${SUBJECT}: all that was said of it`)
      .description('list objections and what is still owed, or every review of one subject')
      .option('--answerer <mspId>', 'objections that this member must answer')
      .addOption(
        new Option('--state <state>', 'objections in this state').choices([
          'DUE',
          'OVERDUE',
          'ANSWERED',
        ]),
      )
      .action(run(async () => (await load()).listReviews)),
    ['review list --answerer CnAgencyMSP --state OVERDUE', 'review list 5f…09 --json'],
  );
}

function addStatements(review: Command, run: Runner): void {
  const load = () => import('../actions/review.ts');
  const report = (command: Command) =>
    command.option('--report <file>', 'the written report; the ledger gets its digest and size');
  addExamples(
    report(
      review
        .command('judge')
        .argument('<subject>', SUBJECT)
        .description('judge whether evidence was obtained regularly; it stays on record either way')
        .addOption(
          choice('--outcome <outcome>', 'the judgement', ['ACCEPTED', 'CHALLENGED', 'EXCLUDED']),
        )
        .requiredOption('--legal-basis <id@version>', 'rule that it was held to')
        .requiredOption('--reason <text>', 'why'),
    ).action(run(async () => (await load()).judge)),
    [
      'review judge 5f…09 --outcome EXCLUDED --legal-basis cn-cpl-136@1 --reason "No order" --report ruling.pdf',
    ],
  );
  addExamples(
    report(
      review
        .command('examine')
        .argument('<subject>', SUBJECT)
        .description('record whether content shows signs of manipulation, which no digest tells')
        .requiredOption('--method <text>', 'how it was examined')
        .option('--tool <name@version>', 'tool used (repeatable)', collect)
        .addOption(
          choice('--result <result>', 'what was found', [
            'NO_SIGN_OF_MANIPULATION',
            'SIGNS_OF_MANIPULATION',
            'INCONCLUSIVE',
          ]),
        )
        .requiredOption('--reason <text>', 'what it rests on'),
    ).action(run(async () => (await load()).examine)),
    [
      'review examine 9a…41 --method "Error level analysis" --tool ela@2 --result INCONCLUSIVE --reason "Compressed too often"',
    ],
  );
  addExamples(
    report(
      review
        .command('weigh')
        .argument('<subject>', SUBJECT)
        .description('state what evidence shows, as you see it')
        .addOption(
          choice('--shows-destination <answer>', 'whether it shows where money went', [
            'YES',
            'NO',
            'UNCLEAR',
            'NOT_ASKED',
          ]),
        )
        .requiredOption('--reason <text>', 'why'),
    ).action(run(async () => (await load()).weigh)),
    ['review weigh 9a…41 --shows-destination NO --reason "The platform pooled its clients"'],
  );
}
