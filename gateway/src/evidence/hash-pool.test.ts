import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBytePath } from './byte-path.ts';
import type { HashResult } from './hash-job.ts';
import { type HashOptions, hashFiles } from './hash-pool.ts';
import { isReport, type Source, walkSources } from './source.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tabellion-hash-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sources = () =>
  [...walkSources([toBytePath(root)])].filter((entry): entry is Source => !isReport(entry));

async function hashAll(jobs: Iterable<Source | null>, options: HashOptions = {}) {
  const results = new Map<string, HashResult>();
  for await (const group of hashFiles(jobs, { workers: 2, ...options })) {
    for (const { job, result } of group) results.set(job.name.split('/').at(-1)!, result);
  }
  return results;
}

const digests = (content: Uint8Array | string, ...algorithms: string[]) =>
  Object.fromEntries(
    ['sha256', ...algorithms].map((name) => [name, createHash(name).update(content).digest('hex')]),
  );

it('hashes empty, small and large files and many of them, each once', async () => {
  const contents = new Map<string, Buffer>();
  for (let index = 0; index < 500; index += 1)
    contents.set(`f${index}`, Buffer.from(`no ${index}`));
  contents.set('empty', Buffer.alloc(0));
  contents.set('piece', Buffer.alloc(1 << 20, 1));
  contents.set('more', Buffer.alloc((1 << 20) + 1, 2));
  contents.set('large', Buffer.alloc(70 << 20, 3));
  for (const [name, content] of contents) writeFileSync(join(root, name), content);
  let read = 0;
  let told = 0;
  const results = await hashAll(sources(), {
    also: ['md5', 'sha1'],
    onRead: (bytes) => {
      read += bytes;
      told += 1;
    },
  });
  expect(results.size).toBe(contents.size);
  for (const [name, content] of contents) {
    expect(results.get(name)).toEqual({ digests: digests(content, 'md5', 'sha1') });
  }
  expect([told, read]).toEqual([2, 0]);
});

it('goes on while the source has nothing to hash', async () => {
  writeFileSync(join(root, 'a'), 'a');
  const [source] = sources();
  const jobs = function* () {
    for (let step = 0; step < 5000; step += 1) yield null;
    yield source!;
  };
  let turns = 0;
  const turn = setInterval(() => {
    turns += 1;
  }, 0);
  expect((await hashAll(jobs())).size).toBe(1);
  clearInterval(turn);
  expect(turns).toBeGreaterThan(0);
});

describe('a file that is not what the walk saw', () => {
  const meet = async (name: string, change: (path: string) => void) => {
    const path = join(root, name);
    writeFileSync(path, 'before');
    const jobs = sources();
    change(path);
    return (await hashAll(jobs)).get(name);
  };

  it.each<[string, (path: string) => void, object]>([
    ['grown', (path) => appendFileSync(path, '!'), { code: 'changed-while-reading' }],
    ['shrunk', (path) => writeFileSync(path, ''), { code: 'changed-while-reading' }],
    ['rewritten', (path) => writeFileSync(path, 'behind'), { code: 'changed-while-reading' }],
    ['deleted', unlinkSync, { code: 'vanished', detail: 'ENOENT' }],
    [
      'made a link',
      (path) => {
        unlinkSync(path);
        symlinkSync('/etc/hostname', path);
      },
      { code: 'changed-while-reading', detail: 'ELOOP' },
    ],
    [
      'made a fifo',
      (path) => {
        unlinkSync(path);
        execFileSync('mkfifo', [path]);
      },
      { code: 'changed-while-reading' },
    ],
    [
      'replaced',
      (path) => {
        writeFileSync(`${path}.new`, 'before');
        renameSync(`${path}.new`, path);
      },
      { code: 'changed-while-reading' },
    ],
  ])('is reported when %s', async (_, change, expected) => {
    expect(await meet('file', change)).toEqual(expected);
  });

  it('is reported when it grows while it is read', async () => {
    writeFileSync(join(root, 'log'), Buffer.alloc(200 << 20, 1));
    const jobs = sources();
    const growing = hashAll(jobs, { onRead: () => appendFileSync(join(root, 'log'), 'more') });
    expect((await growing).get('log')).toEqual({ code: 'changed-while-reading' });
  });
});

it('reports special files that say they are empty and are not', async () => {
  const [entry] = walkSources([toBytePath('/proc/self/status')]);
  const results = await hashAll([entry as Source]);
  expect(results.get('status')).toEqual({ code: 'changed-while-reading' });
});

it('reports a file whose reading fails', async () => {
  // Reading address 0 of a process fails with EIO, as a bad sector does.
  const [entry] = walkSources([toBytePath('/proc/self/mem')]);
  const results = await hashAll([entry as Source]);
  expect(results.get('mem')).toEqual({ code: 'unreadable', detail: 'EIO' });
});

it('does not touch the access time of its own files', async () => {
  const path = join(root, 'seized');
  writeFileSync(path, 'x');
  execFileSync('touch', ['-a', '-d', '2001-01-01T00:00:00Z', path]);
  const seconds = () => execFileSync('stat', ['-c', '%X', path], { encoding: 'utf8' }).trim();
  const before = seconds();
  await hashAll(sources());
  expect(seconds()).toBe(before);
});

it('stops when it is told to, and when the source fails', async () => {
  for (let index = 0; index < 300; index += 1) writeFileSync(join(root, `f${index}`), 'x');
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await expect(hashAll(sources(), { signal: stop.signal })).rejects.toThrow('enough');
  const failing = function* () {
    yield sources()[0]!;
    throw new Error('walk failed');
  };
  await expect(hashAll(failing())).rejects.toThrow('walk failed');
});
