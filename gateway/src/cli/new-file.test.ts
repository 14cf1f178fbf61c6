import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeNewFile } from './new-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-new-file-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('writes through no link, whether it replaces or not', async () => {
  const victim = join(directory, 'victim');
  const path = join(directory, 'proof');
  await writeFile(victim, 'precious');
  await symlink(victim, path);
  await symlink(victim, `${path}.new`);
  await expect(writeNewFile(path, Buffer.from('x'), false)).rejects.toMatchObject({
    code: 'FILE_EXISTS',
  });
  await writeNewFile(path, Buffer.from('proof'), true);
  expect(await readFile(victim, 'utf8')).toBe('precious');
  expect(await readFile(path, 'utf8')).toBe('proof');
  expect((await lstat(path)).isSymbolicLink()).toBe(false);
});

it('leaves nothing beside a name that cannot be replaced', async () => {
  await expect(writeNewFile(directory, Buffer.from('x'), true)).rejects.toMatchObject({
    code: 'FILE_UNWRITABLE',
  });
  const beside = await readdir(join(directory, '..'));
  expect(beside.filter((name) => join(directory, '..', name).startsWith(`${directory}.`))).toEqual(
    [],
  );
});

it('leaves no part of what could not be written to its end', async () => {
  const path = join(directory, 'list');
  function* breakOff() {
    yield Buffer.from('a part');
    throw new Error('broken off');
  }
  await expect(writeNewFile(path, breakOff(), false)).rejects.toMatchObject({
    code: 'FILE_UNWRITABLE',
  });
  expect(await readdir(directory)).toEqual([]);
});
