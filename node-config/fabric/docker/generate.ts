/** Fills the named volumes, once: what the service `config` of `docker-compose.yml` runs. */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { loadConsortium } from '../../../gateway/src/identity/consortium.ts';
import { packProgram } from '../chaincode-package.ts';
import { generateChannel } from '../generate.ts';
import { encodeGenesisBlock } from '../genesis.ts';
import { genesisBlock } from '../layout.ts';
import { packageFile } from '../native/network.ts';
import { readState, writeState } from '../native/state.ts';
import { runProgram } from './program.ts';
import { generateContainers, SERVER } from './site.ts';
import { NETWORK, planDockerTopology } from './topology.ts';

async function generate(): Promise<string> {
  if (await readState(NETWORK)) return 'identities and configuration are there';
  const consortium = await loadConsortium(process.env.TABELLION_CONSORTIUM!);
  const { channel, chaincode } = consortium;
  const topology = planDockerTopology(consortium);
  const { members } = topology;
  const { bytes, id } = await packProgram(chaincode, SERVER);
  for (const nodes of members) await generateContainers(topology, nodes, id);
  await generateChannel(NETWORK, topology);
  await writeFile(packageFile(NETWORK, consortium), bytes);
  await writeFile(genesisBlock(NETWORK), await encodeGenesisBlock(NETWORK, topology));
  // Last: where it is, all the rest is.
  await writeState(NETWORK, {
    version: 1,
    ...{ channel, chaincode, members, server: SERVER, packageId: id, processes: {}, ready: false },
  });
  return 'identities and configuration are made';
}

await runProgram(async () => void process.stdout.write(`tabellion: ${await generate()}\n`));
