import { execFileSync, spawnSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBytePath } from './byte-path.ts';
import { listNames } from './directory.ts';
import { type Entry, isReport, readLinkTarget, walkSources } from './source.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tabellion-source-'));
});
afterEach(() => {
  // rm walks down by handles: Node's own removal stops at paths that are too long.
  execFileSync('rm', ['-rf', root]);
});

const bytes = (path: string) => Buffer.from(path, 'latin1');
const at = (...names: string[]) => bytes([toBytePath(root), ...names].join('/'));
/** `name` for a source, `name: code` for a report; names relative to the root. */
const show = (entry: Entry) => {
  const name = entry.name.split('/').slice(1).join('/');
  return isReport(entry) ? `${name}: ${entry.code}` : name;
};
const walk = (paths: (string | Buffer)[] = [root], exclude: string[] = []) => [
  ...walkSources(paths.map(toBytePath), { exclude: exclude.map(toBytePath) }),
];
const isRoot = process.getuid?.() === 0;

describe('names', () => {
  it('may be any bytes, come in byte order and are kept as they are', () => {
    const names = [
      '\xff\xfe',
      'a\nb',
      '-rf',
      'e\xcc\x81',
      '\xe9',
      ' ',
      'caf\xc3\xa9',
      '\x01',
      'Z',
      'a',
    ];
    for (const name of names) writeFileSync(at(name), '');
    expect(walk().map(show)).toEqual([...names].sort());
    expect(walk()[0]!.name.startsWith(`${root.split('/').at(-1)}/`)).toBe(true);
  });

  it('stand under the last name of the given path, however it is given', () => {
    mkdirSync(at('box'));
    writeFileSync(at('box', 'f'), 'x');
    const names = (path: string) => walk([path]).map(({ name }) => name);
    expect(names(`${root}/box`)).toEqual(['box/f']);
    expect(names(`${root}/box/`)).toEqual(['box/f']);
    expect(names(`${root}/box/../box/.`)).toEqual(['box/f']);
    expect(names(`${root}/box/f`)).toEqual(['f']);
  });

  it('are sorted on disk when a directory holds more than memory should', () => {
    for (let index = 0; index < 300; index += 1) writeFileSync(at(`f${index}`), '');
    writeFileSync(at('\xff'), '');
    const inMemory = [...listNames(toBytePath(root))];
    expect(inMemory).toHaveLength(301);
    expect([...listNames(toBytePath(root), 64)]).toEqual(inMemory);
  });
});

describe('every entry', () => {
  it('is a source or a report', async () => {
    writeFileSync(at('file'), 'hello');
    symlinkSync(bytes('../nowhere\xff'), at('link'));
    mkdirSync(at('empty'));
    mkdirSync(at('full'));
    writeFileSync(at('full', 'inner'), '');
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(walk().map(show)).toEqual([
      'empty: empty-directory',
      'fifo: fifo',
      'file',
      'full/inner',
      'link',
      'socket: socket',
    ]);
    server.close();
    const link = walk().find((entry) => show(entry) === 'link');
    expect(link).toMatchObject({ kind: 'link' });
    expect(readLinkTarget(toBytePath(at('link')))).toEqual(bytes('../nowhere\xff'));
    expect(walk().find((entry) => show(entry) === 'file')).toMatchObject({ kind: 'file', size: 5 });
  });

  it('reports a device', () => {
    expect(walk(['/dev/null'])).toEqual([{ name: 'null', code: 'device' }]);
  });

  it('notes sparse files and hard links, and keeps both names', () => {
    writeFileSync(at('one'), 'x');
    linkSync(at('one'), at('two'));
    writeFileSync(at('wide'), '');
    truncateSync(at('wide'), 1 << 20);
    expect(walk().map(show)).toEqual([
      'one: hard-link',
      'one',
      'two: hard-link',
      'two',
      'wide: sparse',
      'wide',
    ]);
  });

  it('reports a path that does not exist, and goes on', () => {
    writeFileSync(at('file'), '');
    const reports = walk([join(root, 'gone'), join(root, 'file')]);
    expect(reports[0]).toMatchObject({ code: 'vanished', detail: 'ENOENT' });
    expect(reports[1]).toMatchObject({ kind: 'file', name: 'file' });
  });

  it('reports a file that is deleted during the walk', () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(at(name), '');
    const entries: string[] = [];
    for (const entry of walkSources([toBytePath(root)])) {
      entries.push(show(entry));
      if (entries.length === 1) unlinkSync(at('b'));
    }
    expect(entries).toEqual(['a', 'b: vanished', 'c']);
  });

  it.skipIf(isRoot)(
    'reports a directory that cannot be read (skipped as root, who can read everything)',
    () => {
      mkdirSync(at('closed'), 0o000);
      expect(walk().map(show)).toEqual(['closed: unreadable']);
    },
  );

  it.skipIf(!isRoot || spawnSync('unshare', ['-m', 'true']).status !== 0)(
    'ends where a bind mount leads back into itself (needs root and mount namespaces)',
    () => {
      mkdirSync(at('again'));
      writeFileSync(at('file'), '');
      const script = `
        import { walkSources } from '${import.meta.dirname}/source.ts';
        for (const { name, code } of walkSources(['${root}'])) {
          console.log(name.split('/').slice(1).join('/'), code ?? 'source');
        }`;
      const run = spawnSync(
        'unshare',
        [
          '-m',
          'sh',
          '-c',
          'mount --rbind "$1" "$1/again" && exec "$2" --input-type=module-typescript -e "$3"',
          'sh',
          root,
          process.execPath,
          script,
        ],
        { encoding: 'utf8' },
      );
      expect(run.stdout.trim().split('\n')).toEqual(['again loop', 'file source']);
    },
  );

  it('reports a path that is too long for the system', () => {
    const name = 'd'.repeat(250);
    execFileSync(
      process.execPath,
      [
        '-e',
        `for (let level = 0; level < 18; level += 1) {
        fs.mkdirSync(process.argv[1]);
        process.chdir(process.argv[1]);
      }`,
        name,
      ],
      { cwd: root },
    );
    const codes = walk().map((entry) => (isReport(entry) ? entry.code : 'source'));
    expect(codes).toEqual(['path-too-long']);
  });

  it('walks a thousand levels deep', () => {
    const deep = at(...Array.from({ length: 1000 }, () => 'd'));
    mkdirSync(deep, { recursive: true });
    writeFileSync(Buffer.concat([deep, bytes('/f')]), '');
    expect(walk().map(({ name }) => name.length)).toEqual([root.split('/').at(-1)!.length + 2002]);
  });
});

describe('given paths', () => {
  beforeEach(() => {
    mkdirSync(at('box'));
    writeFileSync(at('box', 'f'), '');
    writeFileSync(at('other'), '');
  });

  it('that lie in one another are anchored once', () => {
    const names = walk([root, join(root, 'box'), root]).map(show);
    expect(names).toEqual(['box/f', 'other', ': inside-another-path']);
  });

  it('may exclude a directory, which is then reported', () => {
    expect(walk([root], [join(root, 'box')]).map(show)).toEqual(['box: excluded', 'other']);
  });
});
