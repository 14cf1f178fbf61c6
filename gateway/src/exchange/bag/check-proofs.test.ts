/** Proofs in a bag are held to their own files, and a list that lies about them is caught. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, toHex, utf8, type Verdict } from '@tabellion/proof';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory, read } from './bag-testing.ts';
import { checkProofs, type FoundFile, type VerifyFile } from './check-proofs.ts';
import { type BagItem, fillBag } from './fill-bag.ts';
import { packTar, packZip, writeBagDirectory } from './pack-bag.ts';

const MTIME = new Date(1_790_000_000_000);
let directory: string;
const at = (name: string) => join(directory, name);
beforeEach(async () => {
  directory = await makeDirectory();
});

/** A proof in these tests is the digest and the path of what it is of. */
const makeItem = (name: string, more: Partial<BagItem> = {}): BagItem => {
  const digest = toHex(sha256(utf8(name)));
  const path = Buffer.from(name, 'latin1').toString('base64url');
  return {
    name,
    sha256: digest,
    size: name.length,
    open: async function* () {
      yield utf8(name);
    },
    proof: utf8(JSON.stringify({ digest, path })),
    ...more,
  };
};
const verify: VerifyFile = (proof, file) => {
  const { digest, path } = JSON.parse(Buffer.from(proof).toString());
  const isSame = digest === file.sha256;
  return {
    outcome: isSame ? 'INTACT' : 'MISMATCH',
    code: isSame ? 'INTACT' : 'FILE_DIGEST_MISMATCH',
    message: '',
    steps: [],
    claims: { path },
  } as unknown as Verdict;
};
const fill = (items: readonly BagItem[]) =>
  fillBag({
    items,
    trust: utf8('{}'),
    descriptions: new Map(),
    member: 'CnMSP',
    baggedAt: MTIME.getTime(),
  });

async function check(path: string) {
  const { summary, files } = await read(path);
  const payload = new Map<string, FoundFile>(files.map((file) => [`data/${file.name}`, file]));
  return checkProofs({ path, top: summary.top }, payload, verify);
}
const write = {
  directory: (items: readonly BagItem[], to: string) => writeBagDirectory(fill(items), to),
  zip: async (items: readonly BagItem[], to: string) =>
    writeFile(to, packZip(fill(items), { top: 'some bag', mtime: MTIME })),
  tar: async (items: readonly BagItem[], to: string) =>
    writeFile(to, packTar(fill(items), { top: 'some bag', mtime: MTIME })),
};

/** Changes the list and brings the manifests in line, as a forger would. */
async function editLines(change: (line: Record<string, string>) => void): Promise<void> {
  const name = 'bag/tabellion/items.ndjson';
  const lines = (await readFile(at(name), 'utf8')).trimEnd().split('\n');
  const edited = lines.map((text) => {
    const line = JSON.parse(text);
    change(line);
    return `${JSON.stringify(line)}\n`;
  });
  await writeFile(at(name), edited.join(''));
  for (const algorithm of ['sha256', 'sha512']) await rm(at(`bag/tagmanifest-${algorithm}.txt`));
}

describe('proofs in a bag', () => {
  it.each(
    Object.keys(write) as (keyof typeof write)[],
  )('as %s are each held to their file', async (form) => {
    const custody = makeItem('b').proof!;
    const { proof: _, ...bare } = makeItem('d/c');
    await write[form]([makeItem('a'), makeItem('b', { custody }), bare], at('bag'));
    const { results, unproven } = await check(at('bag'));
    const told = results.map(({ payload, kind, verdict }) => [payload, kind, verdict.code]);
    expect(told.sort()).toEqual([
      ['data/a', 'proof', 'INTACT'],
      ['data/b', 'custody', 'INTACT'],
      ['data/b', 'proof', 'INTACT'],
    ]);
    expect(unproven).toEqual(['data/d/c']);
  });

  it('do not pass for those of another file', async () => {
    await write.directory([makeItem('a', { proof: makeItem('b').proof! })], at('bag'));
    await expect(check(at('bag'))).rejects.toMatchObject({ code: 'BAG_MISMATCH' });
    const path = Buffer.from('a').toString('base64url');
    const proof = utf8(JSON.stringify({ digest: 'ab', path }));
    await write.directory([makeItem('a', { proof })], at('other'));
    const { results } = await check(at('other'));
    expect(results.map(({ verdict }) => verdict.code)).toEqual(['FILE_DIGEST_MISMATCH']);
  });

  it('are missed where they are listed and not there', async () => {
    await write.directory([makeItem('a')], at('bag'));
    await editLines((line) => {
      line.proof = 'tabellion/proofs/000009.proof.json';
    });
    await expect(check(at('bag'))).rejects.toMatchObject({ code: 'BAG_MISMATCH' });
  });

  it.each([
    ['a file that is not there', (line: Record<string, string>) => (line.payload = 'data/z')],
    ['a proof elsewhere', (line: Record<string, string>) => (line.proof = '../proof.json')],
    ['what no list of ours has', (line: Record<string, string>) => (line.more = 'x')],
  ])('are refused where the list names %s', async (_, change) => {
    await write.directory([makeItem('a')], at('bag'));
    await editLines(change);
    await expect(check(at('bag'))).rejects.toMatchObject({ code: 'BAG_MALFORMED' });
  });

  it('are refused where a file lies under another name than it was anchored', async () => {
    await write.directory([makeItem('a')], at('bag'));
    await rename(at('bag/data/a'), at('bag/data/z'));
    const manifest = await readFile(at('bag/manifest-sha256.txt'), 'utf8');
    await writeFile(at('bag/manifest-sha256.txt'), manifest.replace('data/a', 'data/z'));
    await rm(at('bag/manifest-sha512.txt'));
    await editLines((line) => {
      line.payload = 'data/z';
    });
    await expect(check(at('bag'))).rejects.toMatchObject({ code: 'BAG_MISMATCH' });
  });

  it('are none in a bag of others', async () => {
    await write.directory([], at('bag'));
    expect(await check(at('bag'))).toEqual({ results: [], unproven: [] });
  });
});
