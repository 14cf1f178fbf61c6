/** `POST /v1/flow/follow`: addresses in the body, never in a URL; nothing leaves before it is journalled. */
import { isRefusal, normaliseAddress, normaliseTransaction } from '@tabellion/screening';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { requirePurpose } from '../http/purpose.ts';
import { integerText } from '../http/schema.ts';
import { assertSealed } from '../journal/assert-sealed.ts';
import { showSealed } from '../journal/shape.ts';
import { commitFlow } from './flow-entry.ts';
import type { FlowQuery } from './follow.ts';
import { type FlowQueryText, flowAnswer, flowQuery } from './shape.ts';

export function flowEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { labels, journal, projection } = deps;
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
      handle: async ({ principal, query: { asOf }, body, headers }) => {
        const purpose = requirePurpose(headers);
        const { member, role } = principal;
        assertSealed(deps, principal);
        if (asOf !== undefined && asOf > projection.height) throw new Problem('HEIGHT_NOT_REACHED');
        const ledger = labels.nameLedger();
        const query = normaliseQuery(body);
        const answer = { ...(await labels.flows.follow(query, asOf)), query };
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

/** @throws Problem `BAD_INPUT`, naming the reason and never what was asked. */
function normaliseQuery({ address, transaction, ...query }: FlowQueryText): FlowQuery {
  const { network, since, until } = query;
  if (since !== undefined && until !== undefined && since > until)
    throw new Problem('BAD_INPUT', 'since: after until');
  if (transaction !== undefined) {
    const hash = normaliseTransaction(transaction, network);
    if (typeof hash !== 'string') throw new Problem('BAD_INPUT', `${hash.code}: ${hash.detail}`);
    return { ...query, transaction: hash };
  }
  const read = normaliseAddress(address!, network);
  if (isRefusal(read)) throw new Problem('BAD_INPUT', `${read.code}: ${read.detail}`);
  return { ...query, address: read.address };
}
