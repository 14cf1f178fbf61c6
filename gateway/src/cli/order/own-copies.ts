/** What the own member was given to read of an order, or gave to read. */
import { type OrderContent, orderContent } from '@tabellion/chaincode/order/record';
import { ProblemError } from '../failure.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';

/** The issuer has each party's copy, another party its own, and nobody else any. */
export async function readOwnCopies(client: GatewayClient, order: string): Promise<OrderContent[]> {
  const copies: OrderContent[] = [];
  for (const party of orderContent.shape.for.options) {
    try {
      const { body } = await client.get(`/v1/order/orders/${order}/contents/${party}`);
      copies.push(expectShape(orderContent, body));
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'NOT_FOUND') throw error;
    }
  }
  return copies;
}
