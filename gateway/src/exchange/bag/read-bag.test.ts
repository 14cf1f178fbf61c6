/** Foreign bags are read in every form; those that were made to harm are refused, each with its code. */
import { hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { expectRefusal, makeDirectory, read } from './bag-testing.ts';
import { isWeak } from './read-bag.ts';

let directory: string;
const at = (name: string) => join(directory, name);
beforeEach(async () => {
  directory = await makeDirectory();
});

/** Content by name; what a small honest bag holds. */
const honest = (): Map<string, string> =>
  new Map([
    ['bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'],
    ['data/file', 'content'],
    ['manifest-sha256.txt', `${hash('sha256', 'content')}  data/file\n`],
  ]);

async function writeFiles(files: ReadonlyMap<string, string>): Promise<string> {
  for (const [name, text] of files) {
    await mkdir(dirname(join(at('bag'), name)), { recursive: true });
    await writeFile(join(at('bag'), name), text);
  }
  return at('bag');
}

interface TarEntry {
  readonly header: Partial<Header> & { name: string };
  readonly text: string;
}
async function writeTar(files: ReadonlyMap<string, string>, more: readonly TarEntry[] = []) {
  const archive = pack();
  for (const [name, text] of files) archive.entry({ name: `bag/${name}` }, text);
  for (const { header, text } of more) archive.entry(header, text);
  archive.finalize();
  await pipeline(archive as AsyncIterable<Uint8Array>, createWriteStream(at('bag.tar')));
  return at('bag.tar');
}

/** @param rename changes the bytes of the finished archive: the library itself writes no bad names. */
async function writeZip(
  files: ReadonlyMap<string, string>,
  more: (archive: ZipFile) => void = () => undefined,
  rename: (bytes: Buffer) => Buffer = (bytes) => bytes,
) {
  const archive = new ZipFile();
  for (const [name, text] of files) archive.addBuffer(Buffer.from(text), `bag/${name}`);
  more(archive);
  archive.end();
  const parts: Buffer[] = [];
  for await (const part of archive.outputStream) parts.push(part as Buffer);
  await writeFile(at('bag.zip'), rename(Buffer.concat(parts)));
  return at('bag.zip');
}

const replaceBytes = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');

describe('a foreign bag', () => {
  it('is read as directory, zip, tar and tar.gz, with any name', async () => {
    const files = honest();
    files.set('data/100%\r\n', 'odd');
    files.set(
      'manifest-sha256.txt',
      `${files.get('manifest-sha256.txt')}${hash('sha256', 'odd')}  data/100%25%0d%0A\n`,
    );
    const tar = await writeTar(files);
    await writeFile(at('bag.tgz'), gzipSync(await readFile(tar)));
    for (const path of [await writeFiles(files), await writeZip(files), tar, at('bag.tgz')]) {
      const { files: found } = await read(path);
      expect(found.map(({ name }) => name).sort(), path).toEqual(['100%\r\n', 'file']);
    }
  });

  it('says when its manifests are weak', async () => {
    const files = honest();
    files.delete('manifest-sha256.txt');
    files.set('manifest-md5.txt', `${hash('md5', 'content')} *data/file\n`);
    const { summary, files: found } = await read(await writeFiles(files));
    expect(isWeak(summary)).toBe(true);
    expect(found).toMatchObject([
      { sha256: hash('sha256', 'content'), md5: hash('md5', 'content') },
    ]);
  });

  it.each([
    ['an altered file', 'data/file', 'contenT'],
    ['a file too many', 'data/planted', ''],
    ['a missing file', 'manifest-sha256.txt', `${'0'.repeat(64)}  data/gone\n`],
  ])('with %s is refused', async (_, name, text) => {
    const files = honest().set(name, text);
    for (const path of [await writeFiles(files), await writeZip(files), await writeTar(files)]) {
      await expectRefusal(path, 'BAG_MISMATCH');
    }
  });

  it('with an altered tag file is refused', async () => {
    const files = honest().set('note.txt', 'altered');
    files.set('tagmanifest-sha256.txt', `${hash('sha256', 'note')}  note.txt\n`);
    await expectRefusal(await writeFiles(files), 'BAG_MISMATCH');
  });

  it('that lists files to fetch is refused, and nothing is fetched', async () => {
    const files = honest().set('fetch.txt', 'https://127.0.0.1:1/x 7 data/far\n');
    files.set(
      'manifest-sha256.txt',
      `${files.get('manifest-sha256.txt')}${'0'.repeat(64)}  data/far\n`,
    );
    await expectRefusal(await writeFiles(files), 'BAG_INCOMPLETE');
  });

  it.each([
    ['no declaration', 'bagit.txt', 'hello'],
    ['another encoding', 'bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: GBK\n'],
    ['an unknown algorithm', 'manifest-crc32.txt', ''],
    ['a bad line', 'manifest-sha256.txt', 'what is this\n'],
    ['a manifest of tag files', 'manifest-sha256.txt', `${'0'.repeat(64)}  bagit.txt\n`],
  ])('with %s is refused', async (_, name, text) => {
    await expectRefusal(await writeFiles(honest().set(name, text)), 'BAG_MALFORMED');
  });

  it.each([
    '../out',
    '/etc/out',
    'data/../../out',
    'C:\\out',
    'data/./x',
  ])('whose manifest names %s is refused', async (name) => {
    const files = honest().set('manifest-sha256.txt', `${'0'.repeat(64)}  ${name}\n`);
    await expectRefusal(await writeFiles(files), 'BAG_UNSAFE');
  });

  it('whose manifest lists a file twice is refused', async () => {
    const files = honest();
    files.set('manifest-sha256.txt', files.get('manifest-sha256.txt')!.repeat(2));
    await expectRefusal(await writeFiles(files), 'BAG_UNSAFE');
  });
});

describe('a container made to harm', () => {
  it.each([
    '../data/out',
    '/bag/data/out',
    'bag/../../out',
    'bag\\..\\out',
  ])('with the path %s is refused', async (name) => {
    const tar = await writeTar(honest(), [{ header: { name }, text: 'out' }]);
    await expectRefusal(tar, 'BAG_UNSAFE');
    const placeholder = 'x'.repeat(name.length);
    const add = (archive: ZipFile) => archive.addBuffer(Buffer.from('out'), placeholder);
    await expectRefusal(
      await writeZip(honest(), add, replaceBytes(placeholder, name)),
      'BAG_UNSAFE',
    );
  });

  it('with links is refused', async () => {
    const link = { name: 'bag/data/link', type: 'symlink', linkname: '/etc/passwd' } as const;
    await expectRefusal(await writeTar(honest(), [{ header: link, text: '' }]), 'BAG_UNSAFE');
    const hard = { ...link, type: 'link' } as const;
    await expectRefusal(await writeTar(honest(), [{ header: hard, text: '' }]), 'BAG_UNSAFE');
    const zip = await writeZip(honest(), (archive) =>
      archive.addBuffer(Buffer.from('/etc/passwd'), 'bag/data/link', { mode: 0o120777 }),
    );
    await expectRefusal(zip, 'BAG_UNSAFE');
    const plain = await writeFiles(honest());
    await symlink('/etc/passwd', join(plain, 'data/link'));
    await expectRefusal(plain, 'BAG_UNSAFE');
  });

  it('with two entries of one name is refused', async () => {
    const twice = { header: { name: 'bag/data/file' }, text: 'other' };
    await expectRefusal(await writeTar(honest(), [twice]), 'BAG_UNSAFE');
    const zip = await writeZip(honest(), (archive) =>
      archive.addBuffer(Buffer.from('other'), 'bag/data/file'),
    );
    await expectRefusal(zip, 'BAG_UNSAFE');
  });

  it('with something beside the bag is refused', async () => {
    const beside = { header: { name: 'elsewhere/file' }, text: '' };
    await expectRefusal(await writeTar(honest(), [beside]), 'BAG_MALFORMED');
  });

  it('that unpacks to far more than it is, is given up while it streams', async () => {
    const zeros = '\0'.repeat(1 << 20);
    const bomb = (archive: ZipFile) =>
      archive.addReadStream(Readable.from(Array(64).fill(zeros)), 'bag/data/zeros');
    const files = honest();
    files.set(
      'manifest-sha256.txt',
      `${files.get('manifest-sha256.txt')}${'0'.repeat(64)}  data/zeros\n`,
    );
    const zip = await writeZip(files, bomb);
    expect((await readFile(zip)).length).toBeLessThan(100_000);
    await expectRefusal(zip, 'BAG_TOO_LARGE');
    // Within its limits it is read to the end, and is not what its manifest says.
    await expectRefusal(zip, 'BAG_MISMATCH', { maxRatio: 2000 });
    await expectRefusal(zip, 'BAG_TOO_LARGE', { maxRatio: 2000, maxBytes: 1 << 20 });
    const header = { name: 'bag/data/zeros' };
    const tar = await writeTar(files, [{ header, text: zeros.repeat(64) }]);
    await writeFile(at('bomb.tgz'), gzipSync(await readFile(tar)));
    await expectRefusal(at('bomb.tgz'), 'BAG_TOO_LARGE');
  });

  it('with too many files or too long manifests is given up', async () => {
    const zip = await writeZip(honest());
    await expectRefusal(zip, 'BAG_TOO_LARGE', { maxEntries: 2 });
    await expectRefusal(zip, 'BAG_TOO_LARGE', { maxTagBytes: 60 });
  });

  it('that lies of an entry’s size, is cut off or is none, is refused', async () => {
    const zip = await readFile(await writeZip(honest()));
    await writeFile(at('cut.zip'), zip.subarray(0, zip.length - 30));
    const tar = await readFile(await writeTar(honest()));
    await writeFile(at('cut.tar'), tar.subarray(0, 700));
    await writeFile(at('none'), 'x'.repeat(2000));
    for (const name of ['cut.zip', 'cut.tar', 'none']) {
      await expectRefusal(at(name), 'BAG_MALFORMED');
    }
    // The central directory claims one byte more than the entry has.
    const lied = Buffer.from(zip);
    const central = lied.indexOf(Buffer.from('PK\x01\x02'));
    lied.writeUInt32LE(lied.readUInt32LE(central + 24) + 1, central + 24);
    await writeFile(at('lied.zip'), lied);
    await expectRefusal(at('lied.zip'), 'BAG_MALFORMED');
  });
});
