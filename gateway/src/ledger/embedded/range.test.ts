import { createHash } from 'node:crypto';
import { ledger } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { RangeReads } from './range.ts';
import { encodeRead } from './rwset.ts';

const hash = (...parts: Uint8Array[]) =>
  new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());

const names = (count: number) => Array.from({ length: count }, (_, n) => `k${1000 + n}`);

function summarise(count: number, degree: number) {
  const reads = new RangeReads(degree);
  for (const key of names(count)) reads.add(key, { block: 1, transaction: 0 });
  return reads.summarise();
}

/** Level 1 of the tree: a hash over each `degree + 1` reads. */
function leafHashes(count: number, degree: number): Uint8Array[] {
  const reads = names(count).map((key) => encodeRead(key, { block: 1, transaction: 0 }));
  const hashes: Uint8Array[] = [];
  while (reads.length > 0) {
    const group = new ledger.rwset.kvrwset.QueryReads();
    group.setKvReadsList(reads.splice(0, degree + 1));
    hashes.push(hash(group.serializeBinary()));
  }
  return hashes;
}

describe('RangeReads', () => {
  it('lists up to its degree of reads one by one', () => {
    expect(summarise(0, 50)).toEqual({ kind: 'raw', reads: [] });
    expect(summarise(50, 50)).toMatchObject({ kind: 'raw' });
    expect(summarise(51, 50)).toMatchObject({ kind: 'merkle', level: 1 });
  });

  it('hashes groups of degree + 1 reads', () => {
    expect(summarise(8, 2)).toEqual({
      kind: 'merkle',
      level: 2,
      hashes: [hash(...leafHashes(8, 2))],
    });
    expect(summarise(5, 2)).toEqual({ kind: 'merkle', level: 1, hashes: leafHashes(5, 2) });
  });

  it('carries a single hash up as it is', () => {
    const leaves = leafHashes(10, 2);
    expect(summarise(10, 2)).toEqual({
      kind: 'merkle',
      level: 2,
      hashes: [hash(...leaves.slice(0, 3)), leaves[3]],
    });
  });
});
