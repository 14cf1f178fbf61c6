/** `docs/threat-model.md` names the test that answers each threat: they have to be there. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');
/** `path/of/a.test.ts` “title of the test”, as often as a cell needs. */
const ANSWER = /`([^`\s]+\.ts)` “([^”]+)”/g;

/** Cells of every table row below a header. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+\|$/.test(line))
  .map((line) => line.slice(1, -1).split('|'));
const headers = rows.filter(([first]) => /^ (threat|bad input) $/i.test(first!));
const threats = rows.filter((row) => !headers.includes(row));
const answersIn = (cell: string) =>
  [...cell.matchAll(ANSWER)].map(([, path, title]) => ({ path: path!, title: title! }));

/** Whether a file has a test, group or check of this title: the first of a call's arguments. */
function hasTitle(path: string, title: string): boolean {
  const source = readFileSync(join(root, path), 'utf8').replaceAll(/\\(['"`])/g, '$1');
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`\\(\\s*['"\`]${escaped}['"\`],`).test(source);
}

it('names a test for every threat', () => {
  expect(headers.length).toBeGreaterThan(5);
  expect(threats.length).toBeGreaterThan(40);
  const unanswered = threats.filter((row) => answersIn(row.at(-1)!).length === 0);
  expect(unanswered.map(([threat]) => threat)).toEqual([]);
});

it('names only tests that exist', () => {
  const missing = answersIn(text).filter(
    ({ path, title }) => !existsSync(join(root, path)) || !hasTitle(path, title),
  );
  expect(missing).toEqual([]);
});

it('names only files that the tests run', () => {
  const run = globSync(
    [
      '{proof,chaincode,screening,gateway,test,scripts}/**/*.test.ts',
      'test/conformance/checks/*.ts',
      'test/fabric/adversary/*.ts',
    ],
    { cwd: root },
  );
  const paths = new Set(answersIn(text).map(({ path }) => path));
  expect([...paths].filter((path) => !run.includes(path))).toEqual([]);
});
