/**
 * `POST /v1/order/advise` and `/v1/order/check`: before an order is issued. Facts and contents stand in the body;
 * nothing of them is written, logged or repeated.
 */
import { memberKey } from '@tabellion/chaincode/member/key';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { createRecords } from '../projection/records.ts';
import { projectedState } from '../projection/state.ts';
import { readAdviceGround } from './advice-ground.ts';
import { advice } from './advice-shape.ts';
import { advise } from './advise.ts';
import { checkOrder, orderCheck, orderDraft } from './check-order.ts';
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
    defineEndpoint({
      method: 'post',
      path: '/v1/order/check',
      id: 'checkOrder',
      tag: 'order',
      summary: 'What would be refused of a draft, and what its addressee will likely reject',
      access: 'member',
      body: orderDraft,
      projected: true,
      answers: { 200: { description: 'All that was found', schema: orderCheck } },
      handle: async ({ principal, body }) => {
        const findMember = (mspId: string) => records.find<MemberRecord>(memberKey(mspId))?.record;
        const issuer = findMember(principal.member)!;
        const { role = principal.role } = body;
        const act = { member: issuer.mspId, jurisdiction: issuer.jurisdiction, role, at: now() };
        const state = projectedState(records);
        return { status: 200, body: await checkOrder(body, { state, issuer, findMember, act }) };
      },
    }),
  ];
}
