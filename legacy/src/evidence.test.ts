/** The main job on a channel without the Gateway service: gateways, people, evidence, proof, audit. */
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import { startGatewayProcess } from '../../test/fabric/gateway-process.ts';
import {
  answerEvidence,
  CN,
  CONSORTIUM,
  collectEvidence,
  DE,
  type GatewayWorld,
  openGateways,
  SG,
} from '../../test/fabric/gateway-world.ts';
import { openLegacyLedger } from './ledger.ts';
import { findLegacyBinaries, type LegacyBinaries } from './testing/binaries.ts';
import { findMissing } from './testing/missing.ts';
import { createRaftNetwork } from './testing/raft-network.ts';

const SERVER = join(import.meta.dirname, 'chaincode-server.ts');
const binaries = findLegacyBinaries(process.env);
const missing = findMissing(binaries);
const title = `gateways on Raft${missing === undefined ? '' : ` (skipped: ${missing})`}`;

describe.skipIf(missing !== undefined)(title, () => {
  let world: GatewayWorld;
  beforeAll(async () => {
    const consortium = await loadConsortium(CONSORTIUM);
    const network = await createRaftNetwork(binaries as LegacyBinaries, SERVER, consortium);
    world = await openGateways(network, { open: openLegacyLedger });
    await world.start(CN);
    await world.start(SG);
  }, 180_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  it('anchor files, whose proof tells an intact file from an altered one offline', async () => {
    await world.init(CN, 'investigator');
    const id = await collectEvidence(world);
    await world.init(SG, 'liaisonAuthority');
    expect(await answerEvidence(world, id)).toMatchObject({ code: 'VALID' });
    const shown = await world.run(SG, ['evidence', 'show', id]);
    expect(shown.closing).toMatchObject({ record: { items: 3, batches: 1, unread: 0 } });

    const verify = ['verify', world.at('proof.json'), '--trust', world.at('trust.json'), '--file'];
    const intact = await world.run('court', [...verify, world.at('seized/b.txt')]);
    expect(intact).toMatchObject({ code: 'INTACT', claims: { endorsers: { length: 2 } } });
    await world.run('court', [...verify, world.at('seized/a.txt')], 10);
  }, 120_000);

  it('show a chain that an audit finds clean: each block signed by an ordering node', async () => {
    const report = await world.run(CN, ['audit', '--trust', world.at('trust.json')]);
    expect(report).toMatchObject({ outcome: 'CLEAN', findingCounts: {} });
  }, 120_000);

  it('are what scripts/start runs for a member that a file describes', async () => {
    const place = { member: DE, data: world.at('gateway-started'), sdk: 'legacy' } as const;
    const gateway = await startGatewayProcess(world, place);
    try {
      const ready = await fetch(`${gateway.address}/v1/health/ready`);
      expect(await ready.json()).toMatchObject({ checks: { ledger: 'ok', projection: 'ok' } });
    } finally {
      expect(await gateway.end('SIGTERM')).toEqual([0, null]);
    }
  }, 120_000);
});
