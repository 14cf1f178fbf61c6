import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { committedBytes, sha256, toBase64url, toHex, utf8 } from '@tabellion/proof';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeTestDirectory } from '../testing.ts';
import { checkContent, readHandedOver, resolveItem } from './handed-over.ts';

const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';
const commit = (content: string) =>
  committedBytes({
    ...{ type: 'tabellion.item', v: 1, kind: 'file', size: content.length, salt: SALT },
    digest: { sha256: toHex(sha256(utf8(content))) },
    path: toBase64url(utf8('a.txt')),
  });

let at: (name: string) => string;
let item: string;
let bundle: string;
const put = async (name: string, content: string | Uint8Array) => {
  await writeFile(at(name), content);
  return at(name);
};
const failing = (code: string) => expect.objectContaining({ code });

beforeEach(async () => {
  const directory = await makeTestDirectory();
  at = (name) => join(directory, name);
  bundle = await put('a.bundle.json', commit('content'));
  ({ item } = await readHandedOver(bundle));
});

describe('what was handed over', () => {
  it('names the item, as its 64 digits do', async () => {
    expect(await resolveItem(bundle)).toBe(item);
    expect(await resolveItem(item)).toBe(item);
    await expect(resolveItem(item.slice(1))).rejects.toEqual(failing('USAGE'));
    await expect(resolveItem(at('absent'))).rejects.toEqual(failing('USAGE'));
  });

  it('is refused where it is no commitment, and never read as another item', async () => {
    const spaced = Buffer.concat([commit('content'), utf8(' ')]);
    for (const content of ['', '{}', 'no JSON', '{"type":"tabellion.proof"}', spaced]) {
      const file = await put('bad', content);
      await expect(readHandedOver(file), `${content}`).rejects.toEqual(failing('FILE_MALFORMED'));
    }
    await expect(readHandedOver(at('absent'))).rejects.toEqual(failing('FILE_UNREADABLE'));
  });
});

describe('the content', () => {
  it('matches only where it was hashed and is the one committed to', async () => {
    const file = await put('a.txt', 'content');
    expect(await checkContent(item, { bundle, file })).toBe('MATCHES');
    expect(await checkContent(item, {})).toBe('NOT_CHECKED');
    expect(await checkContent(item, { bundle })).toBe('NOT_CHECKED');
    await expect(checkContent(item, { file })).rejects.toEqual(failing('USAGE'));
  });

  it('differs on record only where that is asked for', async () => {
    const file = await put('a.txt', 'Content');
    await expect(checkContent(item, { bundle, file })).rejects.toEqual(failing('CONTENT_DIFFERS'));
    const checked = await checkContent(item, { bundle, file, recordDifference: true });
    expect(checked).toBe('DIFFERS');
  });

  it('that cannot be read says nothing', async () => {
    const flags = { bundle, file: at('absent'), recordDifference: true } as const;
    await expect(checkContent(item, flags)).rejects.toEqual(failing('FILE_UNREADABLE'));
  });

  it('is not compared with what another item was committed to', async () => {
    const other = await put('b.bundle.json', commit('other'));
    const file = await put('b.txt', 'other');
    for (const recordDifference of [undefined, true] as const) {
      const flags = { bundle: other, file, ...(recordDifference && { recordDifference }) };
      await expect(checkContent(item, flags)).rejects.toEqual(failing('COMMITMENT_OF_OTHER_ITEM'));
    }
  });
});
