import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DiskModel, type Fate, NOTHING_MORE } from './disk-model.ts';
import type { DiskCall } from './disk-shim.ts';

const ALL: Fate = { names: (count) => count, happens: () => true };
let directory: string;
let model: DiskModel;
let inode: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-disk-'));
  await mkdir(join(directory, 'root', 'sub'), { recursive: true });
  await writeFile(join(directory, 'root', 'old'), 'old');
  inode = `${(await stat(join(directory, 'root', 'old'))).ino}`;
  model = await DiskModel.read(join(directory, 'root'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const apply = (call: string, path: string, change: Partial<DiskCall> = {}) =>
  model.apply({
    call,
    path,
    result: 0,
    inode: 'i',
    offset: 0,
    from: '',
    bytes: Buffer.alloc(0),
    ...change,
  });
const sync = (path: string, change: Partial<DiskCall> = {}) => {
  apply('sync-begins', path, change);
  apply('fsync', path, change);
};

/** Name → content of what is below. */
async function rebuild(fate: Fate): Promise<Record<string, string>> {
  const target = await mkdtemp(join(directory, 'target-'));
  await rm(target, { recursive: true });
  await model.rebuild(target, fate);
  const files = await readdir(target, { withFileTypes: true, recursive: true });
  const found = files
    .filter((entry) => entry.isFile())
    .map(async ({ name, parentPath }) => [name, await readFile(join(parentPath, name), 'latin1')]);
  return Object.fromEntries(await Promise.all(found));
}

it('keeps of a written file what was there when its fsync began', async () => {
  apply('pwrite64', 'old', { inode, bytes: Buffer.from('new') });
  expect(await rebuild(NOTHING_MORE)).toEqual({ old: 'old' });
  expect(await rebuild(ALL)).toEqual({ old: 'new' });
  apply('sync-begins', 'old', { inode });
  apply('pwrite64', 'old', { inode, offset: 3, bytes: Buffer.from('er') });
  apply('fdatasync', 'old', { inode });
  expect(await rebuild(NOTHING_MORE)).toEqual({ old: 'new' });
  expect(await rebuild(ALL)).toEqual({ old: 'newer' });
});

it('keeps nothing for an fsync that failed', async () => {
  apply('pwrite64', 'old', { inode, bytes: Buffer.from('new') });
  apply('sync-begins', 'old', { inode });
  apply('fsync', 'old', { inode, result: -1 });
  expect(await rebuild(NOTHING_MORE)).toEqual({ old: 'old' });
});

it('knows a new file only once its directory was fsynced, and that one’s own name', async () => {
  apply('mkdir', 'sub/deep');
  apply('create', 'sub/deep/file', { inode: '7' });
  apply('write', 'sub/deep/file', { inode: '7', bytes: Buffer.from('x') });
  sync('sub/deep/file', { inode: '7' });
  sync('sub/deep');
  expect(await rebuild(NOTHING_MORE)).toEqual({ old: 'old' });
  sync('sub');
  expect(await rebuild(NOTHING_MORE)).toEqual({ old: 'old', file: 'x' });
});

it('renames and removes when the directory was fsynced', async () => {
  apply('create', 'temporary', { inode: '8' });
  apply('write', 'temporary', { inode: '8', bytes: Buffer.from('two') });
  sync('temporary', { inode: '8' });
  apply('rename', 'old', { from: 'temporary' });
  expect(await rebuild(NOTHING_MORE)).toEqual({ old: 'old' });
  sync('.');
  expect(await rebuild(NOTHING_MORE)).toEqual({ old: 'two' });
  apply('unlink', 'old');
  expect(await rebuild(NOTHING_MORE)).toEqual({ old: 'two' });
  sync('.');
  expect(await rebuild(NOTHING_MORE)).toEqual({});
});

it('tears an unsynced write at sectors', async () => {
  apply('pwrite64', 'old', { inode, offset: 500, bytes: Buffer.alloc(600, 'x') });
  const sectors = [false, true, false][Symbol.iterator]();
  const second: Fate = { names: () => 0, happens: () => sectors.next().value! };
  const { old } = await rebuild(second);
  expect(old).toBe(`old${'\0'.repeat(509)}${'x'.repeat(512)}`);
});

it('cuts a file, and refuses what it does not know', async () => {
  apply('ftruncate', 'old', { inode, offset: 1 });
  expect(await rebuild(ALL)).toEqual({ old: 'o' });
  expect(() => apply('fallocate', 'old')).toThrow('not modelled');
});
