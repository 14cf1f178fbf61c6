import type { Command } from 'commander';
import type { Action, Runner } from '../context.ts';
import { addExamples } from '../examples.ts';
import { CliError } from '../failure.ts';
import { collect } from '../repeatable.ts';

const OF_LEDGER = ['trust', 'ledger', 'fromData', 'escrow', 'fromPeer', 'manifests', 'at'];
const OF_TREE = ['acquisition', 'manifest', 'list', 'base', 'report'];

/** With a directory the tree is audited, without one the ledger. */
const audit: Action = async (invocation) => {
  const given = (names: readonly string[]) =>
    names.some((name) => Object.hasOwn(invocation.options, name));
  if (invocation.args.length === 0) {
    if (given(OF_TREE)) throw new CliError('USAGE', 'give the directory to compare as well');
    if (!given(['trust'])) {
      throw new CliError('USAGE', 'give --trust to audit the ledger, or a directory');
    }
    return (await import('../actions/audit.ts')).audit(invocation);
  }
  if (given(OF_LEDGER)) throw new CliError('USAGE', 'a tree and a ledger are audited one by one');
  return (await import('../actions/audit-tree.ts')).auditDirectory(invocation);
};

export function addAuditCommand(program: Command, run: Runner): void {
  addExamples(
    program
      .command('audit')
      .argument('[directory]', 'compare this tree with what was anchored or listed of it')
      .description(
        'read the whole ledger again, check everything and name the first break; or compare a tree',
      )
      .option('--trust <file>', 'whom to believe; its genesis digest pins the ledger')
      .option('--ledger <directory>', "an embedded ledger's directory, instead of the gateway")
      .option(
        '--from-data <directory>',
        'the data directory of a gateway that is not running: every file of its ledger, its manifests',
      )
      .option('--escrow <directory>', 'with --from-data: the second copies of the manifests')
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
      .option(
        '--acquisition <id>',
        "tree: compare with this acquisition of the caller's own member",
      )
      .option(
        '--manifest <file>',
        'tree: compare with this manifest, or all in a directory; offline (repeatable)',
        collect,
      )
      .option(
        '--list <file>',
        'tree: compare with this list of hashdeep or sha256sum; offline (repeatable)',
        collect,
      )
      .option('--base <path>', 'tree: the part of the listed names that the directory stands for')
      .option('--report <file>', 'tree: write every finding, one JSON document a line')
      .action(run(async () => audit)),
    [
      'audit --gateway https://evidence.example.org --trust trust.json',
      'audit --from-peer peer.example.org:7051 --tls-root tls-ca.pem --trust trust.json',
      'audit --from-data data --trust trust.json',
      'audit --ledger data/ledger --trust trust.json --manifests data/gateway/manifests/CnAgencyMSP',
      'audit /mnt/x --acquisition 5f…09',
      'audit /mnt/x --list disk1.hashdeep --base /evidence/disk1 --report findings.ndjson',
    ],
  ).addHelpText(
    'after',
    `
With --from-peer no gateway is asked and no other connection opened. Any peer of the channel serves a
member's clients, auditors among them. Further peers are compared block by block with the first.

With --from-data the gateway is stopped, and nothing is opened but files. Blocks are held to their digests,
the state to the blocks, private values to their hashes; of a ledger that was closed every byte is known.
Manifests of items, labels and transfers are held to their batches.

Exit codes: 0 no break, 10 a break was found, 1 the ledger could not be read.

A tree: each name is matched, altered (another content under a listed name), moved (a listed content
under another name, its own name gone), new, missing, or unread: that says nothing of its content. A
copy of what is still in its place is new. Listed names begin as they were anchored, with the last name
of the path given to anchor: what was /evidence/disk1 is listed below disk1/, and may be audited at
/mnt/x. Which part the directory stands for is found by looking, and told; --base says it.

Exit codes: 0 all matched, 10 moved, new, missing or altered, 3 no difference but something unread.
`,
  );
}
