/** Evidence captured on a real Fabric network, for machines without Fabric; runs everywhere. */
import '@tabellion/proof/node';
import { common } from '@hyperledger/fabric-protos';
import {
  fromBase64url,
  parseTrust,
  readEnvelope,
  sha256,
  type Trust,
  toHex,
  utf8,
  verify,
} from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { auditLedger } from '../../gateway/src/audit/audit.ts';
import { readVector, readVectorBlocks } from './vectors.ts';

const bundle = readVector('evidence/proof.json');
const trust = parseTrust(readVector('evidence/trust.json'));
const file = readVector('evidence/file.txt');
const blocks = readVectorBlocks('evidence');
const facts = (bytes: Uint8Array) => ({ sha256: toHex(sha256(bytes)), size: bytes.length });
/** Certificates end some day; what is asked is what held at the time of the capture. */
const now = readEnvelope(
  fromBase64url(JSON.parse(Buffer.from(bundle).toString()).attestation),
).timestampMs;

describe('the proof captured from Fabric 3.1', () => {
  it('verifies: attested by two members, one a state, on a ledger that is not embedded', () => {
    const verdict = verify(bundle, trust, { now, file: facts(file) });
    expect(verdict).toMatchObject({ code: 'INTACT', claims: { endorsers: { length: 2 } } });
    expect(trust.ledger).toBe('fabric');
  });

  it('tells another file', () => {
    const verdict = verify(bundle, trust, { now, file: facts(utf8('file B\n')) });
    expect(verdict.code).toBe('FILE_DIGEST_MISMATCH');
  });

  it('holds in no altered form', () => {
    for (let at = 0; at < bundle.length; at += 37) {
      const altered = bundle.slice();
      altered[at]! ^= 1;
      expect(verify(altered, trust, { now, file: facts(file) }).outcome, `byte ${at}`).not.toBe(
        'INTACT',
      );
    }
  });

  it('counts only members that the definition counts', () => {
    const definitions = trust.definitions.map((one) => ({ ...one, members: ['NobodyMSP'] }));
    expect(verify(bundle, { ...trust, definitions }, { now }).code).toBe('UNKNOWN_MEMBER');
  });
});

it('asks for as many signatures as the definition did under which they were given', () => {
  const codeOf = (agreed: number | undefined, then: number | undefined) => {
    const definitions = trust.definitions.map((one) => ({
      ...one,
      ...(then !== undefined && { endorsementThreshold: then }),
    }));
    const endorsementThreshold = agreed ?? trust.endorsementThreshold;
    return verify(bundle, { ...trust, endorsementThreshold, definitions }, { now }).code;
  };
  expect(codeOf(3, undefined)).toBe('TOO_FEW_ENDORSERS');
  expect(codeOf(3, 2)).toBe('INTACT');
  expect(codeOf(undefined, 3)).toBe('TOO_FEW_ENDORSERS');
});

describe('an audit of the ledger captured from Fabric 3.1', () => {
  async function audit(changed: Partial<Trust> = {}, chain: readonly Uint8Array[] = blocks) {
    async function* stream() {
      yield* chain;
    }
    const result = await auditLedger({ blocks: stream(), trust: { ...trust, ...changed }, now });
    result.close();
    return result.report;
  }

  /** The chain with one block changed. */
  function change(number: number, edit: (block: InstanceType<typeof common.Block>) => void) {
    const block = common.Block.deserializeBinary(blocks[number]!);
    edit(block);
    return blocks.with(number, block.serializeBinary());
  }

  const breakOf = async (...args: Parameters<typeof audit>) => (await audit(...args)).break;
  const last = blocks.length - 1;

  it('finds it clean: configuration, lifecycle, ordering by a quorum, every record', async () => {
    expect(await audit()).toMatchObject({
      outcome: 'CLEAN',
      height: blocks.length,
      counts: { acquisitions: 1, batches: 1, items: 3, invalid: 0 },
      findingCounts: {},
    });
  });

  it('counts the ordering nodes’ signatures', async () => {
    const chain = change(last, (block) => {
      const metadata = block.getMetadata()!;
      const [signed, ...others] = metadata.getMetadataList_asU8();
      const signatures = common.Metadata.deserializeBinary(signed!);
      signatures.setSignaturesList(signatures.getSignaturesList().slice(0, 2));
      metadata.setMetadataList([signatures.serializeBinary(), ...others]);
    });
    expect(await breakOf({}, chain)).toMatchObject({ code: 'ORDERER_SIGNATURE_INVALID' });
  });

  it('judges every transaction anew', async () => {
    const chain = change(last, (block) => {
      const list = block.getMetadata()!.getMetadataList_asU8();
      block.getMetadata()!.setMetadataList(list.with(2, new Uint8Array([11])));
    });
    const found = { code: 'VALIDATION_CODE_WRONG', block: last, transaction: 0 };
    expect(await breakOf({}, chain)).toMatchObject(found);
  });

  it('accepts no other definition, policy or member than the trust file', async () => {
    const [definition] = trust.definitions as [Trust['definitions'][0]];
    for (const changed of [
      { definitions: [{ ...definition, transaction: 1 }] },
      { definitions: [{ ...definition, members: definition.members!.slice(1) }] },
      { endorsementThreshold: 3 },
    ]) {
      expect(await breakOf(changed)).toMatchObject({ code: 'DEFINITION_NOT_TRUSTED' });
    }
    const members = trust.members.slice(1);
    expect(await breakOf({ members })).toMatchObject({ code: 'CONFIGURATION_NOT_TRUSTED' });
  });
});
