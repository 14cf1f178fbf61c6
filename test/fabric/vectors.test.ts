import '@tabellion/proof/node';
import {
  blockDataHash,
  blockHeaderHash,
  concatBytes,
  parseCertificate,
  readBlock,
  readBlockSignatures,
  readConfig,
  readEnvelope,
  readEnvelopeHeader,
  readProposal,
  validationCodeName,
  verifySignature,
} from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { readDefinitions } from '../../gateway/src/ledger/definition.ts';
import { readEvents } from '../../gateway/src/ledger/fabric/events.ts';
import { createPositions, indexTransactions } from '../../gateway/src/ledger/fabric/positions.ts';
import { capturedBlocks, capturedOutcomes, readVector } from './vectors.ts';

const ordered = capturedOutcomes.filter(({ block }) => block !== undefined);
const outcomeOf = (scenario: string) =>
  capturedOutcomes.find((outcome) => outcome.scenario === scenario)!;

describe('blocks captured from Fabric 3.1', () => {
  it('are linked by the hashes of their headers and data', () => {
    let previousHash = new Uint8Array();
    for (const [number, bytes] of capturedBlocks.entries()) {
      const block = readBlock(bytes);
      expect(block.number).toBe(number);
      expect(block.previousHash).toEqual(previousHash);
      expect(blockDataHash(block.envelopes)).toEqual(block.dataHash);
      previousHash = blockHeaderHash(block);
    }
  });

  it('hold each scenario’s transaction where its outcome says, with that validation code', () => {
    for (const { scenario, txId, block, position, code } of ordered) {
      const { envelopes, validationCodes } = readBlock(capturedBlocks[block!]!);
      expect(readEnvelopeHeader(envelopes[position!]!).txId, scenario).toBe(txId);
      expect(validationCodeName(validationCodes[position!]!), scenario).toBe(code);
      expect(indexTransactions(capturedBlocks[block!]!).get(txId!), scenario).toBe(position);
    }
  });

  it('are signed by a quorum of the consenters that the channel names', () => {
    const { consenters } = readConfig(capturedBlocks[0]!);
    expect(consenters).toHaveLength(4);
    for (const bytes of capturedBlocks.slice(1)) {
      const { lastConfig, signatures } = readBlockSignatures(readBlock(bytes));
      expect(lastConfig).toBe(0);
      const signers = new Set(signatures.map(({ consenter }) => consenter));
      expect(signers.size).toBeGreaterThanOrEqual(3);
      for (const { consenter, signedBytes, signature } of signatures) {
        const { certificatePem } = consenters.find(({ id }) => id === consenter)!;
        expect(verifySignature(parseCertificate(certificatePem), signedBytes, signature)).toBe(
          true,
        );
      }
    }
  });

  it('are endorsed by the members that were asked', () => {
    for (const { scenario, block, position, endorsers } of ordered) {
      const { envelopes } = readBlock(capturedBlocks[block!]!);
      const { endorsements } = readEnvelope(envelopes[position!]!);
      const members = endorsements.map(({ endorser }) => endorser.mspId).sort();
      expect(members, scenario).toEqual(endorsers.toSorted());
    }
  });
});

describe('the attestation captured from Fabric 3.1', () => {
  const envelope = readEnvelope(readVector('attestation.envelope.pb'));

  it('answers its proposal and carries no signature of its creator', () => {
    const proposal = readProposal(readVector('attestation.proposal.pb'));
    expect(envelope.proposalHash).toEqual(proposal.proposalHash);
    expect(envelope.signature).toHaveLength(0);
    expect(envelope.rwset.map(({ namespace }) => namespace)).toEqual(['_lifecycle', 'tabellion']);
  });

  it('is signed by both members, in ascending order', () => {
    const { endorsements, responsePayloadBytes } = envelope;
    const members = endorsements.map(({ endorser }) => endorser.mspId);
    expect(members).toEqual(['AlphaMSP', 'GammaExchangeMSP']);
    for (const { endorser, signature } of endorsements) {
      const certificate = parseCertificate(endorser.certificatePem);
      const signed = concatBytes(responsePayloadBytes, endorser.bytes);
      expect(verifySignature(certificate, signed, signature)).toBe(true);
    }
  });

  it('names the definition that the members committed', () => {
    const definitions = capturedBlocks.flatMap((block) => readDefinitions(block, 'tabellion'));
    expect(definitions).toHaveLength(1);
    const [{ block, transaction }] = definitions as [(typeof definitions)[0]];
    expect(envelope.rwset[0]?.reads.map(({ version }) => version)).toEqual([
      { block, transaction },
    ]);
  });
});

describe('readEvents', () => {
  it('gives the last event of a valid transaction', () => {
    const { block, txId } = outcomeOf('last of two events');
    expect(readEvents(capturedBlocks[block!]!, 'tabellion')).toEqual([
      { block, txId, name: 'second', payload: new Uint8Array(Buffer.from('two')) },
    ]);
  });

  it('gives nothing of another chaincode, of configurations and lifecycle', () => {
    const { block } = outcomeOf('last of two events');
    expect(readEvents(capturedBlocks[block!]!, 'other')).toEqual([]);
    for (const early of capturedBlocks.slice(0, 4)) {
      expect(readEvents(early, 'tabellion')).toEqual([]);
    }
  });
});

it('createPositions fetches a block once for all of its transactions, and again after a failure', async () => {
  const { block, txId } = outcomeOf('conflict: second of two that read');
  const first = outcomeOf('conflict: first of two that read');
  let fetched = 0;
  const find = createPositions(async (number) => {
    fetched += 1;
    if (fetched === 1) throw new Error('away');
    return capturedBlocks[number]!;
  });
  await expect(find(block!, txId!)).rejects.toThrow('away');
  expect(await Promise.all([find(block!, txId!), find(block!, first.txId!)])).toEqual([1, 0]);
  expect(fetched).toBe(2);
});
