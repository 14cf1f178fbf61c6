import { describe, expect, it } from 'vitest';
import { hasShared, readShared, readSharedJson } from '../../test-support/shared-data.ts';
import { concatBytes, fromUtf8 } from '../bytes/encoding.ts';
import { parseCertificate, verifySignature } from '../x509/certificate.ts';
import { Msp } from '../x509/msp.ts';
import {
  type Block,
  blockDataHash,
  blockHeaderHash,
  readBlock,
  readBlockSignatures,
  validationCodeName,
} from './block.ts';
import { readConfig } from './config.ts';
import { readEnvelope } from './envelope.ts';
import type { SerializedIdentity } from './identity.ts';
import { isReadOnly } from './rwset.ts';

const CAPTURE = 'fabric-3.1.5';
const absent = !hasShared(CAPTURE);
const block = (number: number) => readBlock(readShared(`${CAPTURE}/block-${number}.pb`));
const scenarioBlocks = Array.from({ length: 30 }, (_, index) => 488 + index);

interface Scenario {
  readonly scenario: string;
  readonly txId: string;
  readonly code: number;
  readonly codeName: string;
  readonly block: number;
  readonly result?: string;
}

describe.skipIf(absent)('blocks captured from Fabric v3.1.5 (skipped without shared data)', () => {
  it('are linked by their header hashes and hold the data their headers hash', () => {
    for (const numbers of [[0, 1, 2, 3], scenarioBlocks]) {
      let previous: Block | undefined;
      for (const number of numbers) {
        const current = block(number);
        expect(current.number).toBe(number);
        expect(current.dataHash).toEqual(blockDataHash(current.envelopes));
        if (previous) expect(current.previousHash).toEqual(blockHeaderHash(previous));
        previous = current;
      }
    }
  });

  it('hold the transactions, results and validation codes of the scenarios', () => {
    const { scenarios } = readSharedJson<{ scenarios: Scenario[] }>(`${CAPTURE}/scenarios.json`);
    const committed = scenarios.filter((scenario) => scenario.block !== undefined);
    expect(committed).toHaveLength(30);
    for (const scenario of committed) {
      const { envelopes, validationCodes } = block(scenario.block);
      const [envelope] = envelopes.map(readEnvelope);
      expect(envelopes).toHaveLength(1);
      expect(envelope?.txId).toBe(scenario.txId);
      expect(validationCodes).toEqual([scenario.code]);
      expect(validationCodeName(scenario.code)).toBe(scenario.codeName);
      if (scenario.result !== undefined) {
        expect(fromUtf8(envelope!.response.payload)).toBe(scenario.result);
      }
    }
  });

  it('carry three or more consenter signatures each and name the last configuration', () => {
    const { signatures, lastConfig } = readBlockSignatures(block(517));
    expect(new Set(signatures.map(({ consenter }) => consenter)).size).toBeGreaterThanOrEqual(3);
    expect(signatures.every(({ creator }) => creator === null)).toBe(true);
    expect(lastConfig).toBe(0);
  });

  it('begin with a configuration that names members and consenters', () => {
    const config = readConfig(readShared(`${CAPTURE}/block-0.pb`));
    expect(config.channel).toBe('mychannel');
    expect(config.members.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org2MSP']);
    expect(config.consenters.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(config.members[0]!.nodeOus?.peer).toBe('peer');
    expect(() => readConfig(readShared(`${CAPTURE}/block-1.pb`))).toThrow(
      expect.objectContaining({ code: 'FABRIC_UNSUPPORTED' }),
    );
  });
});

describe.skipIf(absent)('signatures captured from Fabric (skipped without shared data)', () => {
  const config = absent ? undefined : readConfig(readShared(`${CAPTURE}/block-0.pb`));
  const mspOf = (mspId: string) =>
    new Msp([...config!.members, ...config!.orderers].find((msp) => msp.mspId === mspId)!);
  const holds = (identity: SerializedIdentity, at: number, bytes: Uint8Array, by: Uint8Array) =>
    verifySignature(mspOf(identity.mspId).validate(identity, at).certificate, bytes, by);

  it("hold for the attestation's endorsers, peers by the configuration's MSPs", () => {
    const attested = readEnvelope(readShared(`${CAPTURE}/attestation.envelope.pb`));
    for (const { endorser, signature } of attested.endorsements) {
      const { role } = mspOf(endorser.mspId).validate(endorser, attested.timestampMs);
      expect(role).toBe('PEER');
      const signed = concatBytes(attested.responsePayloadBytes, endorser.bytes);
      expect(holds(endorser, attested.timestampMs, signed, signature)).toBe(true);
      signed[0]! ^= 1;
      expect(holds(endorser, attested.timestampMs, signed, signature)).toBe(false);
    }
  });

  it('hold for every creator and endorser of the scenarios', () => {
    for (const number of scenarioBlocks) {
      const found = readEnvelope(block(number).envelopes[0]!);
      const at = found.timestampMs;
      expect(holds(found.creator, at, found.payloadBytes, found.signature)).toBe(true);
      for (const { endorser, signature } of found.endorsements) {
        const signed = concatBytes(found.responsePayloadBytes, endorser.bytes);
        expect(holds(endorser, at, signed, signature)).toBe(true);
      }
    }
  });

  it("hold for the consenters' signatures under each block", () => {
    for (const number of [1, ...scenarioBlocks]) {
      for (const { consenter, signature, signedBytes } of readBlockSignatures(block(number))
        .signatures) {
        const { certificatePem } = config!.consenters.find(({ id }) => id === consenter)!;
        const certificate = parseCertificate(certificatePem);
        expect(verifySignature(certificate, signedBytes, signature)).toBe(true);
      }
    }
  });
});

describe.skipIf(absent)(
  'read-write sets captured from Fabric (skipped without shared data)',
  () => {
    const transaction = (number: number) => readEnvelope(block(number).envelopes[0]!);
    const own = (number: number) =>
      transaction(number).rwset.find(({ namespace }) => namespace === 'mk')!;

    it('show reads with versions, writes and the last of two events', () => {
      expect(transaction(488).event).toMatchObject({ name: 'put', txId: transaction(488).txId });
      expect(own(490).reads[0]?.version).toEqual({ block: 488, transaction: 0 });
      expect(own(489).reads[0]?.version).toBeNull();
      expect(own(514).writes[0]).toMatchObject({ isDelete: true });
    });

    it('show ranges, private writes by hash, and key policies', () => {
      expect(own(495).rangeQueries[0]?.reads?.map(({ key }) => key)).toHaveLength(2);
      const [collection] = own(501).collections;
      expect(collection?.collection).toMatch(/^_implicit_org_Org\dMSP$/);
      expect(collection?.writes[0]?.valueHash).toHaveLength(32);
      expect(own(505).metadataWrites[0]?.entries[0]?.name).toBe('VALIDATION_PARAMETER');
      expect(isReadOnly(transaction(505).rwset)).toBe(false);
      expect(isReadOnly([own(501)])).toBe(false);
    });

    it('show an attested read: one versioned read, no write, no creator signature', () => {
      const attested = readEnvelope(readShared(`${CAPTURE}/attestation.envelope.pb`));
      expect(attested.args.map(fromUtf8)).toEqual(['read', 'runmwrk1ggp/blind']);
      expect(attested.endorsements.map(({ endorser }) => endorser.mspId).sort()).toEqual([
        'Org1MSP',
        'Org2MSP',
      ]);
      expect(isReadOnly(attested.rwset)).toBe(true);
      expect(attested.rwset.map(({ namespace }) => namespace)).toEqual(['_lifecycle', 'mk']);
      expect(attested.signature).toHaveLength(0);
    });
  },
);
