/** The whole list against what was granted: what fits, and what is told apart where it does not. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildTree, compareBytes, leafHash, toHex, utf8 } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { makeTestDirectory } from '../testing.ts';
import { checkSavedSet } from './saved-set.ts';

const leaves = Array.from({ length: 5 }, (_, at) => leafHash(utf8(`item ${at}`))).sort(
  compareBytes,
);
const [first, second, ...rest] = leaves as [Uint8Array, Uint8Array, ...Uint8Array[]];
const linesOf = (list: readonly Uint8Array[]) => list.map((leaf) => `${toHex(leaf)}\n`).join('');
const grantOf = (list: readonly Uint8Array[]) => ({
  root: buildTree(list).root,
  size: list.length,
});

async function check(text: string, granted: readonly Uint8Array[]) {
  const path = join(await makeTestDirectory(), 'set.txt');
  await writeFile(path, text);
  return checkSavedSet(path, grantOf(granted));
}

it('is the granted one, and finds what stands in it', async () => {
  const { set, code } = await check(linesOf(leaves), leaves);
  expect(code).toBeUndefined();
  expect(leaves.map((leaf) => set?.find(leaf))).toEqual([0, 1, 2, 3, 4]);
  expect(set?.find(leafHash(utf8('kept back')))).toBeUndefined();
});

it.each([
  ['a granted list that does not ascend', [second, first, ...rest], 'SET_OUT_OF_ORDER'],
  ['a granted list that holds one twice', [first, first, ...rest], 'SET_OUT_OF_ORDER'],
])('%s shows no absence, and is the member’s doing', async (_, granted, code) => {
  expect(await check(linesOf(granted), granted)).toEqual({ code });
});

it.each([
  ['turned about', linesOf([second, first, ...rest]), 'SET_ROOT_MISMATCH'],
  ['with another leaf', linesOf([...leaves.slice(0, 4), leafHash(utf8('x'))]), 'SET_ROOT_MISMATCH'],
  ['with a line too few', linesOf(leaves.slice(1)), 'SET_SIZE_MISMATCH'],
  ['empty', '', 'SET_SIZE_MISMATCH'],
  ['without its last line feed', linesOf(leaves).slice(0, -1), 'SET_MALFORMED'],
  ['with a leaf of 31 bytes', linesOf([first.subarray(1), second, ...rest]), 'SET_MALFORMED'],
  ['in capitals', linesOf(leaves).toUpperCase(), 'SET_MALFORMED'],
])('a list %s is not the granted one', async (_, text, code) => {
  expect(await check(text, leaves)).toEqual({ code });
});
