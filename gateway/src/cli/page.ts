/** Lists come in pages; these follow the cursor. */
import { z } from 'zod';
import { expectShape, type GatewayClient, type RequestOptions } from './gateway-client.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  /** Blocks that the answer rests on. */
  readonly height: number;
  /** Time of the ledger, where what is listed is judged by it. */
  readonly at?: number | undefined;
}

const pageSchema = <T>(item: z.ZodType<T>) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable(),
    height: z.int(),
    at: z.int().optional(),
  });

export async function getPage<T>(
  client: GatewayClient,
  path: string,
  item: z.ZodType<T>,
  query: NonNullable<RequestOptions['query']>,
): Promise<Page<T>> {
  const { body } = await client.get(path, { query });
  return expectShape(pageSchema(item), body);
}

/** Every item of a list that is short by nature, such as the members. */
export async function listAll<T>(
  client: GatewayClient,
  path: string,
  item: z.ZodType<T>,
  query: NonNullable<RequestOptions['query']> = {},
): Promise<Omit<Page<T>, 'next'>> {
  const items: T[] = [];
  let page = await getPage(client, path, item, query);
  items.push(...page.items);
  while (page.next !== null) {
    page = await getPage(client, path, item, { ...query, cursor: page.next });
    items.push(...page.items);
  }
  return { items, height: page.height, at: page.at };
}
