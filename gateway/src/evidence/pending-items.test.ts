import '@tabellion/proof/node';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestChunks } from './manifest.ts';
import { hasUnanchored, type PendingItem, PendingItems } from './pending-items.ts';
import { ACQUISITION, describeLines, makeDirectory, makeLine } from './testing.ts';

let home: ReturnType<typeof makeDirectory>;
let items: PendingItems;
const open = (batchItems = 4) =>
  new PendingItems(join(home.path, 'items.sqlite'), ACQUISITION, batchItems);
beforeEach(() => {
  home = makeDirectory();
  items = open();
});
afterEach(() => {
  items.close();
  home.remove();
});

const lines = Array.from({ length: 10 }, (_, index) => makeLine(`item ${index}`));
const item = (index: number, source?: PendingItem['source']): PendingItem => ({
  size: 1,
  collectedAt: 1000 - index,
  commitment: lines[index]!,
  ...(source === undefined ? {} : { source }),
});
const DIGEST = 'cd'.repeat(32);
const attempt = { digest: DIGEST, txId: 'ab'.repeat(32) };

function reopen() {
  items.close();
  items = open();
}

describe('batches', () => {
  it('are sealed by size, and at will, with the facts of their manifest', () => {
    const sealed = lines.slice(0, 6).map((_, index) => items.add(item(index)));
    expect(sealed).toEqual([false, false, false, true, false, false]);
    const batch = items.firstUnconfirmed()!;
    const { root, digest } = describeLines(lines.slice(0, 4));
    expect(batch).toEqual({
      acquisition: ACQUISITION,
      first: 1,
      last: 4,
      root,
      manifest: digest,
      size: 4,
      bytes: 4,
      collectedAt: 997,
    });
    expect(Buffer.concat([...manifestChunks(items.lines(batch))])).toEqual(
      Buffer.concat([...manifestChunks(lines.slice(0, 4))]),
    );
    items.confirm(batch, attempt);
    expect(items.firstUnconfirmed()).toBeUndefined();
    items.seal();
    expect(items.firstUnconfirmed()).toMatchObject({ first: 5, last: 6, size: 2 });
    items.seal();
    expect(items.totals()).toEqual({ batches: 1, items: 4, bytes: 4 });
  });

  it('fill on after a restart as if there had been none', () => {
    for (let index = 0; index < 3; index += 1) items.add(item(index));
    reopen();
    expect(items.add(item(3))).toBe(true);
    expect(items.firstUnconfirmed()).toMatchObject({
      manifest: describeLines(lines.slice(0, 4)).digest,
      collectedAt: 997,
    });
  });

  it('hold after a write that failed what is on disk, and no more', () => {
    items.accept('one', [item(0)]);
    const unwritable = { ...item(2), size: 0.5 };
    expect(() => items.accept('two', [item(1), unwritable])).toThrow();
    expect(items.findReceipt('two')).toBeUndefined();
    items.accept('three', [item(3)]);
    items.seal();
    const kept = describeLines([lines[0]!, lines[3]!]);
    expect(items.firstUnconfirmed()).toMatchObject({ size: 2, manifest: kept.digest });
    expect(items.findReceipt('three')).toEqual({ first: 2, last: 2 });
  });

  it('say at a glance whether any is left to anchor', () => {
    const isLeft = () => {
      items.close();
      const left = hasUnanchored(join(home.path, 'items.sqlite'));
      items = open();
      return left;
    };
    expect(isLeft()).toBe(false);
    items.add(item(0));
    expect(isLeft()).toBe(true);
    items.seal();
    expect(isLeft()).toBe(true);
    items.confirm(items.firstUnconfirmed()!, attempt);
    expect(isLeft()).toBe(false);
  });

  it('remember their attempts and their place on the ledger over a restart', () => {
    for (let index = 0; index < 4; index += 1) items.add(item(index));
    items.attemptsOf(items.firstUnconfirmed()!).record(attempt);
    reopen();
    const batch = items.firstUnconfirmed()!;
    expect(items.attemptsOf(batch).list()).toEqual([attempt]);
    items.confirm(batch, attempt);
    reopen();
    expect(items.firstUnconfirmed()).toBeUndefined();
    expect(items.confirmedBetween(2, 3)).toEqual([{ ...batch, batch: DIGEST, txId: attempt.txId }]);
  });
});

describe('sources', () => {
  it('are known by name and stamp, and taken once', () => {
    const source = { name: 'a\xff', stamp: '1:2:3' };
    expect(items.findSource(source.name, source.stamp)).toBeUndefined();
    items.add(item(0, source));
    items.add(item(1, source));
    expect(items.findSource(source.name, source.stamp)).toBe('present');
    expect(items.findSource(source.name, '1:2:4')).toBe('changed');
    items.add(item(2, { ...source, stamp: '1:2:4' }));
    items.seal();
    expect(items.firstUnconfirmed()).toMatchObject({ size: 2 });
  });
});

describe('receipts', () => {
  it('stand for their items, also across batches', () => {
    items.accept('r1', [item(0), item(1)]);
    items.accept('r2', [item(2), item(3), item(4)]);
    reopen();
    expect(items.findReceipt('r1')).toEqual({ first: 1, last: 2 });
    expect(items.findReceipt('r2')).toEqual({ first: 3, last: 5 });
    expect(items.findReceipt('r3')).toBeUndefined();
    expect(items.firstUnconfirmed()).toMatchObject({ first: 1, last: 4 });
    expect(Buffer.from(items.commitment(5))).toEqual(lines[4]);
  });
});

it('are open to one process at a time', () => {
  expect(() => open()).toThrow(expect.objectContaining({ code: 'STATE_IN_USE' }));
});
