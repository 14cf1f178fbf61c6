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

describe('custody', () => {
  const opening = {
    item: 'd'.repeat(64),
    leaf: '1'.repeat(64),
    origin: {
      kind: 'ANCHORED',
      acquisition: 'b'.repeat(32),
      batch: 'e'.repeat(64),
      index: 0,
    },
    seals: [],
    witnesses: [],
    happenedAt: at,
    reason: 'a test',
  };
  const item = {
    type: 'tabellion.custody-item',
    v: 1,
    ...opening,
    case: 'C/1',
    legalBases: [{ id: 'charter', version: 1 }],
    flags: [],
    timeWindowSeconds: 900,
    act: actOf(signer),
  };
  const compareOpened = (endorsed: object) =>
    expectRecord(
      { transaction: 'custody:open', args: [canonicalBytes({ ...opening, path: [] })] },
      signer,
    )({ txId, at, result: canonicalBytes(endorsed) });

  it('is signed where the item is the one that was asked for; its path stands in no record', () => {
    expect(() => compareOpened(item)).not.toThrow();
    for (const change of [
      { item: 'f'.repeat(64) },
      { leaf: 'f'.repeat(64) },
      { origin: { ...opening.origin, index: 1 } },
      { seals: ['S-1'] },
      // Nothing is added that was left unsaid.
      { mirrorOf: { jurisdiction: 'DE', custodian: 'X', sha256: 'f'.repeat(64) } },
    ]) {
      expect(() => compareOpened({ ...item, ...change })).toThrow(
        expect.objectContaining({ code: 'ENDORSEMENT_MISMATCH' }),
      );
    }
  });
});
