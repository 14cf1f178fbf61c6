/** Fills the named volumes, once: what the service `config` of `docker-compose.yml` runs. */
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { loadConsortium } from '../../../gateway/src/identity/consortium.ts';
import { unlessAbsent } from '../../../gateway/src/identity/private-file.ts';
import { labelOf, packChaincode } from '../chaincode-package.ts';
import { generateChannel, generateMember } from '../generate.ts';
import { encodeGenesisBlock } from '../genesis.ts';
import { channelDirectory, genesisBlock } from '../layout.ts';
import { NETWORK, planDockerTopology } from './topology.ts';

const EVERYWHERE = '0.0.0.0';

async function generate(): Promise<string> {
  // Written last: where it is, all the rest is.
  const there = await unlessAbsent(access(genesisBlock(NETWORK)).then(() => true));
  if (there) return 'identities and configuration are there';
  const consortium = await loadConsortium(process.env.TABELLION_CONSORTIUM!);
  const topology = planDockerTopology(consortium);
  for (const nodes of topology.members) {
    await generateMember(NETWORK, topology, nodes, EVERYWHERE);
  }
  await generateChannel(NETWORK, topology);
  const { bytes, id } = packChaincode(labelOf(consortium.chaincode));
  const channel = channelDirectory(NETWORK);
  await writeFile(join(channel, `${consortium.chaincode}.tgz`), bytes);
  await writeFile(join(channel, 'package.id'), id);
  await writeFile(genesisBlock(NETWORK), await encodeGenesisBlock(NETWORK, topology));
  return 'identities and configuration are made';
}

process.stdout.write(`tabellion: ${await generate()}\n`);
