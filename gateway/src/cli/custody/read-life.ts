/** The whole life of one item, with all its steps, however many pages they fill. */
import { custodyRecord } from '@tabellion/chaincode/custody/record';
import type { ItemLife } from '../../custody/life.ts';
import { itemLife } from '../../custody/shape.ts';
import { projected } from '../../http/schema.ts';
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
  const { body, headers } = await client.get(`/v1/custody/items/${item}`);
  const { next, ...first } = expectShape(itemLife, body);
  const steps = [...first.steps];
  for (let cursor = next; cursor !== null; ) {
    const path = `/v1/custody/items/${item}/steps`;
    const page = await getPage(client, path, projected(custodyRecord), { cursor });
    steps.push(...page.items);
    cursor = page.next;
  }
  // What was recorded between the pages is no part of the life as it was asked for.
  const { sequence } = first.head;
  if (steps.length < sequence) {
    throw new CliError('BAD_ANSWER', 'the gateway shows fewer steps than the ledger has');
  }
  const height = Number(headers.get('tabellion-height'));
  if (!Number.isSafeInteger(height) || height < 1) {
    throw new CliError(
      'BAD_ANSWER',
      'the gateway does not say on how many blocks its answer rests',
    );
  }
  return { life: { ...first, steps: steps.slice(0, sequence) } as ItemLife, height };
}
