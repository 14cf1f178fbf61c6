/** `/v1/order`: orders, their steps, and what the own member was given to read. The acts are in `http/acts.ts`. */
import { memberKey } from '@tabellion/chaincode/member/key';
import { listRoles, mayAct } from '@tabellion/chaincode/member/permission';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import { isParty } from '@tabellion/chaincode/order/entitlement';
import { orderHeadKey, orderKey, orderStepKey } from '@tabellion/chaincode/order/key';
import {
  type OrderHeadRecord,
  type OrderRecord,
  type OrderStepRecord,
  orderContent,
  orderHeadRecord,
  orderId,
  orderRecord,
  orderStepOutline,
} from '@tabellion/chaincode/order/record';
import { BUNDLE_MEDIA_TYPE, parseCanonical, utf8 } from '@tabellion/proof';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { integerText, projected } from '../http/schema.ts';
import { createRecords } from '../projection/records.ts';
import { assembleOrderProof } from './proof.ts';

const tag = 'order';
const MAX_STEPS_PAGE = 64;
const byOrder = z.strictObject({ id: orderId });
const unknown = () => new Problem('NOT_FOUND', 'no such order');

export function orderEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { ledger, projection, serviceSigners } = deps;
  const records = createRecords(projection.database);

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/order/orders/:id',
      id: 'showOrder',
      tag,
      summary: 'An order, and where it and its clocks stand',
      access: 'member',
      params: byOrder,
      projected: true,
      logged: true,
      answers: {
        200: {
          description: 'The order',
          schema: z.strictObject({
            order: projected(orderRecord),
            head: projected(orderHeadRecord),
            height: z.int(),
          }),
        },
      },
      handle: async ({ params: { id } }) => {
        const order = records.find<OrderRecord>(orderKey(id));
        const head = records.find<OrderHeadRecord>(orderHeadKey(id));
        if (!order || !head) throw unknown();
        return {
          status: 200,
          body: { order, head, height: projection.height },
          disclosed: [order.key, head.key],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/order/orders/:id/steps',
      id: 'listOrderSteps',
      tag,
      summary: 'The steps of an order, in their order',
      access: 'member',
      params: byOrder,
      query: z.strictObject({
        after: integerText(0, 256).default(0),
        limit: integerText(1, MAX_STEPS_PAGE).default(MAX_STEPS_PAGE),
      }),
      projected: true,
      logged: true,
      answers: {
        200: {
          description: 'A page; the next one follows after the last sequence of this one',
          schema: z.strictObject({ items: z.array(projected(orderStepOutline)), height: z.int() }),
        },
      },
      handle: async ({ params: { id }, query: { after, limit } }) => {
        if (!records.find<OrderRecord>(orderKey(id))) throw unknown();
        const items = Array.from({ length: limit }, (_, index) =>
          records.find<OrderStepRecord>(orderStepKey(id, after + index + 1)),
        ).filter((found) => found !== undefined);
        return {
          status: 200,
          body: { items, height: projection.height },
          disclosed: [`order-step/${id}`, ...items.map(({ key }) => key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/order/orders/:id/contents/:party',
      id: 'readOrderContent',
      tag,
      summary: 'What a party is given to read, for whom it is meant and for the issuer',
      access: listRoles('order:receive'),
      params: byOrder.extend({ party: z.enum(['ADDRESSEE', 'ENFORCING']) }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'The content in force', schema: orderContent } },
      handle: async ({ params: { id, party }, principal }) => {
        const member = records.find<MemberRecord>(memberKey(principal.member))?.record;
        // A state's delegate speaks for it in governance, and takes no step of an order.
        if (!member || !mayAct(principal.role, member.kind, 'order:receive'))
          throw new Problem('NOT_ALLOWED', 'it is read by who may take steps of orders');
        const digest = records.find<OrderHeadRecord>(orderHeadKey(id))?.record.contents[party];
        const signer = serviceSigners.get(principal.member);
        if (digest === undefined || signer === undefined) throw unknown();
        // The contract reads the collection of the signer's own member, and of nobody else.
        const { proposal } = await ledger.prepare({
          transaction: 'order:readContent',
          args: [utf8(`${id}/${party}/${digest}`)],
          creator: signer.creator,
        });
        const bytes = await ledger.evaluate({
          bytes: proposal,
          signature: await signer.sign(proposal),
        });
        const body = orderContent.parse(parseCanonical(bytes));
        return { status: 200, body, disclosed: [`order-content/${id}/${party}/${digest}`] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/order/orders/:id/proof',
      id: 'exportOrderProof',
      tag,
      summary: 'Proof of an order from its issue to where it stands now, for its parties',
      access: 'member',
      params: byOrder,
      query: z.strictObject({
        batches: z.enum(['true', 'false']).default('true'),
        custody: z.enum(['true', 'false']).default('true'),
      }),
      logged: true,
      answers: {
        200: {
          description: 'The proof bundle, without what the parties were given to read',
          mediaType: BUNDLE_MEDIA_TYPE,
        },
      },
      refusals: [409, 422],
      handle: async ({ params: { id }, query: { batches, custody }, principal }) => {
        const order = records.find<OrderRecord>(orderKey(id));
        if (!order) throw unknown();
        if (!isParty(order.record, principal.member))
          throw new Problem('NOT_A_PARTY', 'its parties take proofs of it');
        const parts = { batches: batches === 'true', custody: custody === 'true' };
        return {
          status: 200,
          body: await assembleOrderProof(deps, id, parts),
          mediaType: BUNDLE_MEDIA_TYPE,
          disclosed: [`order/${id}/proof`],
        };
      },
    }),
  ];
}
