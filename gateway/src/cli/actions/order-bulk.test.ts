/** Of many orders, what was done is told, and what was not. */
import { expect, it } from 'vitest';
import { CliError } from '../failure.ts';
import { takeEach } from './order-bulk.ts';

const ORDERS = ['a', 'b', 'c', 'd'].map((character) => character.repeat(32));
const done = { txId: '1'.repeat(64), record: { status: 'RECEIVED' } };

it('an interruption loses nothing of what was done before it', async () => {
  const closing = new AbortController();
  const { document, text, exit } = await takeEach(ORDERS, closing.signal, async (order) => {
    if (order !== ORDERS[1]) return done;
    closing.abort();
    throw new CliError('INTERRUPTED', 'interrupted');
  });
  expect(document).toMatchObject({
    results: [{ order: ORDERS[0], status: 'RECEIVED' }, { error: { code: 'INTERRUPTED' } }],
    ...{ failed: 1, left: ORDERS.slice(2) },
  });
  expect([exit, text]).toEqual([1, expect.stringContaining('2 orders not tried')]);
});

it('more than one command takes are left, and said to be', async () => {
  const { signal } = new AbortController();
  const { document, exit } = await takeEach(ORDERS, signal, async () => done, 3);
  expect([document, exit]).toMatchObject([{ failed: 0, left: [ORDERS[3]] }, 1]);
});
