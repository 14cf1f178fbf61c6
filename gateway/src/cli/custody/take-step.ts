/** One step of an item: number and predecessor come from the item's head, read here and now. */
import {
  type ItemHeadRecord,
  itemHeadRecord,
  itemRecord,
  type StepVerb,
  stepInputs,
} from '@tabellion/chaincode/custody/record';
import { z } from 'zod';
import { type Acted, performOwnAct } from '../act.ts';
import { checkInput } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { takeAfterHead } from '../overtaken.ts';
import type { Session } from '../session.ts';
import { describeStanding, isStillMeant } from './standing.ts';

/** Attempts at one step: on an item where so much happens at once, people should look first. */
const ATTEMPTS = 5;

const itemView = z.object({ opening: z.object({ record: itemRecord }), head: itemHeadRecord });
export type ItemView = z.infer<typeof itemView>;

/** The item without its time line. */
export async function readItem(client: GatewayClient, item: string): Promise<ItemView> {
  const { body } = await client.get(`/v1/custody/items/${item}`, { query: { limit: '1' } });
  return expectShape(itemView, body);
}

/**
 * Takes a step, and again where another one came between that does not touch what this one rests on.
 * @param toBody what it says besides, from the head that it follows on.
 * @throws CliError `ITEM_CHANGED` where it would no longer be the same step.
 */
export async function takeStep(
  session: Session,
  verb: StepVerb,
  item: string,
  toBody: (head: ItemHeadRecord) => object,
): Promise<Acted> {
  return takeAfterHead({
    signal: session.signal,
    attempts: ATTEMPTS,
    read: async () => (await readItem(session.client, item)).head,
    take: (head) => {
      const claims = { item, sequence: head.sequence + 1, previous: head.last, ...toBody(head) };
      const input = checkInput<object>(stepInputs[verb], claims);
      return performOwnAct(session, { transaction: `custody:${verb}`, input });
    },
    assertStillMeant: (before, now, error) => {
      if (isStillMeant(verb, before, now)) return;
      const told = `another step came between: the item is now ${describeStanding(now)}; nothing was recorded`;
      throw new CliError('ITEM_CHANGED', told, error);
    },
  });
}
