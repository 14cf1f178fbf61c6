import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBytePath } from '../byte-path.ts';
import { makeDirectory } from '../testing.ts';
import { type KnownItem, KnownItems, type KnownKind } from './known-items.ts';
import { auditTree, type Finding, VERDICTS } from './tree-audit.ts';

let temporary: ReturnType<typeof makeDirectory>;
let tree: string;
beforeEach(() => {
  temporary = makeDirectory();
  tree = join(temporary.path, 'tree');
  mkdirSync(tree);
});
afterEach(() => temporary.remove());

const put = (name: string, content: string) => {
  mkdirSync(join(tree, name, '..'), { recursive: true });
  writeFileSync(join(tree, name), content);
};
const sha256Of = (content: string) => createHash('sha256').update(content).digest('hex');
const known = (name: string, content: string, kind: KnownKind = 'file'): KnownItem => ({
  name,
  kind,
  sha256: sha256Of(content),
  size: Buffer.byteLength(content),
});
/** As a list has it that knows neither kinds nor sizes. */
const listed = (name: string, content: string): KnownItem => ({
  name,
  kind: undefined,
  sha256: sha256Of(content),
});

async function audit(
  items: readonly KnownItem[],
  base = '',
  exclude: string[] = [],
  isOrdered = true,
) {
  using store = new KnownItems();
  store.add(items);
  const findings: Finding[] = [];
  const result = await auditTree(store, {
    directory: toBytePath(tree),
    base,
    isOrdered,
    exclude: exclude.map(toBytePath),
    workers: 1,
    onFinding: (finding) => findings.push(finding),
  });
  return { ...result, findings, told: findings.map(describeFinding).sort() };
}

const describeFinding = ({ code, name, other, detail }: Finding): string =>
  [code, name, other && `= ${other}`, detail && `(${detail})`].filter(Boolean).join(' ');

describe('verdicts', () => {
  it('matched, altered, moved, new and missing', async () => {
    put('same', '1');
    put('grown', '22');
    put('changed', 'y');
    put('sub/moved', '4');
    put('planted', '5');
    const { told, counts, hashed } = await audit([
      known('same', '1'),
      known('grown', '2'),
      known('changed', 'x'),
      known('gone/moved', '4'),
      known('missing', '6'),
    ]);
    expect(told).toEqual([
      'altered changed (the same size, another digest)',
      'altered grown (1 bytes were listed, 2 found)',
      'matched same',
      'missing missing',
      'moved sub/moved = gone/moved',
      'new planted',
    ]);
    expect(counts).toEqual({ matched: 1, altered: 2, moved: 1, new: 1, missing: 1, unread: 0 });
    expect(hashed).toEqual({ files: 5, bytes: 6 });
  });

  it('two files that were exchanged are altered, for their names are known', async () => {
    put('a', 'B');
    put('b', 'A');
    const { counts } = await audit([known('a', 'A'), known('b', 'B')]);
    expect(counts).toMatchObject({ altered: 2, moved: 0, missing: 0 });
  });

  it('a copy is new while the original is in its place, and moves are one for one', async () => {
    put('original', 'x');
    put('copy', 'x');
    put('to', 'y');
    put('too', 'y');
    const { told } = await audit([known('original', 'x'), known('from', 'y')]);
    expect(told).toEqual([
      'matched original',
      'moved to = from',
      'new copy = original',
      'new too = from',
    ]);
  });

  it('an empty file identifies nothing: it is never moved', async () => {
    put('here', '');
    const { told } = await audit([known('there', '')]);
    expect(told).toEqual(['missing there', 'new here']);
  });

  it('every name of a hard link is judged by itself', async () => {
    put('one', 'x');
    linkSync(join(tree, 'one'), join(tree, 'two'));
    const { told } = await audit([known('one', 'x')]);
    expect(told).toEqual(['matched one', 'new two = one']);
  });

  it('any anchored version matches, and an earlier one is told', async () => {
    put('a', 'first');
    put('b', 'second');
    const both = (name: string) => [known(name, 'first'), known(name, 'second')];
    const { told, counts, notes } = await audit([...both('a'), ...both('b'), ...both('c')]);
    expect(told).toEqual(['matched a (earlier-version)', 'matched b', 'missing c']);
    expect(counts.matched).toBe(2);
    expect(notes['earlier-version']).toBe(1);
    const unordered = await audit([...both('a'), known('b', 'second')], '', [], false);
    expect(unordered.told).toEqual(['matched a (one-of-several-versions)', 'matched b']);
    expect(unordered.notes).toMatchObject({ 'earlier-version': 0, 'one-of-several-versions': 1 });
  });

  it('what lies outside the base is counted and neither missing nor moved', async () => {
    put('a', 'x');
    put('b', 'z');
    const items = [known('disk1/a', 'x'), known('disk1-2/b', 'y'), known('disk2/c', 'z')];
    const { told, outside } = await audit(items, 'disk1');
    expect(told).toEqual(['matched a', 'new b = disk2/c']);
    expect(outside).toBe(2);
  });
});

describe('what is no plain file', () => {
  it('links of a manifest are compared as links', async () => {
    symlinkSync('target', join(tree, 'same'));
    symlinkSync('elsewhere', join(tree, 'turned'));
    symlinkSync('target', join(tree, 'was-a-file'));
    symlinkSync('x', join(tree, 'planted'));
    put('was-a-link', 'target');
    const { told } = await audit([
      known('same', 'target', 'link'),
      known('turned', 'target', 'link'),
      known('was-a-file', 'target'),
      known('was-a-link', 'target', 'link'),
    ]);
    expect(told).toEqual([
      'altered turned (6 bytes were listed, 9 found)',
      'altered was-a-file (was a file, is a link)',
      'altered was-a-link (was a link, is a file)',
      'matched same',
      'new planted',
    ]);
  });

  it('links that a list names are read as its tool read them; others it says nothing of', async () => {
    put('file', 'content');
    symlinkSync('file', join(tree, 'listed'));
    symlinkSync('file', join(tree, 'unlisted'));
    symlinkSync('nowhere', join(tree, 'dangling'));
    symlinkSync('.', join(tree, 'to-directory'));
    const names = ['file', 'listed', 'dangling', 'to-directory'];
    const { told } = await audit(names.map((name) => listed(name, 'content')));
    expect(told).toEqual([
      'altered to-directory (is a link to no file)',
      'matched file',
      'matched listed',
      'unlisted-link unlisted',
      'unread dangling (vanished (ENOENT))',
    ]);
  });

  it('what a list names below a link was not looked at: unread, never missing', async () => {
    put('directory/f', 'content');
    symlinkSync('directory', join(tree, 'link'));
    put('link-not', 'other');
    const followed = ['directory/f', 'link/f', 'link-gone'];
    const below = 'unread link/f (inside what was not entered)';
    expect((await audit(followed.map((name) => listed(name, 'content')))).told).toEqual([
      'matched directory/f',
      'missing link-gone',
      'new link-not',
      'unlisted-link link',
      below,
    ]);
    // An imported list: now its names have kinds, and a link that is not among them is new.
    expect((await audit(followed.map((name) => known(name, 'content')))).told).toEqual([
      'matched directory/f',
      'missing link-gone',
      'new link',
      'new link-not',
      below,
    ]);
  });

  it('a list may claim any sizes', async () => {
    const size = Number.MAX_SAFE_INTEGER;
    const { told } = await audit(['a', 'b'].map((name) => ({ ...listed(name, ''), size })));
    expect(told).toEqual(['missing a', 'missing b']);
  });

  it('a pipe alters a listed name and is told elsewhere', async () => {
    execFileSync('mkfifo', [join(tree, 'listed'), join(tree, 'unlisted')]);
    const { told } = await audit([known('listed', 'x')]);
    expect(told).toEqual(['altered listed (is a fifo)', 'special unlisted (fifo)']);
  });

  it('the lists themselves are no part of the tree', async () => {
    put('list', 'x');
    put('listed-list', 'y');
    const exclude = [join(tree, 'list'), join(tree, 'listed-list')];
    const { told } = await audit([known('listed-list', 'y')], '', exclude);
    expect(told).toEqual(['excluded list', 'unread listed-list (excluded)']);
  });

  it('what is inside something unread is unread, never missing or moved', async () => {
    // A directory on the list of what is not to be entered stands for one that cannot be.
    put('closed/a', 'x');
    put('copy', 'x');
    const items = [known('closed/a', 'x'), known('closed-not', 'y'), known('closed', 'z')];
    const { told, counts } = await audit(items, '', [join(tree, 'closed')]);
    expect(told).toEqual([
      'missing closed-not',
      'new copy = closed/a',
      'unread closed (excluded)',
      'unread closed/a (inside what was not entered)',
    ]);
    expect(counts.unread).toBe(2);
  });
});

describe('whatever happens to a tree', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd/a', 'd/b', 'e/f/a', '\u00ff', 'ä');
  const content = fc.constantFrom('', '1', '2', '22', '3');
  const files = fc.dictionary(name, content, { maxKeys: 8 });

  it('each listed name and each file gets exactly one verdict, and the right one', async () => {
    await fc.assert(
      fc.asyncProperty(files, files, async (before, after) => {
        execFileSync('rm', ['-rf', tree]);
        mkdirSync(tree);
        for (const [path, text] of Object.entries(after)) put(path, text);
        const items = Object.entries(before).map(([path, text]) => known(toBytePath(path), text));
        const { counts, findings } = await audit(items);
        const names = (codes: readonly string[]) =>
          findings.filter(({ code }) => codes.includes(code)).map((finding) => finding.name);
        const present = Object.keys(after).map(toBytePath).sort();
        expect(names(['matched', 'altered', 'moved', 'new']).sort()).toEqual(present);
        const from = findings.filter(({ code }) => code === 'moved').map(({ other }) => other!);
        const listed = Object.keys(before).map(toBytePath).sort();
        expect([...names(['matched', 'altered', 'missing']), ...from].sort()).toEqual(listed);
        for (const { code, name: path, other } of findings) {
          const at = Buffer.from(path, 'latin1').toString();
          if (code === 'matched') expect(after[at]).toBe(before[at]);
          if (code === 'altered') expect(after[at]).not.toBe(before[at]);
          if (code === 'moved')
            expect(before[Buffer.from(other!, 'latin1').toString()]).toBe(after[at]);
          // No listed content that is gone from its name is left over for what counts as new.
          if (code === 'new' && after[at] !== '') {
            const gone = names(['missing']).map(
              (each) => before[Buffer.from(each, 'latin1').toString()],
            );
            expect(gone).not.toContain(after[at]);
          }
        }
        expect(VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0)).toBe(findings.length);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

it('a directory that goes away meanwhile leaves nothing altered', async () => {
  for (let n = 0; n < 200; n += 1) put(`d${n % 10}/${n}`, `${n}`);
  const items = Array.from({ length: 200 }, (_, n) => known(`d${n % 10}/${n}`, `${n}`));
  using store = new KnownItems();
  store.add(items);
  const findings: Finding[] = [];
  const running = auditTree(store, {
    directory: toBytePath(tree),
    base: '',
    isOrdered: true,
    onFinding: (finding) => findings.push(finding),
  });
  renameSync(join(tree, 'd9'), join(temporary.path, 'away'));
  const { counts } = await running;
  expect(readdirSync(join(temporary.path, 'away'))).toHaveLength(20);
  // Of those that left, what was not read is unread or missing; nothing is altered by it.
  expect(counts.altered).toBe(0);
  expect(counts.matched + counts.unread + counts.missing).toBe(200);
});
