/** `/v1/custody`: what the ledger says of items. The acts are in `http/acts.ts`. */
import { custodyStatus } from '@tabellion/chaincode/custody/record';
import { acquisitionId } from '@tabellion/chaincode/evidence/record';
import { digestHex, mspId, reference } from '@tabellion/chaincode/kernel/schema';
import { memberKey } from '@tabellion/chaincode/member/key';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import { BUNDLE_MEDIA_TYPE } from '@tabellion/proof';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { limitText, pageOf } from '../http/schema.ts';
import { ledgerPosition } from '../projection/cursor.ts';
import { createRecords } from '../projection/records.ts';
import { createItemLives } from './item-life.ts';
import { createItemList } from './item-list.ts';
import { byItem, lifeEndpoints } from './life-routes.ts';
import { assembleCustodyProof } from './proof.ts';
import { awaited, itemFlag, itemSummary, mirrorState, originKind } from './shape.ts';
import { createCustodyStatistics, custodyStatistics } from './statistics.ts';

const tag = 'custody';

const positionPage = z.strictObject({ cursor: ledgerPosition.optional(), limit: limitText });

export function custodyEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { projection } = deps;
  const records = createRecords(projection.database);
  const lives = createItemLives(projection.database);
  const items = createItemList(projection.database);
  const countCustody = createCustodyStatistics(projection.database);

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/custody/items',
      id: 'listCustodyItems',
      tag,
      summary: 'Items that have custody records of their own, in the order of the ledger',
      access: 'member',
      query: positionPage.extend({
        leaf: digestHex.optional(),
        case: reference.optional(),
        acquisition: acquisitionId.optional(),
        holder: mspId.optional(),
        status: custodyStatus.optional(),
        origin: originKind.optional(),
        offeredTo: mspId.optional(),
        flag: itemFlag.optional(),
        mirror: mirrorState.optional(),
      }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(itemSummary) } },
      handle: async ({ query: { cursor, limit, ...filter } }) => {
        const page = items.listItems(filter, { cursor, limit });
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['items', ...page.items.map((shown) => shown.key)],
        };
      },
    }),
    ...lifeEndpoints(deps, lives),
    defineEndpoint({
      method: 'get',
      path: '/v1/custody/items/:id/proof',
      id: 'exportCustodyProof',
      tag,
      summary: 'Proof of an item’s whole chain of custody as it stands now',
      access: 'member',
      params: byItem,
      logged: true,
      answers: { 200: { description: 'The proof bundle', mediaType: BUNDLE_MEDIA_TYPE } },
      refusals: [409],
      handle: async ({ params: { id } }) => ({
        status: 200,
        body: await assembleCustodyProof(deps, lives, id),
        mediaType: BUNDLE_MEDIA_TYPE,
        disclosed: [`item/${id}/proof`],
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/custody/inbox',
      id: 'listCustodyInbox',
      tag,
      summary: 'What waits for the caller’s member: offers, mirrors to confirm, objections',
      access: 'member',
      query: positionPage,
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(awaited) } },
      handle: async ({ query, principal: { member } }) => {
        const record = records.find<MemberRecord>(memberKey(member))?.record;
        if (!record) throw new Problem('UNKNOWN_MEMBER');
        // Only a state speaks for its jurisdiction (EVD-11).
        const jurisdiction = record.kind === 'STATE' ? record.jurisdiction : null;
        const reader = { member, jurisdiction };
        const page = items.listAwaited(reader, projection.latestTime, query);
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: [
            'inbox',
            ...page.items.map((shown) =>
              shown.kind === 'OBJECTION' ? shown.objection.key : shown.item.key,
            ),
          ],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/custody/statistics',
      id: 'countCustody',
      tag,
      summary: 'Figures on custody and retrieval with their definitions; recorded cases only',
      access: 'member',
      projected: true,
      logged: true,
      answers: { 200: { description: 'The figures', schema: custodyStatistics } },
      handle: async () => ({
        status: 200,
        body: countCustody(projection.height),
        disclosed: ['statistics'],
      }),
    }),
  ];
}
