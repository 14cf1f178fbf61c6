import { readBlock, readEnvelopeHeader } from '@tabellion/proof';
import { expect } from 'vitest';
import type { ChaincodeEvent } from '../../../gateway/src/ledger/port.ts';
import { check } from '../check.ts';
import type { Client } from '../client.ts';

/** Events from a height on, up to the one of `last`. */
async function eventsUntil(client: Client, from: number, last: string): Promise<ChaincodeEvent[]> {
  const signal = AbortSignal.timeout(60_000);
  const events: ChaincodeEvent[] = [];
  for await (const event of client.port.events(from, { signal })) {
    events.push(event);
    if (event.txId === last) break;
  }
  return events;
}

export const eventChecks = [
  check('the last of two events stands', async (client) => {
    const from = await client.port.height();
    const { txId, block } = await client.run('announceTwice', client.key('a'), 'one', 'two');
    const events = await eventsUntil(client, from, txId);
    expect(events.filter((event) => event.txId === txId)).toEqual([
      { block, txId, name: 'second', payload: new Uint8Array(Buffer.from('two')) },
    ]);
  }),

  check('only valid transactions have events', async (client) => {
    const from = await client.port.height();
    const key = client.key('a');
    const first = await client.endorse({ fn: 'getThenAnnounce', args: [key, 'one'] });
    const second = await client.endorse({ fn: 'getThenAnnounce', args: [key, 'two'] });
    await client.submit(first);
    await client.submit(second);
    expect((await client.status(second.txId)).code).toBe('MVCC_READ_CONFLICT');
    const last = await client.run('announceTwice', client.key('b'), 'x', 'end');
    const txIds = (await eventsUntil(client, from, last.txId)).map(({ txId }) => txId);
    expect(txIds).toContain(first.txId);
    expect(txIds).not.toContain(second.txId);
  }),

  check('events follow the chain while it grows', async (client) => {
    const from = await client.port.height();
    const following = (async () => {
      for await (const event of client.port.events(from)) {
        if (Buffer.from(event.payload).toString() === client.prefix) return event.txId;
      }
      return undefined;
    })();
    const { txId } = await client.run('announceTwice', client.key('a'), 'x', client.prefix);
    expect(await following).toBe(txId);
  }),

  check('a status names the block and position where the transaction is', async (client) => {
    const { txId, block, position } = await client.run('put', client.key('a'), 'x');
    expect(await client.port.height()).toBeGreaterThan(block);
    for await (const bytes of client.port.blocks(block)) {
      const { envelopes, number } = readBlock(bytes);
      expect(number).toBe(block);
      expect(readEnvelopeHeader(envelopes[position]!).txId).toBe(txId);
      break;
    }
  }),

  check('following ends with its signal', async (client) => {
    const following = client.port.blocks(await client.port.height(), {
      signal: AbortSignal.timeout(100),
    });
    const seen: Uint8Array[] = [];
    for await (const block of following) seen.push(block);
    expect(seen.length).toBeLessThanOrEqual(1);
  }),
];
