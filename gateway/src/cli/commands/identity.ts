/** `init`, `login`, `whoami`: who acts. */
import { type Command, Option } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

const ways = () =>
  new Option('--as <kind>', 'sign in as a person (device flow) or as a system (client credentials)')
    .choices(['person', 'system'])
    .default('person');

export function addIdentityCommands(program: Command, run: Runner): void {
  addExamples(
    program
      .command('init')
      .description('sign in as a person, make a key on this machine and have it certified')
      .option('--issuer <url>', 'where to sign in; without it, at the gateway')
      .option('--renew', 'replace the certificate, with a new key')
      .option(
        '--trust-on-first-use',
        'keep the trust file that the gateway gives now as the one to hold it to',
      )
      .action(run(async () => (await import('../actions/init.ts')).init)),
    [
      'init --gateway https://evidence.example.org',
      'init --gateway http://127.0.0.1:8080 --trust-on-first-use',
      'init --profile second --gateway https://evidence.example.org',
    ],
  );
  addExamples(
    program
      .command('login')
      .description('sign in again, with the key that is there')
      .addOption(ways())
      .option('--issuer <url>', 'where to sign in; without it, at the gateway')
      .action(run(async () => (await import('../actions/login.ts')).login)),
    ['login', 'login --as system --json'],
  );
  addExamples(
    program
      .command('whoami')
      .description('show the member, role and certificate that acts are signed with')
      .action(run(async () => (await import('../actions/whoami.ts')).whoami)),
    ['whoami', 'whoami --json'],
  );
}
