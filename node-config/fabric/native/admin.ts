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
  /** From the genesis block, or from the configuration block that made it a consenter. */
  joinOrderer(nodes: MemberNodes, channel: string, configBlock?: string): Promise<void>;
  joinPeer(nodes: MemberNodes): Promise<void>;
  install(nodes: MemberNodes, packageFile: string): Promise<void>;
  approve(nodes: MemberNodes, definition: Definition, packageId: string): Promise<void>;
  /** MSP ID → whether that organisation of the channel has approved the definition, not yet committed. */
  readApprovals(nodes: MemberNodes, definition: Definition): Promise<Record<string, boolean>>;
  /** Sent to the peers of all `members`. */
  commit(members: readonly MemberNodes[], definition: Definition): Promise<void>;
  /** Writes the channel's latest configuration block to `file`, asking that member's ordering node. */
  fetchConfig(nodes: MemberNodes, channel: string, file: string): Promise<void>;
  /** Has the administrators of all `members` sign the update in `file`, and hands it to ordering. */
  updateChannel(members: readonly MemberNodes[], channel: string, file: string): Promise<void>;
}

export class AdminError extends Error {
  override readonly name = 'AdminError';
}

/** Answers of a peer that has done already exactly what it is asked for. */
const DONE =
  /already exists|already successfully installed|redefine [a-z ]+ \(\d+\) for namespace \S+( with unchanged content)?$/;
/** A peer has not seen the last approval yet: nothing was ordered. */
const UNEVEN = /ProposalResponsePayloads do not match/;

/** Runs below `directory`; a step that meets a node that is not up yet is repeated until `signal`. */
export function createAdmin(directory: string, binaries: Binaries, signal: AbortSignal): Admin {
  const run = (
    program: Program,
    args: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<string> =>
    new Promise((done, reject) => {
      const options = { env: { ...bareEnvironment(), ...environment }, cwd: directory, signal };
      execFile(binaries[program], args, options, (error, stdout, stderr) => {
        if (!error) return done(stdout);
        const said = `${stderr}${stdout}`.trim().split('\n').slice(-3).join(' | ');
        reject(
          new AdminError(`${program} ${args.slice(0, 3).join(' ')}: ${said}`, { cause: error }),
        );
      });
    });

  const retry = async (
    step: () => Promise<unknown>,
    passes = (_error: Error): boolean => true,
  ): Promise<void> => {
    for (let last: unknown; ; ) {
      try {
        await step();
        return;
      } catch (error) {
        // A step that was cut off says nothing of its own.
        if (signal.aborted) throw last ?? error;
        if (!passes(error as Error)) throw error;
        last = error;
        const waited = await sleep(250, true, { signal }).catch(() => false);
        if (!waited) throw error;
      }
    }
  };

  const ask = ({ mspId, peer: endpoint }: MemberNodes, ...args: string[]) => {
    const layout = layoutMember(resolve(directory), mspId);
    return run('peer', args, {
      FABRIC_CFG_PATH: layout.peer,
      FABRIC_LOGGING_SPEC: 'error',
      CORE_PEER_ADDRESS: formatEndpoint(endpoint),
      CORE_PEER_MSPCONFIGPATH: join(layout.admin, 'msp'),
    });
  };
  const peer = async (nodes: MemberNodes, ...args: string[]): Promise<void> => {
    await ask(nodes, ...args).catch((error) => {
      if (!DONE.test(error.message)) throw error;
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
    createGenesisBlock: async (channel) => {
      const folder = channelDirectory(resolve(directory));
      await run('configtxgen', [
        ...['-configPath', folder, '-profile', PROFILE, '-channelID', channel],
        ...['-outputBlock', genesisBlock(resolve(directory))],
      ]);
    },
    joinOrderer: ({ mspId, ordererAdmin }, channel, configBlock) => {
      const tls = join(layoutMember(resolve(directory), mspId).orderer, 'tls');
      return retry(() =>
        run('osnadmin', [
          ...['channel', 'join', '--channelID', channel],
          ...['--config-block', configBlock ?? genesisBlock(resolve(directory))],
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
    readApprovals: async (nodes, definition) => {
      const answer = await ask(
        nodes,
        ...['lifecycle', 'chaincode', 'checkcommitreadiness', ...definitionArgs(definition)],
        ...['--output', 'json'],
      );
      return JSON.parse(answer).approvals;
    },
    commit: (members, definition) => {
      const first = members[0]!;
      const commit = () =>
        peer(
          first,
          ...['lifecycle', 'chaincode', 'commit'],
          ...[...ordering(first), ...definitionArgs(definition)],
          ...members.flatMap((member) => [
            ...['--peerAddresses', formatEndpoint(member.peer)],
            ...['--tlsRootCertFiles', tlsRoot(member.mspId)],
          ]),
        );
      return retry(commit, ({ message }) => UNEVEN.test(message));
    },
    fetchConfig: (nodes, channel, file) =>
      peer(nodes, 'channel', 'fetch', 'config', resolve(file), '-c', channel, ...ordering(nodes)),
    updateChannel: async (members, channel, file) => {
      const [last, ...others] = members;
      // One after the other: each adds its signature to the same file. The last one's is the sender's.
      for (const nodes of others) await peer(nodes, 'channel', 'signconfigtx', '-f', resolve(file));
      await peer(
        last!,
        'channel',
        'update',
        '-f',
        resolve(file),
        '-c',
        channel,
        ...ordering(last!),
      );
    },
  };
}
