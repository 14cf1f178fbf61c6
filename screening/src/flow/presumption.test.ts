import { describe, expect, it } from 'vitest';
import type { Transfer } from './model.ts';
import { judgePresumption, presumeTransfers, type Rebuttal } from './presumption.ts';
import { move } from './testing.ts';

const DAY = 86_400_000;
const rebuttal = (answer: Rebuttal['answer']): Rebuttal => ({
  ...{ dispute: 'd', member: 'SgMSP', onBehalfOf: 'PERSON', at: 1, answer },
});
const path = [move('A', 'M', 9, 1), move('M', 'B', 9, 2), move('B', 'C', 9, 3)];
const second = move('M', 'C', 4, 4);

function statesOf(
  transfers: readonly Transfer[],
  rebutted: Readonly<Record<string, Rebuttal['answer']>> = {},
  at = 5,
) {
  const presumed = presumeTransfers({
    ...{ rebuttalDays: 90, transfers, at },
    mixingSince: ({ address }) => (address === 'M' ? 1 : undefined),
    rebuttalsOf: ({ to }) => (rebutted[to] ? [rebuttal(rebutted[to])] : []),
  });
  return transfers.map(({ id }) => presumed.get(id)?.state);
}

describe('what came out of a mixer', () => {
  it('is presumed, and what it paid in turn, with the path as the reason', () => {
    expect(statesOf(path)).toEqual([undefined, 'RAISED', 'RAISED']);
    const presumed = presumeTransfers({
      ...{ rebuttalDays: 90, transfers: path, at: 5, rebuttalsOf: () => [] },
      mixingSince: ({ address }) => (address === 'M' ? 1 : undefined),
    });
    expect(presumed.get(path[2]!.id)!.path).toEqual([path[1]!.id, path[2]!.id]);
  });
  it('is presumed no longer where it was rebutted, nor further on', () => {
    expect(statesOf(path, { B: 'REBUTTED' })).toEqual([undefined, 'REBUTTED', undefined]);
  });
  it('is contested while a rebuttal waits, and stands where one failed', () => {
    expect(statesOf(path, { B: 'NONE' })).toEqual([undefined, 'CONTESTED', 'CONTESTED']);
    expect(statesOf(path, { B: 'MAINTAINED' })).toEqual([undefined, 'RAISED', 'RAISED']);
  });
  it('by another way is presumed all the same', () => {
    const on = move('C', 'D', 9, 5);
    const all = [...path, second, on];
    expect(statesOf(all, { B: 'REBUTTED' }).at(-1)).toBe('RAISED');
  });
  it('after the time to rebut is called so, and can be rebutted still', () => {
    const late = 91 * DAY;
    expect(statesOf(path, {}, late)).toEqual([undefined, 'UNREBUTTED', 'UNREBUTTED']);
    expect(statesOf(path, { B: 'REBUTTED' }, late)[1]).toBe('REBUTTED');
  });
});

it('the time to rebut ends after the last moment of its last day', () => {
  const judge = (at: number) =>
    judgePresumption({ rebuttalDays: 1 }, { since: 10, at, rebuttals: [] }).state;
  expect([judge(10 + DAY), judge(11 + DAY)]).toEqual(['RAISED', 'UNREBUTTED']);
});
