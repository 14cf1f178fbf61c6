/** A consortium on an older Fabric with Raft, in a temporary directory, with people, for tests. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { MemberCa } from '../../../gateway/src/identity/ca.ts';
import type { LedgerPort } from '../../../gateway/src/ledger/port.ts';
import { packChaincode } from '../../../node-config/fabric/chaincode-package.ts';
import { PROFILE } from '../../../node-config/fabric/configtx.ts';
import { generateMember } from '../../../node-config/fabric/generate.ts';
import {
  channelDirectory,
  genesisBlock,
  layoutMember,
} from '../../../node-config/fabric/layout.ts';
import { type Admin, createAdmin } from '../../../node-config/fabric/native/admin.ts';
import { describeMember } from '../../../node-config/fabric/native/connect.ts';
import { bringUp, HOST, removeNetwork } from '../../../node-config/fabric/native/network.ts';
import { bareEnvironment } from '../../../node-config/fabric/native/nodes.ts';
import { findFreePorts } from '../../../node-config/fabric/native/ports.ts';
import { canEndorse } from '../../../node-config/fabric/native/ready.ts';
import { readState, writeState } from '../../../node-config/fabric/native/state.ts';
import { formatEndorsementPolicy } from '../../../node-config/fabric/policy.ts';
import {
  countPorts,
  formatEndpoint,
  type MemberNodes,
  type NetworkTerms,
  planLocalTopology,
  type Topology,
} from '../../../node-config/fabric/topology.ts';
import { enrolAt, TEST_MEMBERS } from '../../../test/conformance/embedded-network.ts';
import type { TestNetwork } from '../../../test/fabric/test-network.ts';
import { openLegacyLedger } from '../ledger.ts';
import type { LegacyBinaries } from './binaries.ts';
import { formatRaftConfigtx, SYSTEM_PROFILE } from './raft-channel.ts';

const run = promisify(execFile);
const READY_MS = 90_000;
const VERSION = '1';

const TERMS: NetworkTerms = {
  channel: 'evidence',
  chaincode: 'tabellion',
  members: TEST_MEMBERS.map(({ mspId, state }) => ({ mspId, kind: state ? 'STATE' : 'EXCHANGE' })),
  parameters: { endorsementThreshold: 2, timeWindowSeconds: 900 },
};

/** `server` is the chaincode server's program, an absolute path. */
export async function createRaftNetwork(
  binaries: LegacyBinaries,
  server: string,
  consortium: NetworkTerms = TERMS,
): Promise<TestNetwork> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-raft-'));
  const ledgers: LedgerPort[] = [];
  const close = async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    await removeNetwork({ directory });
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const ports = await findFreePorts(HOST, countPorts(consortium.members.length));
    const topology = planLocalTopology(consortium, HOST, ports);
    const { members } = topology;
    const connect = async (mspId: string) => {
      const ledger = await connectLegacyMember(directory, mspId, consortium);
      ledgers.push(ledger);
      return ledger;
    };
    await establish({ directory, binaries, topology, server });
    await awaitEndorsers(await connect(members[0]!.mspId), directory, members);
    return {
      ...{ directory, connect },
      state: (await readState(directory))!,
      enrol: async (mspId, role = 'investigator') => {
        const { ca } = layoutMember(directory, mspId);
        return enrolAt(await MemberCa.open({ directory: ca, mspId, embedded: false }), role);
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Network {
  readonly directory: string;
  readonly binaries: LegacyBinaries;
  readonly topology: Topology;
  readonly server: string;
}

async function establish({ directory, binaries, topology, server }: Network): Promise<void> {
  const { consortium, members } = topology;
  const { channel, chaincode } = consortium;
  const channelFiles = channelDirectory(directory);
  const program = packChaincode(`${chaincode}_${VERSION}`);
  const packageFile = join(channelFiles, `${chaincode}.tgz`);
  await Promise.all(members.map((nodes) => generateMember(directory, topology, nodes)));
  await Promise.all(members.map(({ mspId }) => leaveOutTimeWindow(directory, mspId)));
  await mkdir(channelFiles, { recursive: true });
  await writeFile(join(channelFiles, 'configtx.yaml'), formatRaftConfigtx(topology, binaries));
  await writeFile(packageFile, program.bytes);
  if (binaries.needsSystemChannel) await prepareSystemChannel(directory, binaries, topology);
  await writeState(directory, {
    version: 1,
    ...{ channel, chaincode, server, members, packageId: program.id },
    processes: {},
    // So that only the nodes are started: channel and chaincode are made below.
    ready: true,
  });
  await bringUp({ directory, binaries, consortium, server });

  const admin = createAdmin(directory, binaries, AbortSignal.timeout(READY_MS));
  if (binaries.needsSystemChannel) await createChannel(directory, binaries, topology);
  else await joinOrderers(admin, topology);
  await Promise.all(
    members.map(async (nodes) => {
      await admin.joinPeer(nodes);
      await admin.install(nodes, packageFile);
    }),
  );
  if (binaries.needsSystemChannel) await nameAnchorPeers(directory, binaries, topology, admin);
  const definition = {
    ...{ channel, name: chaincode, version: VERSION, sequence: 1 },
    policy: formatEndorsementPolicy(consortium.members, consortium.parameters.endorsementThreshold),
  };
  await Promise.all(members.map((nodes) => admin.approve(nodes, definition, program.id)));
  await admin.commit(members, definition);
}

/** Before version 3 peers do not look at a proposal's time, and do not start when they are told to. */
async function leaveOutTimeWindow(directory: string, mspId: string): Promise<void> {
  const file = join(layoutMember(directory, mspId).peer, 'core.yaml');
  const { peer, ...rest } = parse(await readFile(file, 'utf8'));
  const authFilters = peer.handlers.authFilters.filter(
    ({ name }: { name: string }) => name !== 'TimeWindowCheck',
  );
  const handlers = { ...peer.handlers, authFilters };
  await writeFile(file, stringify({ ...rest, peer: { ...peer, handlers } }));
}

async function joinOrderers(admin: Admin, { consortium, members }: Topology): Promise<void> {
  await admin.createGenesisBlock(consortium.channel);
  await Promise.all(members.map((nodes) => admin.joinOrderer(nodes, consortium.channel)));
}

/** Fabric 2.2: ordering nodes start with a block of their own, and know no other way to a channel. */
async function prepareSystemChannel(
  directory: string,
  { configtxgen }: LegacyBinaries,
  { members }: Topology,
): Promise<void> {
  const channelFiles = channelDirectory(directory);
  const block = join(channelFiles, 'system.block');
  await run(configtxgen, [
    ...['-configPath', channelFiles, '-profile', SYSTEM_PROFILE, '-channelID', 'system'],
    ...['-outputBlock', block],
  ]);
  for (const { mspId } of members) {
    const file = join(layoutMember(directory, mspId).orderer, 'orderer.yaml');
    const {
      General,
      Admin: _,
      ChannelParticipation: __,
      ...rest
    } = parse(await readFile(file, 'utf8'));
    const general = { ...General, BootstrapMethod: 'file', BootstrapFile: block };
    await writeFile(file, stringify({ ...rest, General: general }));
  }
}

async function createChannel(
  directory: string,
  { configtxgen, peer }: LegacyBinaries,
  { consortium, members }: Topology,
): Promise<void> {
  const channelFiles = channelDirectory(directory);
  const { channel } = consortium;
  const update = join(channelFiles, 'channel.tx');
  await run(configtxgen, [
    ...['-configPath', channelFiles, '-profile', PROFILE, '-channelID', channel],
    ...['-outputCreateChannelTx', update],
  ]);
  const nodes = members[0]!;
  const layout = layoutMember(directory, nodes.mspId);
  const create = () =>
    run(
      peer,
      [
        ...['channel', 'create', '-c', channel, '-f', update],
        ...['--outputBlock', genesisBlock(directory), '-o', formatEndpoint(nodes.orderer)],
        ...['--tls', '--cafile', join(layout.msp, 'tlscacerts', 'ca.pem')],
      ],
      {
        env: {
          ...bareEnvironment(),
          FABRIC_CFG_PATH: layout.peer,
          FABRIC_LOGGING_SPEC: 'error',
          CORE_PEER_MSPCONFIGPATH: join(layout.admin, 'msp'),
        },
      },
    );
  // Until the system channel has a leader it is refused.
  const deadline = Date.now() + READY_MS;
  for (;;) {
    try {
      await create();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(500);
    }
  }
}

/** A channel that was made so names no member's peer yet. */
async function nameAnchorPeers(
  directory: string,
  { configtxgen }: LegacyBinaries,
  { consortium, members }: Topology,
  admin: Admin,
): Promise<void> {
  const channelFiles = channelDirectory(directory);
  const { channel } = consortium;
  for (const nodes of members) {
    const update = join(channelFiles, `anchor-${nodes.mspId}.tx`);
    await run(configtxgen, [
      ...['-configPath', channelFiles, '-profile', PROFILE, '-channelID', channel],
      ...['-outputAnchorPeersUpdate', update, '-asOrg', nodes.mspId],
    ]);
    await admin.updateChannel([nodes], channel, update);
  }
}

async function awaitEndorsers(
  ledger: LedgerPort,
  directory: string,
  members: readonly MemberNodes[],
): Promise<void> {
  const [first] = members;
  const { service } = await describeMember(directory, first!.mspId);
  const mspIds = members.map(({ mspId }) => mspId);
  const signal = AbortSignal.timeout(READY_MS);
  while (!(await canEndorse(ledger, service, mspIds))) await sleep(200, undefined, { signal });
}

/** As a member's gateway connects: it is told where its own peer is, and the channel tells the rest. */
async function connectLegacyMember(
  directory: string,
  mspId: string,
  { channel, chaincode, members, parameters }: NetworkTerms,
): Promise<LedgerPort> {
  const { peer, service } = await describeMember(directory, mspId);
  return openLegacyLedger({
    ...{ channel, chaincode, peer, service },
    members: () => members.map(({ mspId: id, kind }) => ({ mspId: id, state: kind === 'STATE' })),
    endorsementThreshold: () => parameters.endorsementThreshold,
  });
}
