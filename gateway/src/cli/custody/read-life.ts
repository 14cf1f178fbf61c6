/** The life of one item with all its steps, and of each list what others added up to a stated maximum. */
import { custodyRecord } from '@tabellion/chaincode/custody/record';
import type { z } from 'zod';
import {
  type ItemLife,
  type LifeListName,
  type LifeLists,
  MOST_ENTRIES,
} from '../../custody/life.ts';
import { itemLife, lifeEntries } from '../../custody/shape.ts';
import { MAX_PAGE, projected } from '../../http/schema.ts';
import type { Page } from '../../projection/cursor.ts';
import { CliError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { getPage } from '../page.ts';

export interface WholeLife {
  readonly life: ItemLife;
  /** Blocks that it rests on. */
  readonly height: number;
}

/** @throws CliError `BAD_ANSWER` where the steps are not as many as the item's head says. */
export async function readItemLife(client: GatewayClient, item: string): Promise<WholeLife> {
  const path = `/v1/custody/items/${item}`;
  const { body, headers } = await client.get(path, { query: { limit: `${MAX_PAGE}` } });
  const first = expectShape(itemLife, body);
  const height = Number(headers.get('tabellion-height'));
  if (!Number.isSafeInteger(height) || height < 1) {
    throw new CliError(
      'BAD_ANSWER',
      'the gateway does not say on how many blocks its answer rests',
    );
  }
  const { sequence } = first.head;
  const readOn = <T>(name: string, entry: z.ZodType<T>, page: Page<T>, most: number) =>
    readPages(page, most, (cursor) =>
      getPage(client, `${path}/${name}`, entry, { cursor, limit: `${MAX_PAGE}` }),
    );
  const steps = await readOn('steps', projected(custodyRecord), first.steps, sequence);
  if (steps.items.length < sequence) {
    throw new CliError('BAD_ANSWER', 'the gateway shows fewer steps than the ledger has');
  }

  const leftOut: LifeListName[] = [];
  const readList = async <Name extends LifeListName>(name: Name) => {
    const entry = lifeEntries[name] as unknown as z.ZodType<LifeLists[Name]>;
    const list = await readOn(
      name,
      entry,
      first[name] as unknown as Page<LifeLists[Name]>,
      MOST_ENTRIES,
    );
    if (list.isMore) leftOut.push(name);
    // What was recorded between the pages is no part of the life as it was asked for.
    return list.items.filter((one) => blockOf(one) < height);
  };
  const life: ItemLife = {
    ...(first as unknown as Pick<ItemLife, 'opening' | 'head' | 'provenance' | 'reader'>),
    steps: steps.items,
    derived: await readList('derived'),
    objections: (await readList('objections')).map((one) => ({
      ...one,
      replies: one.replies.filter(({ block }) => block < height),
    })),
    regularity: await readList('regularity'),
    authenticity: await readList('authenticity'),
    weights: await readList('weights'),
    leftOut,
  };
  return { life, height };
}

const blockOf = (entry: LifeLists[LifeListName]): number =>
  'objection' in entry ? entry.objection.block : entry.block;

/** Follows the pages to `most` entries. */
async function readPages<T>(
  first: Page<T>,
  most: number,
  getNext: (cursor: string) => Promise<Page<T>>,
): Promise<{ readonly items: readonly T[]; readonly isMore: boolean }> {
  const items = [...first.items];
  let { next } = first;
  while (next !== null && items.length < most) {
    const page: Page<T> = await getNext(next);
    items.push(...page.items);
    ({ next } = page);
  }
  return { items: items.slice(0, most), isMore: next !== null || items.length > most };
}
