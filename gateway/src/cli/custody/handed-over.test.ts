import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  committedBytes,
  itemId,
  leafHash,
  sha256,
  toBase64url,
  toHex,
  utf8,
} from '@tabellion/proof';
import { beforeEach, describe, expect, it } from 'vitest';
import { sampleAct } from '../../../../chaincode/test/samples.ts';
import { makeTestDirectory } from '../testing.ts';
import {
  type CheckFlags,
  checkContent,
  findHandedOver,
  readCommitmentOf,
  readHandedOver,
} from './handed-over.ts';

const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';
const commit = (content: string) =>
  committedBytes({
    ...{ type: 'tabellion.item', v: 1, kind: 'file', size: content.length, salt: SALT },
    digest: { sha256: toHex(sha256(utf8(content))) },
    path: toBase64url(utf8('a.txt')),
  });

let at: (name: string) => string;
let bundle: string;
const put = async (name: string, content: string | Uint8Array) => {
  await writeFile(at(name), content);
  return at(name);
};
const act = sampleAct();
const opening = { item: itemId(act.member, leafHash(commit('content'))), act };
const compare = (flags: CheckFlags) => checkContent(async () => opening, flags);
const failing = (code: string) => expect.objectContaining({ code });

beforeEach(async () => {
  const directory = await makeTestDirectory();
  at = (name) => join(directory, name);
  bundle = await put('a.bundle.json', commit('content'));
});

describe('what was handed over', () => {
  it('is of the item whose name follows from it and from the member that began its custody', async () => {
    const { bytes } = await readCommitmentOf(opening, bundle);
    expect(new Uint8Array(bytes)).toEqual(commit('content'));
    const others = [
      { ...opening, act: { ...act, member: 'SgMSP' } },
      { ...opening, item: toHex(leafHash(commit('content'))) },
    ];
    for (const other of others) {
      const refused = readCommitmentOf(other, bundle);
      await expect(refused).rejects.toEqual(failing('COMMITMENT_OF_OTHER_ITEM'));
    }
  });

  it('is missing in a proof of custody that goes without: said as such, and no fault of the file', async () => {
    const chain = { opening: '', steps: [], head: '', attestation: '' };
    const proof = { type: 'tabellion.proof', v: 1, kind: 'custody', ...chain };
    const bare = await put('chain.json', JSON.stringify(proof));
    expect(await findHandedOver(bare)).toBeUndefined();
    await expect(readHandedOver(bare)).rejects.toEqual(failing('COMMITMENT_MISSING'));
    await expect(compare({ bundle: bare })).rejects.toEqual(failing('COMMITMENT_MISSING'));
    const commitment = toBase64url(commit('content'));
    const whole = await put('whole.json', JSON.stringify({ ...proof, commitment }));
    expect((await findHandedOver(whole))?.committed).toMatchObject({ kind: 'file' });
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
    expect(await compare({ bundle, file })).toBe('MATCHES');
    expect(await compare({})).toBe('NOT_CHECKED');
    expect(await compare({ bundle })).toBe('NOT_CHECKED');
    await expect(compare({ file })).rejects.toEqual(failing('USAGE'));
  });

  it('differs on record only where that is asked for', async () => {
    const file = await put('a.txt', 'Content');
    await expect(compare({ bundle, file })).rejects.toEqual(failing('CONTENT_DIFFERS'));
    const checked = await compare({ bundle, file, recordDifference: true });
    expect(checked).toBe('DIFFERS');
  });

  it('that cannot be read says nothing', async () => {
    const flags = { bundle, file: at('absent'), recordDifference: true } as const;
    await expect(compare(flags)).rejects.toEqual(failing('FILE_UNREADABLE'));
  });

  it('is not compared with what another item was committed to', async () => {
    const other = await put('b.bundle.json', commit('other'));
    const file = await put('b.txt', 'other');
    for (const recordDifference of [undefined, true] as const) {
      const flags = { bundle: other, file, ...(recordDifference && { recordDifference }) };
      await expect(compare(flags)).rejects.toEqual(failing('COMMITMENT_OF_OTHER_ITEM'));
    }
  });
});
