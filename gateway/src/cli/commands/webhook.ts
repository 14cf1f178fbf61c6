/** `webhook …`: where your systems are told that something waits for them. */
import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addWebhookCommands(program: Command, run: Runner): void {
  const webhook = program
    .command('webhook')
    .description('where your systems are told that something waits for them');
  const load = () => import('../actions/webhook.ts');
  const ID = 'id of the endpoint';
  const on = (name: string, description: string) =>
    webhook.command(name).argument('<endpoint>', ID).description(description);
  addExamples(
    webhook
      .command('register')
      .argument('<url>', 'https; http only of this machine, in development')
      .description('be told there; prints the secret that messages are signed with, this once')
      .option('--secret-file <file>', 'write the secret there instead, mode 0600')
      .action(run(async () => (await load()).registerWebhook)),
    ['webhook register https://hooks.example/tabellion --secret-file hook.secret'],
  );
  addExamples(
    webhook
      .command('list')
      .description('your endpoints, and which of them are disabled')
      .action(run(async () => (await load()).listWebhooks)),
    ['webhook list'],
  );
  addExamples(
    on('change', 'send somewhere else')
      .argument('<url>', 'where to')
      .action(run(async () => (await load()).changeWebhook)),
    ['webhook change 6f…d0 https://hooks.example/new'],
  );
  addExamples(
    on('enable', 'send again; what waits is sent at once').action(
      run(async () => (await load()).enableWebhook),
    ),
    ['webhook enable 6f…d0'],
  );
  addExamples(
    on('disable', 'send nothing for now; what waits stays, new events are left out').action(
      run(async () => (await load()).disableWebhook),
    ),
    ['webhook disable 6f…d0'],
  );
  addExamples(
    on('remove', 'end it, with its secrets and all that waits for it').action(
      run(async () => (await load()).removeWebhook),
    ),
    ['webhook remove 6f…d0'],
  );
  addExamples(
    on('rotate', 'a new secret; for some hours messages are signed with the old one as well')
      .option('--overlap <hours>', 'from 0 to 168', '24')
      .option('--secret-file <file>', 'write the secret there instead, mode 0600')
      .action(run(async () => (await load()).rotateSecret)),
    ['webhook rotate 6f…d0 --overlap 48'],
  );
  addExamples(
    on('test', 'send a message that means nothing, and see what became of it').action(
      run(async () => (await load()).testWebhook),
    ),
    ['webhook test 6f…d0'],
  ).addHelpText(
    'after',
    `
Exit codes: 0 delivered, 12 not yet. An alert to try the whole way with is raised by watching the address
that is reserved for it: 
tabellion watch add WATCH 0x746162656c6C696f6E2D746573742D3030303031 --purpose test
`,
  );
  addExamples(
    on('messages', 'messages of the last 30 days, with every attempt')
      .option('--limit <number>', 'most to list', '50')
      .option('--cursor <cursor>', 'where the page before ended')
      .action(run(async () => (await load()).listMessages)),
    ['webhook messages 6f…d0'],
  );
  addExamples(
    on('redeliver', 'send a message once more, under the same ID')
      .argument('<message>', 'id of the message')
      .action(run(async () => (await load()).redeliverMessage)),
    ['webhook redeliver 6f…d0 msg_3d…77'],
  );
  addExamples(
    webhook
      .command('oversee')
      .description('every endpoint of your member, without its whole URL')
      .action(run(async () => (await load()).overseeWebhooks)),
    ['webhook oversee'],
  );
  addExamples(
    on('end', 'end an endpoint of your member, with its secrets and all that waits for it')
      .requiredOption('--purpose <text>', 'why, for the journal (ASCII)')
      .action(run(async () => (await load()).endWebhook)),
    ['webhook end 6f…d0 --purpose "Its owner has left"'],
  );
  addExamples(webhook, [
    'webhook register https://hooks.example/tabellion --secret-file hook.secret',
    'webhook test 6f…d0',
  ]);
}
