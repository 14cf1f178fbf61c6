/** `/v1/order`: what lies with the caller's member, and by when. */
import { mspId } from '@tabellion/chaincode/kernel/schema';
import { memberKey } from '@tabellion/chaincode/member/key';
import { orderKind, party } from '@tabellion/chaincode/order/vocabulary';
import { z } from 'zod';
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { integerText, limitText, pageOf } from '../http/schema.ts';
import { cursorOf, ledgerPosition } from '../projection/cursor.ts';
import { createRecords } from '../projection/records.ts';
import { createDueList, UPCOMING } from './due-list.ts';
import { type Actor, createOrderList } from './order-list.ts';
import { dueClock, ORDER_SCOPES, orderStatus, orderSummary } from './shape.ts';
import { createOrderStatistics, orderStatistics } from './statistics.ts';

const tag = 'order';
const HOUR_MS = 3_600_000;
/** How far ahead may be looked, hours. */
const MAX_WITHIN = 8784;

const inboxQuery = z.strictObject({
  cursor: ledgerPosition.optional(),
  limit: limitText,
  scope: z.enum(ORDER_SCOPES).default('ALL').meta({
    description:
      'AWAITED: those that wait for a step of the caller’s side and role. MINE: those in which the caller, or somebody who named the caller a deputy, took a step; without any filter',
  }),
  side: party.optional(),
  kind: orderKind.optional(),
  status: orderStatus.optional(),
});

const dueQuery = z.strictObject({
  cursor: cursorOf([z.int().min(0), z.string().max(40), z.string().max(80)]).optional(),
  limit: limitText,
  state: z.enum(['DUE', 'OVERDUE']).default('DUE'),
  within: integerText(1, MAX_WITHIN).default(168).meta({
    description: 'Hours; of what is due',
  }),
  obliges: party.optional(),
  marked: z.enum(['true', 'false']).optional().meta({
    description: 'Of what is overdue: whether that is on the ledger',
  }),
});

export function orderListEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { projection, enrolment, watches, now } = deps;
  const records = createRecords(projection.database);
  const orders = createOrderList(projection.database);
  const dates = createDueList(projection.database);
  const countOrders = createOrderStatistics(projection.database);

  const presentYear = () => new Date(now()).getUTCFullYear();
  /** The caller, and those who named the caller their deputy. */
  const actorsOf = (principal: Principal): Actor[] => {
    const { member } = principal;
    const own = enrolment.pseudonymsOf(principal);
    const officers = watches.deputies.listFor(member, own).map(({ officer }) => officer);
    return [...new Set([...own, ...officers])].map((person) => ({ member, person }));
  };

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/order/orders',
      id: 'listOrders',
      tag,
      summary:
        'Orders to which the caller’s member is a party, in the order of the ledger; what is awaited, longest waiting first',
      access: 'member',
      query: inboxQuery,
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(orderSummary) } },
      handle: async ({ principal, query: { cursor, limit, scope, ...filter } }) => {
        const { member, role } = principal;
        if (scope === 'MINE' && Object.values(filter).some((value) => value !== undefined))
          throw new Problem('BAD_REQUEST', 'scope MINE takes no side, kind or status');
        const page =
          scope === 'MINE'
            ? orders.listOf(actorsOf(principal), member, { cursor, limit })
            : orders.list(
                member,
                { ...filter, ...(scope === 'AWAITED' && { role }) },
                { cursor, limit },
              );
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['orders', ...page.items.map(({ key }) => key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/order/due',
      id: 'listDueClocks',
      tag,
      summary:
        'Clocks of the member’s orders by their ends: due within some hours, or overdue, by this gateway’s time',
      access: 'member',
      query: dueQuery,
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(dueClock) } },
      handle: async ({ principal, query }) => {
        const { cursor, limit, state, within, obliges, marked } = query;
        if (state === 'DUE' && marked !== undefined)
          throw new Problem('BAD_REQUEST', 'what is not over cannot be marked');
        const at = now();
        const period =
          state === 'DUE'
            ? { from: at, until: at + within * HOUR_MS, standings: UPCOMING }
            : { from: 0, until: at, standings: OVERDUE[marked ?? 'any'] };
        const page = dates.list(principal.member, { ...period, obliges }, { cursor, limit });
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['due', ...page.items.map(({ key }) => key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/order/statistics',
      id: 'countOrders',
      tag,
      summary:
        'Figures on the orders that a member issued in a calendar year, with their definitions; recorded orders only',
      access: 'member',
      query: z.strictObject({
        year: integerText(2000, 2999)
          .optional()
          .meta({ description: 'The present one (UTC), where it is left out' }),
        issuer: mspId.optional().meta({ description: 'The caller’s member, where it is left out' }),
      }),
      projected: true,
      logged: true,
      refusals: [404],
      answers: { 200: { description: 'The figures', schema: orderStatistics } },
      handle: async ({ principal, query: { year = presentYear(), issuer = principal.member } }) => {
        // Of nobody there are no figures, which is not the same as none.
        if (!records.find(memberKey(issuer))) throw new Problem('NOT_FOUND', 'no such member');
        return {
          status: 200,
          body: countOrders(year, issuer, projection.height),
          disclosed: ['statistics'],
        };
      },
    }),
  ];
}

const OVERDUE = {
  any: ['RUNS', 'MARKED'],
  true: ['MARKED'],
  false: ['RUNS'],
} as const;
