import { describe, expect, it } from 'vitest';
import type { Finding, ShownLabel } from '../label/screen.ts';
import { ETHEREUM, sampleAddress } from '../label/testing.ts';
import { createLabelReader, createStops } from './flow-labels.ts';

const account = (number: number) => ({ network: ETHEREUM, address: sampleAddress(number) });
const label = (changes: object = {}) =>
  ({
    ...{ network: ETHEREUM, status: 'PROPOSED', category: 'mixer', batch: 'b' },
    ...changes,
  }) as ShownLabel;
/** A library in which every address has these. */
function readerOf(labels: readonly ShownLabel[], limit?: number, more: Partial<Finding> = {}) {
  let asked = 0;
  const find = (): Finding => {
    asked += 1;
    return { verdict: 'LABELLED', labels, ...more };
  };
  return { read: createLabelReader({ find }, async () => undefined, limit), asked: () => asked };
}
const view = {
  findBatch: () => ({ record: { taxonomy: { id: 'addresses', version: 1 } } }) as never,
  taxonomyOf: () => ({ categories: [{ id: 'mixer' }, { id: 'exchange' }] }) as never,
};

describe('labels of what following meets', () => {
  it('are read so many and no more, each account’s once', async () => {
    const { read, asked } = readerOf([label(), label()], 3);
    expect(await read(account(1))).toEqual({ labels: [label(), label()], isCut: false });
    await read(account(1));
    await read(account(2));
    expect(asked()).toBe(2);
    expect(await read(account(3))).toBeUndefined();
    expect(await read(account(1))).toBeDefined();
    expect(asked()).toBe(2);
  });

  it('that are not read end following, for it could be an exchange', async () => {
    const { read } = readerOf([label({ category: 'exchange' })], 1);
    const stopAt = createStops(view, read);
    expect(await stopAt(account(1))).toBe('EXCHANGE');
    expect(await stopAt(account(2))).toBe('READ_LIMIT');
  });

  it('of which older ones were not looked at are said to be more', async () => {
    const { read } = readerOf([label({ status: 'WITHDRAWN' })], 10, { omitted: 1 });
    expect(await read(account(1))).toEqual({ labels: [], isCut: true });
  });

  it('from a library that can say nothing are no finding', async () => {
    const { read } = readerOf([], 10, { verdict: 'STALE', code: 'INCOMPLETE' });
    await expect(read(account(1))).rejects.toMatchObject({ code: 'NOT_READY' });
  });
});
