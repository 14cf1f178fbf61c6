/** `POST /v1/order/advise`: which ways are open. The facts of a case stand in the body, and are kept nowhere. */
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { createRecords } from '../projection/records.ts';
import { readAdviceGround } from './advice-ground.ts';
import { advice } from './advice-shape.ts';
import { advise } from './advise.ts';
import { facts } from './facts.ts';

export function adviceEndpoints({ projection, now }: GatewayDeps): AnyEndpoint[] {
  const records = createRecords(projection.database);
  return [
    defineEndpoint({
      method: 'post',
      path: '/v1/order/advise',
      id: 'adviseOnOrder',
      tag: 'order',
      summary:
        'Which kinds of order the facts leave open, fastest first, and why others are closed',
      access: 'member',
      body: facts,
      projected: true,
      refusals: [404],
      answers: { 200: { description: 'The ways, each with its articles', schema: advice } },
      handle: async ({ principal, body }) => {
        const ground = readAdviceGround(records, principal.member, body.addressee);
        const { at = now(), role = principal.role } = body;
        return { status: 200, body: advise({ ...body, at, role }, ground) };
      },
    }),
  ];
}
