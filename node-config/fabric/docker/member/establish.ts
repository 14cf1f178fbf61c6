/**
 * Brings the member's nodes into the channel and approves the chaincode; the first member also commits
 * it when the others have approved: what the service `channel` of `docker-compose.member.yml` runs.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { packProgram } from '../../chaincode-package.ts';
import { encodeGenesisBlock } from '../../genesis.ts';
import { channelDirectory, genesisBlock } from '../../layout.ts';
import { packageFile } from '../../native/network.ts';
import { awaitEndorsersOf } from '../../native/ready.ts';
import { type NetworkState, readState, writeState } from '../../native/state.ts';
import { agreeOnChaincode, joinChannel } from '../founding.ts';
import { runProgram } from '../program.ts';
import { SERVER } from '../site.ts';
import { NETWORK } from '../topology.ts';
import { assertAgreed } from './agreement.ts';
import { type Machine, readMachine, receiveCards, receivedGenesis } from './machine.ts';

/** The other machines are started by other people. */
const PATIENCE_MS = 600_000;
const say = (step: string) => process.stdout.write(`tabellion: ${step}\n`);

async function prepare(machine: Machine): Promise<NetworkState> {
  const { channel, chaincode } = machine.consortium;
  const topology = await receiveCards(machine);
  await mkdir(channelDirectory(NETWORK), { recursive: true });
  const block = await receivedGenesis();
  assertAgreed(block, await encodeGenesisBlock(NETWORK, topology));
  await writeFile(genesisBlock(NETWORK), block);
  const { id, bytes } = await packProgram(chaincode, SERVER);
  await writeFile(packageFile(NETWORK, { chaincode }), bytes);
  const state: NetworkState = {
    version: 1,
    ...{ channel, chaincode, members: topology.members, server: SERVER, packageId: id },
    ...{ processes: {}, ready: false },
  };
  await writeState(NETWORK, state);
  return state;
}

async function establish(): Promise<void> {
  if ((await readState(NETWORK))?.ready) return;
  const machine = await readMachine();
  const state = await prepare(machine);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const founding = { state, own: [machine.nodes], signal, say };
  await joinChannel(founding);
  await agreeOnChaincode(founding, machine.consortium);
  say('waiting until the other members’ peers are there');
  const mspIds = state.members.map(({ mspId }) => mspId);
  await awaitEndorsersOf(NETWORK, machine.mspId, mspIds, signal);
  await writeState(NETWORK, { ...state, ready: true });
}

await runProgram(async () => {
  await establish();
  say('ready');
});
