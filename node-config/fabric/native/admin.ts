/**
 * What a member's administrator does with Fabric's own programs: create and join the channel, install,
 * approve and commit the chaincode definition.
 */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROFILE } from '../configtx.ts';
import { channelDirectory, genesisBlock, layoutMember } from '../layout.ts';
import { formatEndpoint, type MemberNodes } from '../topology.ts';
import type { Binaries, Program } from './binaries.ts';
import { bareEnvironment } from './nodes.ts';

export interface Definition {
  readonly channel: string;
  readonly name: string;
  readonly version: string;
  readonly sequence: number;
  /** Endorsement policy in the text form of `peer lifecycle`. */
  readonly policy: string;
}

export interface Admin {
  createGenesisBlock(channel: string): Promise<void>;
  joinOrderer(nodes: MemberNodes, channel: string): Promise<void>;
  joinPeer(nodes: MemberNodes): Promise<void>;
  install(nodes: MemberNodes, packageFile: string): Promise<void>;
  approve(nodes: MemberNodes, definition: Definition, packageId: string): Promise<void>;
  /** Sent to the peers of all `members`. */
  commit(members: readonly MemberNodes[], definition: Definition): Promise<void>;
}

export class AdminError extends Error {
  override readonly name = 'AdminError';
}

/** Runs below `directory`; a step that meets a node that is not up yet is repeated until `signal`. */
export function createAdmin(directory: string, binaries: Binaries, signal: AbortSignal): Admin {
  const run = (
    program: Program,
    args: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<void> =>
    new Promise((done, reject) => {
      const options = { env: { ...bareEnvironment(), ...environment }, cwd: directory, signal };
      execFile(binaries[program], args, options, (error, stdout, stderr) => {
        if (!error) return done();
        const said = `${stderr}${stdout}`.trim().split('\n').slice(-3).join(' | ');
        reject(
          new AdminError(`${program} ${args.slice(0, 3).join(' ')}: ${said}`, { cause: error }),
        );
      });
    });

  const retry = async (step: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (signal.aborted) throw error;
        const waited = await sleep(250, true, { signal }).catch(() => false);
        if (!waited) throw error;
      }
    }
  };

  const peer = ({ mspId, peer: endpoint }: MemberNodes, ...args: string[]) => {
    const layout = layoutMember(resolve(directory), mspId);
    return run('peer', args, {
      FABRIC_CFG_PATH: layout.peer,
      FABRIC_LOGGING_SPEC: 'error',
      CORE_PEER_ADDRESS: formatEndpoint(endpoint),
      CORE_PEER_MSPCONFIGPATH: join(layout.admin, 'msp'),
    });
  };
  const tlsRoot = (mspId: string) =>
    join(layoutMember(resolve(directory), mspId).msp, 'tlscacerts', 'ca.pem');
  const ordering = ({ mspId, orderer }: MemberNodes) => [
    '-o',
    formatEndpoint(orderer),
    '--tls',
    '--cafile',
    tlsRoot(mspId),
  ];
  const definitionArgs = ({ channel, name, version, sequence, policy }: Definition) => [
    ...['--channelID', channel, '--name', name, '--version', version],
    ...['--sequence', String(sequence), '--signature-policy', policy],
  ];

  return {
    createGenesisBlock: (channel) => {
      const folder = channelDirectory(resolve(directory));
      return run('configtxgen', [
        ...['-configPath', folder, '-profile', PROFILE, '-channelID', channel],
        ...['-outputBlock', genesisBlock(resolve(directory))],
      ]);
    },
    joinOrderer: ({ mspId, ordererAdmin }, channel) => {
      const tls = join(layoutMember(resolve(directory), mspId).orderer, 'tls');
      return retry(() =>
        run('osnadmin', [
          ...['channel', 'join', '--channelID', channel],
          ...['--config-block', genesisBlock(resolve(directory))],
          ...['-o', formatEndpoint(ordererAdmin), '--ca-file', join(tls, 'ca.crt')],
          ...['--client-cert', join(tls, 'server.crt'), '--client-key', join(tls, 'server.key')],
        ]),
      );
    },
    joinPeer: (nodes) => peer(nodes, 'channel', 'join', '-b', genesisBlock(resolve(directory))),
    install: (nodes, file) => peer(nodes, 'lifecycle', 'chaincode', 'install', resolve(file)),
    approve: (nodes, definition, packageId) =>
      retry(() =>
        peer(
          nodes,
          ...['lifecycle', 'chaincode', 'approveformyorg', ...ordering(nodes)],
          ...definitionArgs(definition),
          ...['--package-id', packageId],
        ),
      ),
    commit: (members, definition) => {
      const first = members[0]!;
      return peer(
        first,
        ...['lifecycle', 'chaincode', 'commit', ...ordering(first), ...definitionArgs(definition)],
        ...members.flatMap((member) => [
          ...['--peerAddresses', formatEndpoint(member.peer)],
          ...['--tlsRootCertFiles', tlsRoot(member.mspId)],
        ]),
      );
    },
  };
}
