import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinPath, pathBytes, toBytePath } from '../byte-path.ts';
import { cut } from '../testing.ts';
import { readHashList } from './hash-list.ts';
import { findHashdeepObstacle, writeHashdeepHeader, writeHashdeepLine } from './hashdeep-list.ts';
import type { ListedFile } from './listed-file.ts';
import { findSha256sumObstacle, writeSha256sumLine } from './sha256sum-list.ts';

async function* pieces(bytes: Uint8Array, length = 7) {
  yield* cut(bytes, length);
}

async function read(list: Uint8Array | string, length?: number): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  for await (const group of readHashList('the-list', pieces(Buffer.from(list), length))) {
    files.push(...group);
  }
  return files;
}

const sha256Of = (name: string) => createHash('sha256').update(pathBytes(name)).digest('hex');
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
/** Bytes that programs trip over come often. */
const byte = fc.oneof(
  fc.constantFrom(...'\n\r\\ *,#%-"\'\t/n'),
  fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
);
const name = fc.string({ unit: byte, minLength: 1, maxLength: 40 });
const files = fc.array(
  fc.record({
    name,
    sha256: hex(64),
    sha1: hex(40),
    md5: hex(32),
    size: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  }),
  { minLength: 1, maxLength: 8 },
);
const pieceLength = fc.integer({ min: 1, max: 300 });

describe('every name comes back byte for byte', () => {
  it('from a list of sha256sum, plain and with --zero', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.boolean(), pieceLength, async (listed, isZero, length) => {
        const fit = listed.filter((file) => isZero || findSha256sumObstacle(file) === undefined);
        if (fit.length === 0) return;
        const list = Buffer.concat(fit.map((file) => writeSha256sumLine(file, isZero)));
        const expected = fit.map(({ name, sha256 }) => ({ name, sha256 }));
        expect(await read(list, length)).toEqual(expected);
      }),
    );
  });

  it('from a list of hashdeep, but for those that it cannot carry', async () => {
    const algorithms = ['md5', 'sha1', 'sha256'] as const;
    await fc.assert(
      fc.asyncProperty(files, pieceLength, async (listed, length) => {
        const fit = listed.filter((file) => findHashdeepObstacle(file, algorithms) === undefined);
        const header = writeHashdeepHeader(algorithms, ['a comment']);
        const list = [header, ...fit.map((file) => writeHashdeepLine(file, algorithms))];
        expect(await read(Buffer.concat(list), length)).toEqual(fit);
      }),
    );
  });
});

describe('sha256sum', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tabellion-list-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('reads what is written here, and what it writes is read here, whatever the names', async () => {
    const random = fc.sample(name, 300).map((text) => text.replaceAll('/', '_'));
    const names = [...new Set(random)].filter(
      (text) => text !== '.' && text !== '..' && text !== '-',
    );
    const root = toBytePath(directory);
    for (const each of names) writeFileSync(pathBytes(joinPath(root, each)), pathBytes(each));
    // Arguments cannot be handed over as bytes: xargs does that.
    const input = Buffer.concat(names.map((each) => pathBytes(`${each}\0`)));
    const run = (...options: string[]) =>
      execFileSync('xargs', ['-0', 'sha256sum', ...options, '--'], { cwd: directory, input });
    const expected = new Map(names.map((each) => [each, sha256Of(each)]));
    for (const options of [[], ['--binary'], ['--zero'], ['--tag']]) {
      const listed = await read(run(...options), 65_536);
      expect(new Map(listed.map((file) => [file.name, file.sha256]))).toEqual(expected);
    }
    const lines = [...expected].map(([each, sha256]) =>
      writeSha256sumLine({ name: each, sha256 }, false),
    );
    writeFileSync(`${directory}.list`, Buffer.concat(lines));
    const check = spawnSync('sha256sum', ['-c', '--strict', '--quiet', `${directory}.list`], {
      cwd: directory,
      encoding: 'utf8',
    });
    rmSync(`${directory}.list`);
    expect(check, check.stderr).toMatchObject({ status: 0, stdout: '' });
  });
});

const D = 'a'.repeat(64);
const HEADER = '%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n';
const MD5 = 'b'.repeat(32);

describe('forms', () => {
  it('takes columns that a commitment has no place for, upper case, and CR LF that the header shows', async () => {
    const tiger = `%%%% HASHDEEP-1.0\n%%%% size,tiger,sha256,filename\n## x\n5,${'c'.repeat(48)},${D.toUpperCase()},a,b\n`;
    expect(await read(tiger)).toEqual([{ name: 'a,b', size: 5, sha256: D }]);
    const windows = `${HEADER}1,${MD5},${D},C:\\a\n`.replaceAll('\n', '\r\n');
    expect(await read(windows)).toEqual([{ name: 'C:\\a', size: 1, sha256: D, md5: MD5 }]);
    expect(await read(`${HEADER}1,${MD5},${D},a\r\n`)).toMatchObject([{ name: 'a\r' }]);
    expect(await read(`# comment\n${D} *a\n`)).toEqual([{ name: 'a', sha256: D }]);
    expect(await read(HEADER)).toEqual([]);
  });

  it.each([
    ['an empty list', '', 1],
    ['a list of something else', 'hello\n', 1],
    ['a digest of another length', `${D}  a\n${D}0  b\n`, 2],
    ['one space', `${D}  a\n${D} b\n`, 2],
    ['no name', `${D}  \n`, 1],
    ['an empty line', `${D}  a\n\n`, 2],
    ['a backslash that escapes nothing', `\\${D}  a\\t\n`, 1],
    ['a backslash at the end', `\\${D}  a\\\n`, 1],
    ['CR LF', `${D}  a\r\n`, 1],
    ['a line that was cut off', `${D}  a\n${D}  b`, 2],
    ['a NUL-ended list that was cut off', `${D}  a\0${D}  b`, 2],
    ['a name that is too long', `${D}  ${'n'.repeat(20_000)}\n`, 1],
    ['a line that is too long', `${D}  a\n${D}  ${'n'.repeat(70_000)}\n`, 2],
    ['an unknown column', '%%%% HASHDEEP-1.0\n%%%% size,crc,sha256,filename\n', 2],
    ['a column twice', '%%%% HASHDEEP-1.0\n%%%% size,sha256,sha256,filename\n', 2],
    ['no size', `${HEADER},${MD5},${D},a\n`, 3],
    ['a size beyond measure', `${HEADER}9999999999999999,${MD5},${D},a\n`, 3],
    ['the rest of a name with a line feed', `${HEADER}1,${MD5},${D},a\nb\n`, 4],
    ['such a rest that looks like a comment', `${HEADER}1,${MD5},${D},a\n## b\n`, 4],
    ['a second header', `${HEADER}1,${MD5},${D},a\n${HEADER}`, 4],
    ['mixed line ends', `${HEADER.replaceAll('\n', '\r\n')}1,${MD5},${D},a\n`, 3],
  ])('refuses %s and names the line', async (_, list, line) => {
    await expect(read(list, 1000)).rejects.toMatchObject({
      code: 'LIST_MALFORMED',
      message: expect.stringContaining(`the-list:${line}: `),
    });
  });

  it('refuses a list without SHA-256', async () => {
    const list = `%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n1,${MD5},a\n`;
    await expect(read(list)).rejects.toMatchObject({ code: 'LIST_WITHOUT_SHA256' });
  });

  it('knows what hashdeep and sha256sum would not read back', () => {
    const obstacle = (text: string) =>
      findHashdeepObstacle({ name: text, sha256: D, size: 1 }, ['sha256']);
    for (const text of ['a\nb', 'a\r', 'n'.repeat(1980)]) expect(obstacle(text)).toBeDefined();
    // 2,046 bytes with `1,`, the digest and its comma.
    for (const text of ['a\rb', 'n'.repeat(1979)]) expect(obstacle(text)).toBeUndefined();
    expect(findSha256sumObstacle({ name: '-' })).toBeDefined();
    expect(findSha256sumObstacle({ name: 'a\n\r' })).toBeUndefined();
  });
});
