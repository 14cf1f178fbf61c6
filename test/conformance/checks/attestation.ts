import { readEnvelope } from '@tabellion/proof';
import { expect } from 'vitest';
import { check } from '../check.ts';
import { refusal } from '../client.ts';

export const attestationChecks = [
  check('an attested read names one key, its version and the definition’s', async (client) => {
    const key = client.key('a');
    const { block, position } = await client.run('put', key, 'one');
    const signed = await client.signedProposal({ fn: 'get', args: [key] });
    const attestation = readEnvelope(await client.port.attest(signed));

    expect(attestation.signature).toHaveLength(0);
    expect(attestation.response.status).toBe(200);
    expect(Buffer.from(attestation.response.payload).toString()).toBe('one');
    expect(attestation.rwset.map(({ namespace }) => namespace)).toEqual([
      '_lifecycle',
      client.port.chaincode,
    ]);
    const [lifecycle, chaincode] = attestation.rwset;
    expect(lifecycle!.reads).toEqual([
      {
        key: `namespaces/fields/${client.port.chaincode}/Sequence`,
        version: { block: expect.any(Number), transaction: expect.any(Number) },
      },
    ]);
    expect(chaincode!.reads).toEqual([{ key, version: { block, transaction: position } }]);
    const endorsers = attestation.endorsements.map(({ endorser }) => endorser.mspId);
    expect(endorsers).toHaveLength(2);
    expect(endorsers).toEqual(endorsers.toSorted());
    const states = client.ledger.members.filter(({ state }) => state).map(({ mspId }) => mspId);
    expect(endorsers.some((mspId) => states.includes(mspId))).toBe(true);
  }),

  check('an attestation leaves no trace on the ledger', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    const height = await client.port.height();
    await client.port.attest(await client.signedProposal({ fn: 'get', args: [key] }));
    expect(await client.port.height()).toBe(height);
  }),

  check('the members that are to attest can be named', async (client) => {
    const endorsers = [client.state(1), client.other(0), client.state(0)];
    const signed = await client.signedProposal({ fn: 'get', args: [client.key('a')] });
    const { endorsements } = readEnvelope(await client.port.attest(signed, { endorsers }));
    expect(endorsements.map(({ endorser }) => endorser.mspId)).toEqual(endorsers.toSorted());
  }),

  check('a write is not attested', async (client) => {
    const signed = await client.signedProposal({ fn: 'put', args: [client.key('a'), 'x'] });
    expect(await refusal(client.port.attest(signed))).toBe('ENDORSEMENT_FAILED');
  }),
];
