import { readCredentials } from '@tabellion/chaincode/kernel/credentials';
import { canonicalBytes } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { sampleAct, sampleAnchor } from '../../../chaincode/test/samples.ts';
import { createTestConsortium } from '../../../test/conformance/embedded-network.ts';
import type { Signer } from './act.ts';
import { expectRecord } from './compare-record.ts';

const consortium = await createTestConsortium();
const [signer, other]: [Signer, Signer] = [
  await consortium.enrol('AlphaMSP'),
  await consortium.enrol('AlphaMSP'),
];
await consortium.remove();

const txId = 'a'.repeat(64);
const at = 1_790_000_000_000;
const input = sampleAnchor({ acquisition: 'b'.repeat(32) });
const actOf = ({ mspId, certificate }: Signer) =>
  sampleAct({ ...readCredentials(mspId, certificate), txId, at, jurisdiction: 'AA' });
const record = {
  type: 'tabellion.batch',
  v: 1,
  ...input,
  case: 'C/1',
  legalBases: [{ id: 'charter', version: 1 }],
  reason: 'a test',
  touched: [],
  flags: [],
  timeWindowSeconds: 900,
  act: actOf(signer),
};

const compare = (endorsed: object, transaction = 'evidence:anchor') =>
  expectRecord(
    { transaction, args: [canonicalBytes(input)] },
    signer,
  )({ txId, at, result: canonicalBytes(endorsed) });

describe('what is signed', () => {
  it('is the record that was asked for', () => {
    expect(() => compare(record)).not.toThrow();
  });

  it.each([
    ['another root', { root: 'e'.repeat(64) }],
    ['more items', { size: input.size + 1 }],
    ['another manifest', { manifest: 'f'.repeat(64) }],
    ["another person's certificate", { act: actOf(other) }],
    ['another transaction', { act: { ...record.act, txId: 'c'.repeat(64) } }],
    ['another member', { act: { ...record.act, member: 'BetaMSP' } }],
    ['another custody of the key', { act: { ...record.act, keyCustody: 'gateway' } }],
    ['another time', { act: { ...record.act, at: at + 1 } }],
    ['another type', { type: 'tabellion.closing' }],
    ['a field that no record has', { extra: 1 }],
  ])('is refused where the record says %s', (_what, change) => {
    expect(() => compare({ ...record, ...change })).toThrow(
      expect.objectContaining({ code: 'ENDORSEMENT_MISMATCH', txId }),
    );
  });

  it('is refused where the bytes are no canonical record', () => {
    const compareBytes = expectRecord(
      { transaction: 'evidence:anchor', args: [canonicalBytes(input)] },
      signer,
    );
    const canonical = Buffer.from(canonicalBytes(record)).toString();
    for (const text of ['', 'null', '{', ` ${canonical}`]) {
      expect(() => compareBytes({ txId, at, result: Buffer.from(text) })).toThrow(
        expect.objectContaining({ code: 'ENDORSEMENT_MISMATCH', txId }),
      );
    }
  });

  it('is refused where a record of that function is not known', () => {
    expect(() => compare(record, 'evidence:constructor')).toThrow(
      expect.objectContaining({ code: 'ENDORSEMENT_MISMATCH' }),
    );
  });
});
