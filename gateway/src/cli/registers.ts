/** What documents for people need to know besides their subject: who asks, and the members' governed data. */
import { type ReferenceEntry, referenceRecord } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import { expectShape, type GatewayClient } from './gateway-client.ts';
import { listAll } from './page.ts';

/** MSP ID of the caller's member. */
export async function askMember(client: GatewayClient): Promise<string> {
  const { body } = await client.get('/v1/whoami');
  return expectShape(z.looseObject({ member: z.string() }), body).member;
}

export async function readReferences(
  client: GatewayClient,
  registers: readonly ReferenceEntry['register'][],
): Promise<ReferenceEntry[]> {
  const references: ReferenceEntry[] = [];
  for (const register of registers) {
    const view = z.looseObject({ record: referenceRecord });
    const { items } = await listAll(client, `/v1/member/reference/${register}`, view);
    references.push(...items.map(({ record }) => record.entry));
  }
  return references;
}
