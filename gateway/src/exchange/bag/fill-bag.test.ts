/** Bags that we write hold proofs, keep odd names apart, and pass other tools. */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type BytePath, toBytePath } from '../../evidence/byte-path.ts';
import { findTool } from '../testing.ts';
import { toPayloadName } from './bag-name.ts';
import { makeDirectory, read } from './bag-testing.ts';
import { type BagItem, fillBag } from './fill-bag.ts';
import { packTar, packZip, writeBagDirectory } from './pack-bag.ts';
import { isWeak } from './read-bag.ts';

const PYTHON = findTool('BAGIT_PYTHON', 'bagit.py', '--help');
const MTIME = new Date(1_790_000_000_000);

let directory: string;
const at = (name: string) => join(directory, name);
beforeEach(async () => {
  directory = await makeDirectory();
});

async function* chunksOf(text: string) {
  yield Buffer.from(text);
}
const makeItem = (name: BytePath, text: string): BagItem => ({
  name,
  sha256: hash('sha256', text),
  size: Buffer.byteLength(text),
  open: () => chunksOf(text),
  proof: Buffer.from(`{"proof":"${text}"}`),
});

const ODD_NAMES = [
  ...['plain.txt', '照片/猫.jpg', 'a b', '100%25', 'é', '~home', 'C:drive', '=2D', 'a=b'].map(
    toBytePath,
  ),
  ...['line\nfeed', 'return\r', 'back\\slash', 'tab\t', 'byte\xff', '%0A', '=0A'],
];
const fill = (items: readonly BagItem[]) =>
  fillBag({
    items,
    trust: Buffer.from('{"type":"tabellion.trust"}'),
    descriptions: new Map([['case.jsonld', Buffer.from('{}')]]),
    member: 'CnMSP',
    baggedAt: MTIME.getTime(),
  });
const oddItems = () => ODD_NAMES.map((name, index) => makeItem(name, `content ${index}`));

const write = {
  directory: (items: readonly BagItem[], to: string) => writeBagDirectory(fill(items), to),
  zip: (items: readonly BagItem[], to: string) =>
    pipeline(packZip(fill(items), { top: 'bag', mtime: MTIME }), createWriteStream(to)),
  tar: (items: readonly BagItem[], to: string) =>
    pipeline(packTar(fill(items), { top: 'bag', mtime: MTIME }), createWriteStream(to)),
};
type Form = keyof typeof write;
const FORMS = Object.keys(write) as Form[];

describe('a bag of anchored items', () => {
  it.each(FORMS)('as %s holds them, their proofs and the trust file', async (form) => {
    await write[form](oddItems(), at('out'));
    const { summary, files } = await read(at('out'));
    expect(summary).toMatchObject({
      version: '1.0',
      algorithms: ['sha256', 'sha512'],
      files: ODD_NAMES.length,
    });
    expect(isWeak(summary)).toBe(false);
    expect(new Set(files.map(({ sha256 }) => sha256))).toEqual(
      new Set(oddItems().map(({ sha256 }) => sha256)),
    );
  });

  it('says which proof and which exact name belongs to which file', async () => {
    await write.directory(oddItems(), at('out'));
    const lines = (await readFile(at('out/tabellion/items.ndjson'), 'utf8')).trimEnd().split('\n');
    for (const [index, line] of lines.entries()) {
      const { payload, path, proof } = JSON.parse(line);
      expect(Buffer.from(path, 'base64url').toString('latin1')).toBe(ODD_NAMES[index]);
      expect(await readFile(join(at('out'), payload), 'utf8')).toBe(`content ${index}`);
      expect(await readFile(join(at('out'), proof), 'utf8')).toContain(`content ${index}`);
    }
    expect(await readFile(at('out/tabellion/trust.json'), 'utf8')).toContain('tabellion.trust');
  });

  it('holds chains of custody beside the proofs, and a file that says how to check both', async () => {
    const chain = { ...makeItem('a b', 'one'), custody: Buffer.from('{"chain":1}') };
    const { proof: _, ...bare } = { ...makeItem("it's", 'two'), custody: Buffer.from('{}') };
    await write.directory([chain, bare], at('out'));
    const text = await readFile(at('out/tabellion/items.ndjson'), 'utf8');
    const [first, second] = text.split('\n').map((line) => line && JSON.parse(line));
    expect(await readFile(at(`out/${first.custody}`), 'utf8')).toBe('{"chain":1}');
    expect(second.proof).toBeUndefined();
    const readme = await readFile(at('out/README.txt'), 'utf8');
    expect(readme).toContain(
      `tabellion verify ${first.proof} --trust ../trust.json --file 'data/a b'`,
    );
    expect(readme).toContain(`tabellion verify ${first.custody} `);
    expect(await readFile(at('out/tagmanifest-sha256.txt'), 'utf8')).toContain('README.txt');
  });

  it('keeps odd names apart and inside', () => {
    const names = ODD_NAMES.map(toPayloadName);
    expect(new Set(names).size).toBe(ODD_NAMES.length);
    expect(names).toContain('data/照片/猫.jpg');
    expect(names).toContain('data/a=b');
    expect(names).toContain('data/byte=FF');
    for (const name of ['../up', '/root', 'a/../../b', '', 'a//b', './a']) {
      expect(() => toPayloadName(name), name).toThrow(
        expect.objectContaining({ code: 'BAG_UNSAFE' }),
      );
    }
  });

  it.each(
    FORMS,
  )('as %s is not finished with a file that is not what was anchored', async (form) => {
    for (const text of ['altered', 'longer than before', 'short']) {
      const item = { ...makeItem('file', 'content'), open: () => chunksOf(text) };
      const [before, after] = [makeItem('a', 'a'), makeItem('z', 'z')];
      const writing = write[form]([before, item, after], at(text));
      await expect(writing).rejects.toMatchObject({ code: 'BAG_MISMATCH' });
    }
    if (form === 'directory') expect(await readdir(directory)).toEqual([]);
  });

  it.each(['zip', 'tar'] as const)('as %s is the same bytes each time', async (form) => {
    await write[form](oddItems(), at('one'));
    await write[form](oddItems(), at('other'));
    expect(await readFile(at('one'))).toEqual(await readFile(at('other')));
  });

  it.skipIf(PYTHON === undefined)(
    'is valid to bagit (PyPI bagit, bagit.py on PATH or named by BAGIT_PYTHON)',
    async () => {
      await write.directory(oddItems(), at('out'));
      const validate = () => spawnSync(PYTHON!, ['--validate', at('out')], { encoding: 'utf8' });
      const { status, stderr } = validate();
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stderr).not.toMatch(/warning/i);
      await writeFile(at('out/data/plain.txt'), 'other');
      expect(validate().status).toBe(1);
    },
    30_000,
  );
});
