/** For the tests of this part: orders of DE to an exchange in SG, on a gateway whose time can be moved. */
import { expect } from 'vitest';
import { draftHttpOrder, publishForOrders, stepOf } from '../../../test/recovery/every-order.ts';
import { DE, openTestConsortium, startTestGateway, type TestPerson } from '../http/testing.ts';

export const EXCHANGE = 'ExchangeMSP';
export const DAY_MS = 86_400_000;

export async function openOrderScene() {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const consortium = await openTestConsortium(now);
  let gateway = await startTestGateway(consortium, { now });
  await publishForOrders(gateway);
  const judge = await gateway.enrolPerson(DE, 'judicialReviewer', 'richter');
  const counsel = await gateway.enrolPerson(EXCHANGE, 'delegate', 'counsel');

  const act = async (person: TestPerson, verb: string, says: unknown, secret?: object) => {
    const { json, text } = await gateway.act(
      ...([person, `order/${verb}`, says, secret] as Parameters<typeof gateway.act>),
    );
    expect(json?.code, text).toBe('VALID');
    await gateway.deps.projection.catchUp(AbortSignal.timeout(30_000));
  };
  const take = async (person: TestPerson, id: string, verb: string, says: object = {}) =>
    act(person, verb, await stepOf(gateway, id, says));
  const issue = async (categories: readonly string[], profile?: string): Promise<string> => {
    const { input, transient } = draftHttpOrder(categories, undefined, profile);
    await act(judge, 'issue', input, transient);
    return input.id;
  };
  return {
    ...{ consortium, judge, counsel, now, act, take, issue },
    get gateway() {
      return gateway;
    },
    /** Moves the time of ledger and gateway. */
    pass(milliseconds: number): void {
      ahead += milliseconds;
    },
    /** Served, and received by the word of a side. */
    async received(categories: readonly string[], by: 'ADDRESSEE' | 'ISSUER' = 'ADDRESSEE') {
      const id = await issue(categories);
      await take(judge, id, 'serve', { channel: 'by hand' });
      const proof = by === 'ISSUER' && { proof: 'a'.repeat(64) };
      const person = by === 'ISSUER' ? judge : counsel;
      await take(person, id, 'receive', { receivedAt: now(), ...proof });
      return id;
    },
    /** With the state that it had. */
    async restart() {
      await gateway.close();
      gateway = await startTestGateway(consortium, { now });
    },
    async close() {
      await gateway.close();
      await consortium.close();
    },
  };
}
export type OrderScene = Awaited<ReturnType<typeof openOrderScene>>;
