import { z } from 'zod';
import { encodeCursor } from '../../projection/cursor.ts';
import { CliError } from '../failure.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { getPage } from '../page.ts';

const step = z.object({ key: z.string(), record: z.object({ sequence: z.int() }) });

/** Digest of an item's step by its number, from 1. @throws CliError `USAGE` if there is none. */
export async function findStepKey(
  client: GatewayClient,
  item: string,
  sequence: number,
): Promise<string> {
  const cursor = encodeCursor([sequence - 1]);
  const page = await getPage(client, `/v1/custody/items/${item}/steps`, step, {
    cursor,
    limit: '1',
  });
  const [found] = page.items;
  if (found?.record.sequence !== sequence) {
    throw new CliError('USAGE', `the item has no step ${sequence}`);
  }
  return found.key.slice('custody/'.length);
}
