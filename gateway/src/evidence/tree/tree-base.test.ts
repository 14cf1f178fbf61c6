import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toBytePath } from '../byte-path.ts';
import { makeDirectory } from '../testing.ts';
import { KnownItems } from './known-items.ts';
import { findBase, nameAbove, nameBelow } from './tree-base.ts';

let temporary: ReturnType<typeof makeDirectory>;
let tree: string;
beforeEach(() => {
  temporary = makeDirectory();
  tree = join(temporary.path, 'mounted');
  mkdirSync(join(tree, 'a'), { recursive: true });
  writeFileSync(join(tree, 'a', 'x'), '');
  writeFileSync(join(tree, 'a', 'y'), '');
});
afterEach(() => temporary.remove());

function baseOf(names: readonly string[], directory = tree) {
  using known = new KnownItems();
  known.add(names.map((name) => ({ name, kind: 'file', sha256: 'a'.repeat(64) })));
  return findBase(known, toBytePath(directory));
}

it.each([
  ['the name that was given to anchor', ['disk1/a/x', 'disk1/a/y'], 'disk1'],
  ['names from inside', ['a/x', 'a/y'], ''],
  ['names from the root', ['/evidence/disk1/a/x', '/evidence/disk1/a/z'], '/evidence/disk1'],
  ['an image of a root', ['/a/x', '/a/y'], '/'],
  ['most, though some are gone', ['disk1/a/x', 'disk1/b/1', 'disk1/c/2'], 'disk1'],
])('finds it by what is there: %s', (_, names, base) => {
  expect(baseOf(names)).toBe(base);
});

it('goes by the name where nothing is found, else by the first directory', () => {
  expect(baseOf(['other/mounted/gone'])).toBe('other/mounted');
  expect(baseOf(['disk1/b/gone'])).toBe('disk1');
  expect(baseOf(['/evidence/disk1/gone'])).toBe('/evidence');
  expect(baseOf(['gone', 'other/gone'])).toBe('');
});

it('does not choose between several listed trees', () => {
  expect(baseOf(['disk1/a/x', 'disk2/b'])).toEqual({ trees: ['disk1', 'disk2'] });
  expect(baseOf(['mounted/a/x', 'disk2/b'], temporary.path)).toBe('');
});

it('joins and parts names', () => {
  for (const [base, below, name] of [
    ['', 'a/b', 'a/b'],
    ['/', 'a/b', '/a/b'],
    ['a', 'b', 'a/b'],
    ['/a', 'b', '/a/b'],
  ] as const) {
    expect(nameAbove(base, below)).toBe(name);
    expect(nameBelow(base, name)).toBe(below);
  }
  expect(nameBelow('a', 'ab/c')).toBeUndefined();
});
