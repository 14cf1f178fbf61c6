/** The command tree. It loads no action: what a command needs is loaded when it runs. */
import { Command, Option, type OutputConfiguration } from 'commander';
import { addAcquireCommand } from './commands/acquire.ts';
import { addAnchorCommand } from './commands/anchor.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addCustodyCommands } from './commands/custody.ts';
import { addDisclosureCommands } from './commands/disclosure.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEvidenceCommands } from './commands/evidence.ts';
import { addExhibitCommands } from './commands/exhibit.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addExportCommands } from './commands/export.ts';
import { addFlowCommands } from './commands/flow.ts';
import { addFollowUpCommands } from './commands/follow-up.ts';
import { addIdentityCommands } from './commands/identity.ts';
import { addImportCommands } from './commands/import.ts';
import { addLabelCommands } from './commands/label.ts';
import { addListCommands } from './commands/list.ts';
import { addMemberCommands } from './commands/member.ts';
import { addOrderCommands } from './commands/order.ts';
import { addPersonCommands } from './commands/person.ts';
import { addProofCommands } from './commands/proof.ts';
import { addReportCommand } from './commands/report.ts';
import { addReviewCommands } from './commands/review.ts';
import { addScreenCommand } from './commands/screen.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTrustCommands } from './commands/trust.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addWatchCommands } from './commands/watch.ts';
import { addWebhookCommands } from './commands/webhook.ts';
import type { Runner } from './context.ts';

const EXIT_CODES = `
Exit codes: 0 done, 1 error, 2 usage, 3 some input could not be read or proven, 4 sign in first,
  10 mismatch or break found, 11 not trusted, 12 pending or not known yet.
With --json, standard output holds exactly one JSON document, {"error":{"code","message"}} if the
command failed; without it, failures are told on standard error.

Environment: TABELLION_HOME (directory of profiles and keys), TABELLION_GATEWAY, TABELLION_PROFILE,
  TABELLION_CLIENT_ID and TABELLION_CLIENT_SECRET (sign-in of systems).
`;

export function buildProgram(run: Runner, output: OutputConfiguration): Command {
  const program = new Command('tabellion')
    .description('Seals electronic evidence on a shared ledger, and proves it to anyone.')
    .option('--json', 'print exactly one JSON document on standard output')
    .addOption(
      new Option(
        '--progress <how>',
        'bar on a terminal (auto), JSON lines on standard error, or none',
      )
        .choices(['auto', 'json', 'none'])
        .default('auto'),
    )
    .option('--gateway <url>', 'gateway to talk to, instead of that of the profile')
    .option('--profile <name>', 'who acts, and where; without it, "default"')
    .helpCommand('help [command]', 'show how a command is used')
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .configureOutput(output)
    .showHelpAfterError('(add --help for how it is used)')
    .exitOverride();
  // Subcommands inherit the settings that stand above, so they come after them.
  addIdentityCommands(program, run);
  addStatusCommand(program, run);
  addMemberCommands(program, run);
  addAcquireCommand(program, run);
  addAnchorCommand(program, run);
  addFollowUpCommands(program, run);
  addEvidenceCommands(program, run);
  addCustodyCommands(program, run);
  addExhibitCommands(program, run);
  addReviewCommands(program, run);
  addDisclosureCommands(program, run);
  addLabelCommands(program, run);
  addOrderCommands(program, run);
  addScreenCommand(program, run);
  addFlowCommands(program, run);
  addWatchCommands(program, run);
  addWebhookCommands(program, run);
  addPersonCommands(program, run);
  addListCommands(program, run);
  addProofCommands(program, run);
  addReportCommand(program, run);
  addExportCommands(program, run);
  addImportCommands(program, run);
  addTrustCommands(program, run);
  addVerifyCommand(program, run);
  addAuditCommand(program, run);
  addExplainCommand(program, run);
  addDoctorCommand(program, run);
  addCompletionCommand(program, run);
  return program.addHelpText('after', EXIT_CODES);
}
