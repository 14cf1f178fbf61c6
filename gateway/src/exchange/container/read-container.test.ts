/** Images tell what they hold; whatever cannot be read tells nothing. */
import { spawnSync } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ZipFile } from 'yazl';
import { toBytePath } from '../../evidence/byte-path.ts';
import { findTool } from '../testing.ts';
import { readContainer } from './read-container.ts';

const EWFINFO = findTool('EWFINFO', 'ewfinfo', '-V');
const ACQUIRE = findTool('EWFACQUIRESTREAM', 'ewfacquirestream', '-V');

let directory: string;
const at = (name: string) => join(directory, name);
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-ewf-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
});

const refuse = (program: string, path: string) =>
  readContainer(toBytePath(path), program).then(
    () => 'READ',
    ({ code }) => code,
  );

const CONTENT = randomBytes(200 * 512);
function acquire(name: string, description = 'a disk'): string {
  const args = [
    '-q',
    '-d',
    'sha1',
    '-t',
    at(name),
    '-C',
    'C',
    '-D',
    description,
    '-e',
    'p',
    '-E',
    'EX-1',
    '-N',
    'n',
  ];
  const { status, stderr } = spawnSync(ACQUIRE!, args, { input: CONTENT, encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return at(`${name}.E01`);
}

describe.skipIf(EWFINFO === undefined || ACQUIRE === undefined)(
  'an E01 image (ewfinfo and ewfacquirestream of ewf-tools on PATH, or EWFINFO and EWFACQUIRESTREAM)',
  () => {
    it('states size and digests of its content, not of its file', async () => {
      const path = acquire('disk 照片');
      expect(await readContainer(toBytePath(path), EWFINFO)).toEqual({
        format: 'EWF',
        size: CONTENT.length,
        sha1: hash('sha1', CONTENT),
        md5: hash('md5', CONTENT),
      });
      expect(hash('md5', await readFile(path))).not.toBe(hash('md5', CONTENT));
    });

    it('that is damaged or cut off is refused', async () => {
      const bytes = await readFile(acquire('disk'));
      await writeFile(at('cut.E01'), bytes.subarray(0, 300));
      await writeFile(at('none.E01'), Buffer.concat([bytes.subarray(0, 8), Buffer.alloc(5000)]));
      expect(await refuse(EWFINFO!, at('cut.E01'))).toBe('CONTAINER_UNREADABLE');
      expect(await refuse(EWFINFO!, at('none.E01'))).toBe('CONTAINER_UNREADABLE');
    });

    it('cannot state a second digest through the words that somebody typed into it', async () => {
      const forged = `</description></acquiry_information><hashdigest type="md5">${'0'.repeat(32)}</hashdigest><acquiry_information><description>`;
      const path = acquire('forged', forged);
      const read = await readContainer(toBytePath(path), EWFINFO).catch(({ code }) => code);
      if (read !== 'CONTAINER_UNREADABLE') expect(read.md5).toBe(hash('md5', CONTENT));
    });
  },
);

/** Says what it is told to, in place of the tool. */
async function writeTool(report: string): Promise<string> {
  await writeFile(at('report'), report);
  await writeFile(at('tool'), `#!/bin/sh\ncat "${at('report')}"\n`);
  await chmod(at('tool'), 0o755);
  await writeFile(at('disk.E01'), 'EVF\x09\x0d\x0a\xff\x00 and more', 'latin1');
  return at('tool');
}
const wrap = (size: string, digests: string) =>
  `<ewfobjects><ewfinfo><media_information><media_size>${size}</media_size></media_information>${digests}</ewfinfo></ewfobjects>`;
const md5 = `<hashdigest type="md5">${'a'.repeat(32)}</hashdigest>`;

describe('what a tool says of an image', () => {
  it.each([
    ['nothing', ''],
    ['no XML', 'MD5: 00'],
    ['no digest', wrap('512', '')],
    ['no size', wrap('', md5)],
    ['a size that is none', wrap('-1', md5)],
    ['a digest that is none', wrap('512', '<hashdigest type="md5">zz</hashdigest>')],
    ['two digests', wrap('512', md5 + md5)],
    ['a document type', `<!DOCTYPE x [<!ENTITY y "z">]>${wrap('512', md5)}`],
  ])('is refused if it is %s', async (_, report) => {
    const tool = await writeTool(report);
    expect(await refuse(tool, at('disk.E01'))).toBe('CONTAINER_UNREADABLE');
  });

  it('is taken if it is an image with a digest', async () => {
    const tool = await writeTool(wrap('512', md5));
    const read = await readContainer(toBytePath(at('disk.E01')), tool);
    expect(read).toEqual({ format: 'EWF', size: 512, md5: 'a'.repeat(32) });
  });

  it('is not asked of other files', async () => {
    await writeFile(at('notes.E01'), 'no image at all');
    await writeFile(at('plain'), 'EVF');
    for (const name of ['notes.E01', 'plain']) {
      expect(await readContainer(toBytePath(at(name)), at('missing'))).toBeUndefined();
    }
  });

  it('is not made up where the tool is missing', async () => {
    await writeTool('');
    expect(await refuse(at('missing'), at('disk.E01'))).toBe('CONTAINER_TOOL_MISSING');
  });
});

const PREFIXES = '@prefix aff4: <http://aff4.org/Schema#> .\n@base <aff4://volume> .\n';
const STREAM = `<aff4://stream> a aff4:ImageStream ; aff4:size 9 ; aff4:hash "${'b'.repeat(40)}"^^aff4:SHA1 .`;
const image = (name: string, inside: string) =>
  `<aff4://${name}> a aff4:DiskImage, aff4:ContiguousImage, aff4:Image ; aff4:stored <> ; ${inside} .`;
const size = 'aff4:size 512';
const aff4Md5 = `aff4:hash "${'A'.repeat(32)}"^^aff4:MD5`;

async function writeAff4(turtle: string, name = 'information.turtle'): Promise<string> {
  const archive = new ZipFile();
  archive.addBuffer(Buffer.from(turtle), name);
  archive.end();
  const parts: Buffer[] = [];
  for await (const part of archive.outputStream) parts.push(part as Buffer);
  await writeFile(at('disk.aff4'), Buffer.concat(parts));
  return at('disk.aff4');
}

/** Linear images of one disk of 256 MiB, as the standard's authors publish them. */
const REFERENCE = process.env.AFF4_IMAGES;
describe.skipIf(REFERENCE === undefined)(
  'AFF4 reference images (directory AFF4Std of the standard’s ReferenceImages, named by AFF4_IMAGES)',
  () => {
    it.each([
      ['Base-Linear', 'c339331791f2018c50247cae1307ea8b'],
      ['Base-Linear-AllHashes', '72e3d91ddf6e73ede978af4f1e0fe381'],
      ['Base-Allocated', '81881586142185db75077628a77c65a3'],
    ])('%s states what its own blocks and map hash to', async (name, beginning) => {
      const path = toBytePath(join(REFERENCE!, `${name}.aff4`));
      const stated = await readContainer(path);
      expect(stated).toMatchObject({ format: 'AFF4', size: 268_435_456 });
      expect(stated?.blockMapSha512).toMatch(new RegExp(`^${beginning}[0-9a-f]{96}$`));
      // Those of the stream in it are of its stored 4 MB only.
      expect(Object.keys(stated!)).toEqual(['format', 'size', 'blockMapSha512']);
    });
  },
);

describe('an AFF4 image', () => {
  it('states the digest over its blocks and map where it has no other', async () => {
    const digest = 'C'.repeat(128);
    const inside = `${size} ; aff4:hash "${digest}"^^aff4:blockMapHashSHA512`;
    const path = await writeAff4(`${PREFIXES}${STREAM}\n${image('disk', inside)}`);
    expect(await readContainer(toBytePath(path))).toEqual({
      format: 'AFF4',
      size: 512,
      blockMapSha512: 'c'.repeat(128),
    });
  });

  it('states the digests of its disk image, not those of its streams', async () => {
    const path = await writeAff4(`${PREFIXES}${STREAM}\n${image('disk', `${size} ; ${aff4Md5}`)}`);
    expect(await readContainer(toBytePath(path))).toEqual({
      format: 'AFF4',
      size: 512,
      md5: 'a'.repeat(32),
    });
  });

  it.each([
    ['no digest of its own', `${STREAM}\n${image('disk', size)}`],
    ['no size', image('disk', aff4Md5)],
    ['two digests', image('disk', `${size} ; ${aff4Md5}, "${'c'.repeat(32)}"^^aff4:MD5`)],
    ['two disks', image('one', `${size} ; ${aff4Md5}`) + image('other', `${size} ; ${aff4Md5}`)],
    ['no disk', STREAM],
    ['no turtle', 'what is this'],
  ])('with %s is refused', async (_, turtle) => {
    const path = await writeAff4(`${PREFIXES}${turtle}`);
    expect(await refuse('ewfinfo', path)).toBe('CONTAINER_UNREADABLE');
  });

  it('without its description, or drawn out, or no archive, is refused', async () => {
    expect(await refuse('ewfinfo', await writeAff4('', 'other'))).toBe('CONTAINER_UNREADABLE');
    const long = ' '.repeat((1 << 24) + 1);
    expect(await refuse('ewfinfo', await writeAff4(long))).toBe('CONTAINER_UNREADABLE');
    await writeFile(at('disk.aff4'), 'no archive');
    expect(await refuse('ewfinfo', at('disk.aff4'))).toBe('CONTAINER_UNREADABLE');
  });
});
