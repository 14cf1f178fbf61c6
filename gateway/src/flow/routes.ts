/** `POST /v1/flow/follow`: addresses in the body, never in a URL; nothing leaves before it is journalled. */
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, type Call, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { requirePurpose } from '../http/purpose.ts';
import { integerText } from '../http/schema.ts';
import { assertSealed } from '../journal/assert-sealed.ts';
import { showSealed } from '../journal/shape.ts';
import { commitFlow } from './flow-entry.ts';
import type { FlowQuery } from './follow.ts';
import { normaliseQuery } from './normalise-query.ts';
import { createPlaces } from './places.ts';
import { flowAnswer, flowQuery } from './shape.ts';

export function flowEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { labels, journal, projection } = deps;
  const places = createPlaces();

  /** What is no longer wanted is worked on no more, and a place is given back only then. */
  const follow = async (
    query: FlowQuery,
    asOf: number | undefined,
    { principal, signal }: Pick<Call, 'principal' | 'signal'>,
  ) => {
    const leave = places.take(principal);
    try {
      return await labels.flows.follow(query, { asOf, signal });
    } finally {
      leave();
    }
  };

  return [
    defineEndpoint({
      method: 'post',
      path: '/v1/flow/follow',
      id: 'followFlow',
      tag: 'flow',
      summary:
        'Follows what members observed to be transferred; `Tabellion-Purpose` says why it is asked',
      access: 'member',
      query: z.strictObject({
        asOf: integerText(0, Number.MAX_SAFE_INTEGER).optional().meta({
          description: 'Height of the ledger: what was answered then',
        }),
      }),
      body: flowQuery,
      answers: {
        200: { description: 'The transfers, where they lead, and who says so', schema: flowAnswer },
      },
      refusals: [422],
      handle: async ({ principal, query: { asOf }, body, headers, signal }) => {
        const purpose = requirePurpose(headers);
        const { member, role } = principal;
        assertSealed(deps, principal);
        if (asOf !== undefined && asOf > projection.height) throw new Problem('HEIGHT_NOT_REACHED');
        const ledger = labels.nameLedger();
        const query = normaliseQuery(body);
        if ('refused' in query) throw new Problem('BAD_INPUT', query.refused);
        const answer = { ...(await follow(query, asOf, { principal, signal })), query };
        const { secret, opening, ...commitments } = commitFlow(query, answer);
        const sealed = await journal.recordSealed(
          {
            ...{ kind: 'SCREENING', member, who: pseudonymOf(principal), role },
            ...{ operation: 'followFlow', purpose, queries: 1, ...commitments },
            ...{ ledger, height: answer.height },
          },
          opening,
        );
        return { status: 200, body: { ...answer, receipt: { ...showSealed(sealed), secret } } };
      },
    }),
  ];
}
