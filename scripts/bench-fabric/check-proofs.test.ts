import '@tabellion/proof/node';
import { leafHash, toHex } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { drawSalt, encodeCommitment } from '../../gateway/src/evidence/commitment.ts';
import { describeLines, joinLines } from '../../gateway/src/evidence/testing.ts';
import { itemDigest } from '../bench-common/items.ts';
import { countProved } from './check-proofs.ts';

const commit = (item: number) =>
  encodeCommitment(
    { kind: 'message', digest: { sha256: itemDigest(item) }, size: item, path: 'cA' },
    drawSalt(),
  );
const lines = [7, 8, 9].map(commit);
const { digest, root, size } = describeLines(lines);
const batch = { manifest: digest, root, size };
const acknowledged = new Map(
  lines.map((line, index) => [index, { item: 7 + index, leaf: toHex(leafHash(line)) }]),
);

describe('countProved', () => {
  it('counts the items that stand in the committed batch as posted', () => {
    expect(countProved(joinLines(lines), batch, acknowledged)).toBe(3);
    const some = new Map([[1, acknowledged.get(1)!]]);
    expect(countProved(joinLines(lines), batch, some)).toBe(1);
  });

  it('refuses a manifest that was not committed', () => {
    const others = joinLines([lines[0]!, lines[1]!, commit(9)]);
    expect(() => countProved(others, batch, acknowledged)).toThrow('not the manifest');
    for (const wrong of [{ root: '0'.repeat(64) }, { size: 4 }]) {
      const changed = { ...batch, ...wrong };
      expect(() => countProved(joinLines(lines), changed, acknowledged)).toThrow(
        'not the manifest',
      );
    }
  });

  it('refuses an item that was acknowledged elsewhere or otherwise', () => {
    const [first, second] = [acknowledged.get(0)!, acknowledged.get(1)!];
    for (const told of [
      new Map([[0, second]]),
      new Map([[0, { ...first, item: 8 }]]),
      new Map([[0, { ...first, leaf: second.leaf }]]),
      new Map([[3, first]]),
    ]) {
      expect(() => countProved(joinLines(lines), batch, told)).toThrow();
    }
  });
});
