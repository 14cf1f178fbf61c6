import '@tabellion/proof/node';
import { leafHash, toHex } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { parseCommitment } from './commitment.ts';
import { digestPrefix } from './line-positions.ts';
import { type ManifestLine, verifyManifest } from './manifest.ts';
import { ManifestWriter } from './manifest-writer.ts';

const item = (index: number, exhibit: string) => ({
  kind: 'row' as const,
  digest: { sha256: index.toString(16).padStart(64, '9') },
  exhibit,
  size: index,
  path: 'AA',
});

it('makes a manifest of which every line is a commitment and stands where it says', async () => {
  const writer = new ManifestWriter();
  const exhibits = Array.from({ length: 5000 }, (_, index) => '证据 é "'.slice(0, 1 + (index % 7)));
  for (const [index, exhibit] of exhibits.entries()) writer.add(item(index, exhibit));
  expect(writer.size).toBe(5000);
  const { chunks, positions, ...facts } = writer.finish();
  const lines: ManifestLine[] = [];
  expect(await verifyManifest(chunks, facts, (line) => lines.push(line))).toEqual(facts);
  expect(chunks.length).toBeGreaterThan(3);
  expect(positions.size).toBe(5000);
  for (const [index, line] of lines.entries()) {
    expect(parseCommitment(line.bytes)).toMatchObject(item(index, exhibits[index]!));
    expect(positions.offset(index)).toBe(line.offset);
    expect(positions.prefix(index)).toBe(digestPrefix(line.sha256));
    expect(writer.leaf(index)).toBe(toHex(leafHash(line.bytes)));
  }
});

it('takes nothing of an item that it refuses', async () => {
  const writer = new ManifestWriter();
  writer.add(item(1, 'one'));
  expect(() => writer.add(item(2, '\ud800'))).toThrow(
    expect.objectContaining({ code: 'ITEM_INVALID' }),
  );
  writer.add(item(3, 'three'));
  const { chunks, positions, ...facts } = writer.finish();
  expect(await verifyManifest(chunks, facts)).toMatchObject({ size: 2, bytes: 4 });
});
