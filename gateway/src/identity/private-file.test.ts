import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePrivateDirectory, readPrivate, unlessAbsent, writeDurably } from './private-file.ts';
import { makeTestDirectory } from './testing.ts';

it('a written file is private, replaces the old one and leaves nothing beside it', async () => {
  const directory = await makeTestDirectory();
  const path = join(directory, 'secret');
  await writeDurably(path, 'one');
  await writeDurably(path, 'two');
  expect(await readPrivate(path)).toBe('two');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(directory)).toEqual(['secret']);
});

it('a failed write keeps the old content and leaves nothing beside it', async () => {
  const directory = await makeTestDirectory();
  const path = join(directory, 'taken');
  await mkdir(join(path, 'inside'), { recursive: true });
  await expect(writeDurably(path, 'new')).rejects.toThrowError();
  expect(await readdir(directory)).toEqual(['taken']);
});

it('a private directory is made so, and an open one is closed', async () => {
  const directory = await makeTestDirectory();
  const open = join(directory, 'open');
  await mkdir(open, { mode: 0o755 });
  await makePrivateDirectory(open);
  await makePrivateDirectory(join(directory, 'a', 'b'));
  expect((await stat(open)).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, 'a', 'b'))).mode & 0o777).toBe(0o700);
});

it('what is shared, linked or no file is not read', async () => {
  const directory = await makeTestDirectory();
  const shared = join(directory, 'shared');
  await writeFile(shared, 'x', { mode: 0o640 });
  const link = join(directory, 'link');
  await writeDurably(join(directory, 'own'), 'x');
  await symlink(join(directory, 'own'), link);
  for (const path of [shared, link, directory]) {
    await expect(readPrivate(path)).rejects.toMatchObject({ code: 'KEY_EXPOSED' });
  }
});

it('absence is told from other failures', async () => {
  const directory = await makeTestDirectory();
  expect(await unlessAbsent(readFile(join(directory, 'none')))).toBeUndefined();
  await expect(unlessAbsent(readFile(directory))).rejects.toMatchObject({ code: 'EISDIR' });
});
