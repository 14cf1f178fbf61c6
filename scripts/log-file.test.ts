import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

let directory: string;
const failures: string[] = [];
const onFailure = (error: NodeJS.ErrnoException) => void failures.push(error.code!);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-log-'));
  failures.length = 0;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('keeps the lines in order, adds to what is there, and is private', async () => {
  const path = join(directory, 'log');
  for (const part of ['a', 'b']) {
    const log = new LogFile(path, onFailure);
    for (let line = 0; line < 100; line += 1) log.write(`${part}${line}\n`);
    await log.close();
  }
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  expect(lines).toHaveLength(200);
  expect([lines[0], lines[99], lines[100], lines[199]]).toEqual(['a0', 'a99', 'b0', 'b99']);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('writes a last line at once', () => {
  const path = join(directory, 'log');
  new LogFile(path, onFailure).writeLast('last\n');
  return expect(readFile(path, 'utf8')).resolves.toBe('last\n');
});

const full = '/dev/full';
const gap = existsSync(full) ? '' : ` (skipped: there is no ${full})`;
it.skipIf(gap)(`tells once of a full disk, goes on, and ends${gap}`, async () => {
  const log = new LogFile(full, onFailure);
  for (let turn = 0; turn < 3; turn += 1) {
    log.write('x\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(() => log.writeLast('y\n')).toThrow('ENOSPC');
  await log.close();
  expect(failures).toEqual(['ENOSPC']);
});
