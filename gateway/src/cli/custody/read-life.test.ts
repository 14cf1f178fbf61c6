import { describe, expect, it } from 'vitest';
import { describeLeftOut } from '../../custody/left-out.ts';
import { LIFE_LISTS, MOST_ENTRIES } from '../../custody/life.ts';
import { sampleLife } from '../../exchange/testing.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { readItemLife } from './read-life.ts';

const PAGE = 200;
const { leftOut: _, ...life } = sampleLife();
const ITEM = life.opening.record.item;
/** Above whatever the sample rests on. */
const HEIGHT = 1000;

/** A gateway that shows these lists page by page. */
function showing(lists: Partial<Record<string, unknown>>, head = life.head) {
  const asked: string[] = [];
  const pageOf = (name: string, from: number) => {
    const all = lists[name] as readonly unknown[];
    const next = from + PAGE < all.length ? `${from + PAGE}` : null;
    return { items: all.slice(from, from + PAGE), next };
  };
  const client = {
    get: async (path: string, { query = {} }: { query?: Record<string, string> } = {}) => {
      asked.push(path);
      const headers = new Headers({ 'tabellion-height': `${HEIGHT}` });
      const name = path.split('/')[5];
      if (name !== undefined) {
        return { headers, body: { ...pageOf(name, Number(query.cursor)), height: HEIGHT + 1 } };
      }
      const pages = ['steps', ...LIFE_LISTS].map((list) => [list, pageOf(list, 0)]);
      return { headers, body: { ...life, head, ...Object.fromEntries(pages) } };
    },
  } as unknown as GatewayClient;
  return { client, asked };
}

describe('the life of an item', () => {
  it('is read to its end, page by page, and nothing is left out', async () => {
    const [weight] = life.weights;
    const weights = Array.from({ length: 2 * PAGE + 1 }, () => weight);
    const { client } = showing({ ...life, weights });
    const read = await readItemLife(client, ITEM);
    expect(read.life.weights).toHaveLength(weights.length);
    expect(read.life.steps).toEqual(life.steps);
    expect(read.life.leftOut).toEqual([]);
    expect(describeLeftOut(read.life)).toEqual([]);
  });

  it('says which lists have more than is read, and asks for no page beyond', async () => {
    const [weight] = life.weights;
    const weights = Array.from({ length: MOST_ENTRIES + 1 }, () => weight);
    const { client, asked } = showing({ ...life, weights });
    const read = await readItemLife(client, ITEM);
    expect(read.life.weights).toHaveLength(MOST_ENTRIES);
    expect(read.life.leftOut).toEqual(['weights']);
    expect(describeLeftOut(read.life).join()).toMatch(/first 1000 statements on weight/);
    expect(asked).toHaveLength(MOST_ENTRIES / PAGE);
    const exactly = showing({ ...life, weights: weights.slice(1) });
    expect((await readItemLife(exactly.client, ITEM)).life.leftOut).toEqual([]);
  });

  it('rests on one height: what came between the pages is no part of it', async () => {
    const [weight] = life.weights;
    const later = { ...weight!, block: HEIGHT };
    const { client } = showing({ ...life, weights: [weight, later] });
    expect((await readItemLife(client, ITEM)).life.weights).toEqual([weight]);
  });

  it('with fewer steps than its head counts is refused', async () => {
    const { client } = showing(life, { ...life.head, sequence: life.head.sequence + 1 });
    await expect(readItemLife(client, ITEM)).rejects.toEqual(
      expect.objectContaining({ code: 'BAD_ANSWER' }),
    );
  });
});
