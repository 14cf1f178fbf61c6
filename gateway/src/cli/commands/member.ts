/** `member …`: who takes part, what they accept, what they decide together. */
import { type Command, Option } from 'commander';
import { REVOCATION_REASONS } from '../../identity/revocation-reason.ts';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addMemberCommands(program: Command, run: Runner): void {
  const member = program
    .command('member')
    .description('members, their declarations and their votes');
  addReads(member, run);
  addActs(member, run);
  addExamples(member, ['member list', 'member show SgAgencyMSP']);
}

function addReads(member: Command, run: Runner): void {
  const load = () => import('../actions/member-read.ts');
  addExamples(
    member
      .command('list')
      .description('list the members')
      .action(run(async () => (await load()).listMembers)),
    ['member list', 'member list --json'],
  );
  addExamples(
    member
      .command('show')
      .argument('<mspId>', 'the member')
      .description('show what a member published of itself')
      .action(run(async () => (await load()).showMember)),
    ['member show SgAgencyMSP'],
  );
  addExamples(
    member
      .command('parameters')
      .description('show the parameters in force')
      .action(run(async () => (await load()).listParameters)),
    ['member parameters'],
  );
  addExamples(
    member
      .command('proposals')
      .argument('[id]', 'one proposal, with its votes')
      .description('list the proposals and their votes')
      .action(run(async () => (await load()).listProposals)),
    ['member proposals'],
  );
  addExamples(
    member
      .command('reference')
      .argument('<register>', 'method, legalBasis, standard, treaty, calendar or orderProfile')
      .description('list a register of governed reference data')
      .action(run(async () => (await load()).listReference)),
    ['member reference method', 'member reference legalBasis --json'],
  );
}

function addActs(member: Command, run: Runner): void {
  const load = () => import('../actions/member-act.ts');
  addExamples(
    member
      .command('propose')
      .description('propose a change that the members vote on')
      .requiredOption('--reason <text>', 'why')
      .requiredOption('--legal-basis <id@version>', 'governed legal basis')
      .option('--suspend <mspId>', 'suspend a member')
      .option('--resume <mspId>', 'resume a suspended member')
      .option('--set <name=value>', 'set a parameter')
      .option('--publish <file>', 'publish an entry of a file such as node-config/orders/mla.yaml')
      .option('--entry <id>', 'which entry of that file, where it has several')
      .option('--input <file>', 'any change, as JSON (- reads standard input)')
      .action(run(async () => (await load()).propose)),
    [
      'member propose --set batchMaxItems=32768 --legal-basis founding-agreement@1 \\\n' +
        '      --reason "Smaller batches"',
      'member propose --suspend ExchangeMSP --legal-basis founding-agreement@1 \\\n' +
        '      --reason "Key compromise"',
      'member propose --publish node-config/orders/budapest.yaml --entry budapest-29 \\\n' +
        '      --legal-basis founding-agreement@1 --reason "The Convention binds three of us"',
      'member propose --input admit.json --legal-basis founding-agreement@1 --reason "New member"',
    ],
  );
  addExamples(
    member
      .command('vote')
      .argument('<proposal>', 'id of the proposal')
      .addOption(
        new Option('--choice <choice>', "the member's vote")
          .choices(['YES', 'NO'])
          .makeOptionMandatory(),
      )
      .requiredOption('--reason <text>', 'why')
      .description("cast this member's vote")
      .action(run(async () => (await load()).vote)),
    ['member vote 3f…c1 --choice YES --reason "Agreed"'],
  );
  addExamples(
    member
      .command('declare')
      .description('publish what this member accepts and follows')
      .requiredOption('--input <file>', 'the profile, as JSON (- reads standard input)')
      .requiredOption('--reason <text>', 'why')
      .action(run(async () => (await load()).declare)),
    ['member declare --input profile.json --reason "New standard adopted"'],
  );
  addExamples(
    member
      .command('revoke')
      .argument('<serial>', 'serial number of the certificate, as whoami shows it')
      .addOption(
        new Option('--reason <reason>', 'why').choices(REVOCATION_REASONS).makeOptionMandatory(),
      )
      .description("take a certificate back: one's own or, as delegate, one of the member")
      .action(run(async () => (await import('../actions/member-revoke.ts')).revoke)),
    ['member revoke 4f1c…a9 --reason keyCompromise'],
  );
}
