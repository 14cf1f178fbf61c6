/**
 * Joins the nodes to the channel and has the members agree on the chaincode: what the service
 * `channel` of `docker-compose.yml` runs. It may be run again, after an interruption too.
 */
import { join } from 'node:path';
import process from 'node:process';
import { loadConsortium } from '../../../gateway/src/identity/consortium.ts';
import { labelOf, packChaincode } from '../chaincode-package.ts';
import { channelDirectory } from '../layout.ts';
import { createAdmin } from '../native/admin.ts';
import { type Binaries, PROGRAMS } from '../native/binaries.ts';
import { awaitEndorsers } from '../native/ready.ts';
import { writeState } from '../native/state.ts';
import { formatEndorsementPolicy } from '../policy.ts';
import { joinChannel } from './participation.ts';
import { NETWORK, planDockerTopology } from './topology.ts';

const PATIENCE_MS = 120_000;
const say = (step: string) => process.stdout.write(`tabellion: ${step}\n`);

const onPath = Object.fromEntries(PROGRAMS.map((name) => [name, name])) as Binaries;
const signal = AbortSignal.timeout(PATIENCE_MS);
const consortium = await loadConsortium(process.env.TABELLION_CONSORTIUM!);
const { channel, chaincode } = consortium;
const { members } = planDockerTopology(consortium);
const admin = createAdmin(NETWORK, onPath, signal);
const packageFile = join(channelDirectory(NETWORK), `${chaincode}.tgz`);
const { id } = packChaincode(labelOf(chaincode));

say('joining the channel');
await Promise.all(members.map((nodes) => joinChannel(NETWORK, nodes)));
await Promise.all(
  members.map(async (nodes) => {
    await admin.joinPeer(nodes);
    await admin.install(nodes, packageFile);
  }),
);
say('agreeing on the chaincode');
const definition = {
  channel,
  name: chaincode,
  version: '1',
  sequence: 1,
  policy: formatEndorsementPolicy(consortium.members, consortium.parameters.endorsementThreshold),
};
await Promise.all(members.map((nodes) => admin.approve(nodes, definition, id)));
await admin.commit(members, definition).catch((error) => {
  // Of an earlier run; nothing else commits in a network that is not ready yet.
  if (!error.message.includes('new definition must be sequence 2')) throw error;
});
say('waiting until the members see each other');
await writeState(NETWORK, {
  version: 1,
  ...{ channel, chaincode, members, server: '', packageId: id, processes: {}, ready: true },
});
await awaitEndorsers(NETWORK, members, signal);
say('ready');
