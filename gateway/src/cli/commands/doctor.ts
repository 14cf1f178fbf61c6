import type { Command } from 'commander';
import { DEFAULTS } from '../../doctor/defaults.mjs';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addDoctorCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('doctor')
      .description('say what is wrong with this machine and profile, and how to mend it')
      .option('--data <directory>', "the gateway's data directory", DEFAULTS.data)
      .option('--port <number>', "the gateway's port", String(DEFAULTS.port))
      .action(run(async () => (await import('../actions/doctor.ts')).diagnose)),
    ['doctor', 'doctor --data /srv/tabellion --port 8081 --json'],
  ).addHelpText(
    'after',
    `
Exit codes: 0 nothing failed, 1 something did. ./scripts/doctor does the same before anything is installed.
`,
  );
}
