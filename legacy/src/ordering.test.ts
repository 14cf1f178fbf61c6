import type { BroadcastResponse, Client } from 'fabric-common';
import { describe, expect, it } from 'vitest';
import { Ordering } from './ordering.ts';

/** Ordering nodes that answer by their address; what a function throws is a call that fails. */
function openOrdering(nodes: Record<string, () => BroadcastResponse>) {
  const asked: string[] = [];
  const client = {
    newEndpoint: () => ({}),
    newCommitter: (address: string) => ({
      connect: async () => undefined,
      disconnect: () => undefined,
      sendBroadcast: async () => {
        asked.push(address);
        return nodes[address]!();
      },
    }),
  } as unknown as Client;
  const endpoints = Object.keys(nodes).map((address) => ({ address, tlsRoot: '' }));
  const ordering = new Ordering(client, endpoints, 300);
  const signed = { bytes: new Uint8Array([1]), signature: new Uint8Array([2]) };
  return { asked, submit: () => ordering.submit(signed, 'ab') };
}

const taken = () => ({ status: 'SUCCESS' });
const forbidden = () => ({ status: 'FORBIDDEN', info: 'not a writer' });
const leaderless = () => ({ status: 'SERVICE_UNAVAILABLE', info: 'no Raft leader' });
const silent = (): BroadcastResponse => {
  throw new Error('REQUEST TIMEOUT');
};

describe('ordering', () => {
  it('asks the next node where one fails, and another one first each time', async () => {
    const { asked, submit } = openOrdering({ a: silent, b: leaderless, c: taken });
    await submit();
    expect(asked).toEqual(['a', 'b', 'c']);
    await submit();
    expect(asked.slice(3)).toEqual(['b', 'c']);
  });

  it('is final where every node finds fault with the transaction', async () => {
    const { asked, submit } = openOrdering({ a: forbidden, b: forbidden });
    await expect(submit()).rejects.toMatchObject({ code: 'NOT_ACCEPTED', txId: 'ab' });
    expect(asked).toEqual(['a', 'b']);
  });

  it('leaves it open where one of them may have passed it on', async () => {
    for (const unsure of [silent, leaderless]) {
      const { asked, submit } = openOrdering({ a: forbidden, b: unsure });
      await expect(submit()).rejects.toMatchObject({ code: 'UNKNOWN', txId: 'ab' });
      expect(asked.length).toBeGreaterThan(2);
    }
  });

  it('waits for a leader', async () => {
    let asked = 0;
    const { submit } = openOrdering({ a: () => (++asked > 1 ? taken() : leaderless()) });
    await submit();
    expect(asked).toBe(2);
  });
});
