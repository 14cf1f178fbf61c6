/**
 * Captures a whole piece of evidence on a real Fabric network, from the founding to the proof, as
 * vectors for machines without Fabric: `scripts/node test/fabric/capture-evidence.ts [DIRECTORY]`.
 * Needs Fabric's programs on PATH or in FABRIC_BIN. test/vectors/fabric-3.1/README.md says what is what.
 */
import { globSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { readBlock } from '@tabellion/proof';
import { answerEvidence, CN, collectEvidence, openGatewayWorld, SG } from './gateway-world.ts';
import { fabric } from './test-network.ts';

if (fabric.missing) throw new Error(fabric.missing);
const directory = process.argv[2] ?? join(import.meta.dirname, '../vectors/fabric-3.1/evidence');
await mkdir(directory, { recursive: true });
for (const old of globSync('block-*.pb', { cwd: directory })) await rm(join(directory, old));

await using world = await openGatewayWorld();
for (const mspId of [CN, SG]) await world.start(mspId);
await world.init(CN, 'investigator');
await world.init(SG, 'liaisonAuthority');
await answerEvidence(world, await collectEvidence(world));
for (const [from, to] of [
  ['proof.json', 'proof.json'],
  ['trust.json', 'trust.json'],
  ['seized/b.txt', 'file.txt'],
] as const) {
  await copyFile(world.at(from), join(directory, to));
}
const ledger = await world.network.connect(CN);
const last = (await ledger.height()) - 1;
for await (const block of ledger.blocks(0)) {
  const { number } = readBlock(block);
  await writeFile(join(directory, `block-${String(number).padStart(2, '0')}.pb`), block);
  if (number === last) break;
}
