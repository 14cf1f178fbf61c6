/** `/v1/custody/items/{id}`: the life of one item, and each of its lists page by page. */
import { custodyRecord, itemName } from '@tabellion/chaincode/custody/record';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { limitText, pageOf, projected } from '../http/schema.ts';
import { cursorOf, ledgerPosition } from '../projection/cursor.ts';
import type { ItemLives } from './item-life.ts';
import { LIFE_LISTS, type LifeListName, type ObjectionState } from './life.ts';
import { itemLife, lifeEntries } from './shape.ts';

export const byItem = z.strictObject({ id: itemName });
const tag = 'custody';

const LISTS: Readonly<Record<LifeListName, { readonly id: string; readonly summary: string }>> = {
  derived: { id: 'listDerivedItems', summary: 'Items that were derived from an item directly' },
  objections: {
    id: 'listItemObjections',
    summary: 'Objections to an item, to what it was made from or to its acquisition',
  },
  regularity: {
    id: 'listItemRegularity',
    summary: 'Judgments on how an item, its sources or its acquisition were obtained',
  },
  authenticity: {
    id: 'listItemAuthenticity',
    summary: 'Examinations of the authenticity of an item, its sources or its acquisition',
  },
  weights: {
    id: 'listItemWeights',
    summary: 'Statements on what an item, its sources or its acquisition show',
  },
};

export function lifeEndpoints({ projection }: GatewayDeps, lives: ItemLives): AnyEndpoint[] {
  const assertThere = (item: string) => {
    if (!lives.findOpening(item)) throw new Problem('NOT_FOUND');
  };

  const listEndpoint = (name: LifeListName) =>
    defineEndpoint({
      method: 'get',
      path: `/v1/custody/items/:id/${name}`,
      ...LISTS[name],
      tag,
      access: 'member',
      params: byItem,
      query: z.strictObject({ cursor: ledgerPosition.optional(), limit: limitText }),
      projected: true,
      logged: true,
      answers: {
        200: {
          description: 'A page in the order of the ledger',
          schema: pageOf(lifeEntries[name] as z.ZodType),
        },
      },
      handle: async ({ params: { id }, query }) => {
        assertThere(id);
        const page = lives.lists[name](id, query);
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: [`item/${id}/${name}`, ...page.items.map(keyOf)],
        };
      },
    });

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/custody/items/:id',
      id: 'showCustodyItem',
      tag,
      summary:
        'The life of one item, from its collection to what was said of it since, with the first page of each list',
      access: 'member',
      params: byItem,
      query: z.strictObject({ limit: limitText }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'The item', schema: itemLife } },
      handle: async ({ params, query, principal }) => {
        const found = lives.findLife(params.id, principal.member, query.limit);
        if (!found) throw new Problem('NOT_FOUND');
        return { status: 200, body: found, disclosed: [found.opening.key] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/custody/items/:id/steps',
      id: 'listCustodySteps',
      tag,
      summary: 'Steps of an item in the order of its chain',
      access: 'member',
      params: byItem,
      query: z.strictObject({ cursor: cursorOf([z.int().min(0)]).optional(), limit: limitText }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(projected(custodyRecord)) } },
      handle: async ({ params, query }) => {
        assertThere(params.id);
        const page = lives.listSteps(params.id, query);
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: [`item/${params.id}/steps`, ...page.items.map((shown) => shown.key)],
        };
      },
    }),
    ...LIFE_LISTS.map(listEndpoint),
  ];
}

const keyOf = (entry: { readonly key: string } | ObjectionState): string =>
  'objection' in entry ? entry.objection.key : entry.key;
