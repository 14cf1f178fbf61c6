import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

const collect = (value: string, previous: readonly string[] = []) => [...previous, value];

export function addAuditCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('audit')
      .description('read the whole ledger again, check everything and name the first break')
      .requiredOption('--trust <file>', 'whom to believe; its genesis digest pins the ledger')
      .option('--ledger <directory>', "an embedded ledger's directory, instead of the gateway")
      .option(
        '--from-peer <host:port>',
        'the whole channel from a Fabric peer itself; repeat it to compare peers',
        collect,
      )
      .option(
        '--tls-root <file>',
        "authority of the peer's TLS certificate; repeat for more",
        collect,
      )
      .option(
        '--certificate <file>',
        "with --key and --member: who reads, instead of the profile's key",
      )
      .option('--key <file>', 'private key of --certificate')
      .option('--member <mspId>', 'member of whom --certificate is')
      .option('--manifests <directory>', 'recompute the roots of the manifests kept there')
      .option('--at <time>', 'judge what is overdue as of this time (RFC 3339 with zone), not now')
      .action(run(async () => (await import('../actions/audit.ts')).audit)),
    [
      'audit --gateway https://evidence.example.org --trust trust.json',
      'audit --from-peer peer.example.org:7051 --tls-root tls-ca.pem --trust trust.json',
      'audit --ledger data/ledger --trust trust.json --manifests data/gateway/manifests/CnAgencyMSP',
    ],
  ).addHelpText(
    'after',
    `
With --from-peer no gateway is asked and no other connection opened. Any peer of the channel serves a
member's clients, auditors among them. Further peers are compared block by block with the first.

Exit codes: 0 no break, 10 a break was found, 1 the ledger could not be read.
`,
  );
}
