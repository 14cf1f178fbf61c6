import { join } from 'node:path';
import { canonicalBytes, readEnvelope } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foundingInput, loadConsortium } from '../../gateway/src/identity/consortium.ts';
import { createTestNetwork, fabric, type TestNetwork } from './test-network.ts';

const root = join(import.meta.dirname, '../..');
const title = `the contracts on Fabric${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, async () => {
  const consortium = await loadConsortium(join(root, 'node-config/consortium.yaml'));
  const [first, second] = consortium.members.map(({ mspId }) => mspId) as [string, string];
  let network: TestNetwork;
  beforeAll(async () => {
    network = await createTestNetwork(join(root, 'chaincode/src/server.ts'), consortium);
  }, 120_000);
  afterAll(() => network?.[Symbol.asyncDispose](), 60_000);

  it('found the consortium with every member’s endorsement, and show it to all', async () => {
    const ledger = await network.connect(first);
    const delegate = await network.enrol(first, 'delegate');
    const prepared = await ledger.prepare({
      transaction: 'member:found',
      args: [canonicalBytes(foundingInput(consortium))],
      creator: delegate.creator,
    });
    const { txId, payload, result } = await ledger.endorse({
      bytes: prepared.proposal,
      signature: await delegate.sign(prepared.proposal),
    });
    await ledger.submit({ bytes: payload, signature: await delegate.sign(payload) });
    expect(await ledger.status(txId)).toMatchObject({ code: 'VALID' });
    expect(JSON.parse(Buffer.from(result).toString())).toMatchObject({
      act: { txId, member: first },
    });

    const elsewhere = await network.connect(second);
    const reader = await network.enrol(second, 'auditor');
    const { proposal } = await elsewhere.prepare({
      transaction: 'member:read',
      args: [Buffer.from(`member/${second}`)],
      creator: reader.creator,
    });
    const signed = { bytes: proposal, signature: await reader.sign(proposal) };
    const attestation = readEnvelope(await elsewhere.attest(signed));
    expect(attestation.endorsements).toHaveLength(consortium.parameters.endorsementThreshold);
    expect(attestation.rwset.map(({ namespace }) => namespace)).toEqual([
      '_lifecycle',
      'tabellion',
    ]);
    const record = JSON.parse(Buffer.from(attestation.response.payload).toString());
    expect(record).toMatchObject({ mspId: second, act: { txId } });
  });
});
