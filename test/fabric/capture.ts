/**
 * Captures what a real Fabric network does, as vectors for machines without Fabric:
 * `scripts/node test/fabric/capture.ts [DIRECTORY]`. Needs Fabric's programs on PATH or in FABRIC_BIN.
 * The directory's README says what each file shows.
 */
import { globSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { readBlock } from '@tabellion/proof';
import { ALPHA, ATTESTED, propose, runScenarios, SCENARIOS } from './scenarios.ts';
import { createTestNetwork, fabric } from './test-network.ts';

if (fabric.missing) throw new Error(fabric.missing);
const directory = process.argv[2] ?? join(import.meta.dirname, '../vectors/fabric-3.1');
await mkdir(directory, { recursive: true });
for (const old of globSync('block-*.pb', { cwd: directory })) await rm(join(directory, old));

const write = (name: string, content: string | Uint8Array) =>
  writeFile(join(directory, name), content);

const server = join(import.meta.dirname, 'conformance-server.ts');
// Long enough that calls of one group share a block.
await using network = await createTestNetwork(server, { blockIntervalMs: 1000 });
const ledger = await network.connect(ALPHA);
const person = await network.enrol(ALPHA);
const outcomes = await runScenarios(ledger, person);
for (const group of SCENARIOS) {
  const places = group.map(
    ({ scenario }) => outcomes.find((outcome) => outcome.scenario === scenario)?.position,
  );
  if (places.some((position, index) => position !== index)) {
    throw new Error(`${group[0]?.scenario}: not cut and ordered as meant; run this again`);
  }
}
await write('scenarios.json', `${JSON.stringify(outcomes, undefined, 2)}\n`);

const proposal = await propose(ledger, person, ATTESTED);
await write('attestation.proposal.pb', proposal.bytes);
await write('attestation.envelope.pb', await ledger.attest(proposal, ATTESTED));

const last = (await ledger.height()) - 1;
for await (const block of ledger.blocks(0)) {
  const { number } = readBlock(block);
  await write(`block-${String(number).padStart(2, '0')}.pb`, block);
  if (number === last) break;
}
