import '@tabellion/proof/node';
import { createHash } from 'node:crypto';
import { buildTree, leafHash, toHex } from '@tabellion/proof';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ManifestLine, verifyManifest } from './manifest.ts';
import { cut, describeLines, joinLines, makeLine } from './testing.ts';

const lines = Array.from({ length: 37 }, (_, index) => makeLine(`item ${index}`, index));
const bytes = joinLines(lines);
const code = (value: string) => expect.objectContaining({ name: 'EvidenceError', code: value });

describe('a manifest', () => {
  it('has the digest of its bytes and the RFC 6962 root of its lines, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: bytes.length }), async (length) => {
        const seen: ManifestLine[] = [];
        const facts = await verifyManifest(cut(bytes, length), {}, (line) => seen.push(line));
        expect(facts).toEqual({
          digest: createHash('sha256').update(bytes).digest('hex'),
          root: toHex(buildTree(lines.map(leafHash)).root),
          size: 37,
          bytes: (36 * 37) / 2,
        });
        for (const [index, { offset, bytes: line, size }] of seen.entries()) {
          expect(Buffer.from(line)).toEqual(lines[index]);
          expect(bytes.subarray(offset, offset + line.length)).toEqual(lines[index]);
          expect(size).toBe(index);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['digest', { digest: '0'.repeat(64) }, 'DIGEST_MISMATCH'],
    ['root', { root: '0'.repeat(64) }, 'ROOT_MISMATCH'],
    ['size', { size: 36 }, 'ROOT_MISMATCH'],
    ['bytes', { bytes: 1 }, 'ROOT_MISMATCH'],
  ])('with another %s than announced is refused', async (_, announced, refusal) => {
    await expect(verifyManifest([bytes], announced)).rejects.toThrow(code(refusal));
  });

  it('has another root when two lines change places or the last stands twice', async () => {
    const { root } = describeLines(lines);
    const swapped = [lines[1]!, lines[0]!, ...lines.slice(2)];
    const doubled = [...lines, lines.at(-1)!];
    await expect(verifyManifest([joinLines(swapped)], { root })).rejects.toThrow(
      code('ROOT_MISMATCH'),
    );
    await expect(verifyManifest([joinLines(doubled)], { root })).rejects.toThrow(
      code('ROOT_MISMATCH'),
    );
  });

  const line = lines[0]!.toString('latin1');
  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['no last line feed', line],
    ['a carriage return', `${line}\r\n`],
    ['a blank', `${line.replace(',', ', ')}\n`],
    ['a duplicate key', `${line.replace('"v":1', '"v":1,"v":1')}\n`],
    ['an unknown key', `${line.replace('"v":1', '"v":1,"w":1')}\n`],
    ['keys out of order', `{"v":1,${line.slice(1).replace(',"v":1', '')}\n`],
    ['a digest of the wrong length', `${line.replace(/"sha256":"../, '"sha256":"')}\n`],
    ['a number beyond 2^53−1', `${line.replace(/"size":\d+/, '"size":9007199254740992')}\n`],
    ['bytes that are not UTF-8', `${line.replace('"kind"', '"exhibit":"\xff","kind"')}\n`],
    [
      'a line of more than 64 KiB',
      `${line.replace('"path":"', `"path":"${'A'.repeat(65_536)}`)}\n`,
    ],
    ['deep nesting', `${'['.repeat(500)}\n`],
  ])('with %s is refused', async (_, text) => {
    const content = Buffer.from(text, 'latin1');
    for (const length of [1, 1000, 1_000_000]) {
      await expect(verifyManifest(cut(content, length), {})).rejects.toThrow(
        code('MANIFEST_INVALID'),
      );
    }
  });

  it('with more lines than a batch holds is refused', async () => {
    const many = function* () {
      for (let index = 0; index <= 65_536; index += 1)
        yield Buffer.concat([lines[0]!, Buffer.of(10)]);
    };
    await expect(verifyManifest(many(), {})).rejects.toThrow(code('TOO_LARGE'));
  });
});
