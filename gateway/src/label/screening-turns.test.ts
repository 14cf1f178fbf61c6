import { expect, it } from 'vitest';
import type { Finding, ShownLabel } from './screen.ts';
import { createTurns } from './screening-turns.ts';

const none: Finding = { verdict: 'NO_LABEL', labels: [] };
const full: Finding = {
  verdict: 'LABELLED',
  labels: Array.from({ length: 100 }, () => ({}) as ShownLabel),
};

it('end after so many look-ups, and at once after one that read many lines or counted very many labels', async () => {
  const endTurn = createTurns();
  const ends = (findings: readonly Finding[]) =>
    findings.map((each) => endTurn(each) !== undefined);
  const few = ends(Array<Finding>(200).fill(none));
  const places = few.flatMap((isEnd, at) => (isEnd ? [at + 1] : []));
  expect(places.length).toBeGreaterThan(1);
  expect(places.map((place) => place % places[0]!)).toEqual(places.map(() => 0));
  expect(ends([full, full, { ...none, omitted: 500_000 }])).toEqual([true, true, true]);
  let others = 0;
  const turn = setImmediate(() => {
    others += 1;
  });
  await endTurn(full);
  clearImmediate(turn);
  expect(others).toBe(1);
});
