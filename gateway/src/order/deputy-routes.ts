/** `/v1/order/deputies`: colleagues who are told of an officer's orders and see them among their own. */
import type { Role } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import type { GatewayDeps, Principal } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { pseudonymOf } from '../http/pseudonym.ts';
import { requirePurpose } from '../http/purpose.ts';
import { recordChange } from '../journal/record-change.ts';
import { MAX_DEPUTIES } from '../watch/deputies.ts';
import { WATCHERS } from '../watch/roles.ts';
import { namedDeputies, personName } from './shape.ts';

const tag = 'order';
/** A service has no colleagues. */
const OFFICERS: readonly Role[] = WATCHERS.filter((role) => role !== 'system');

export function deputyEndpoints({ watches, enrolment, journal }: GatewayDeps): AnyEndpoint[] {
  const { deputies } = watches;

  /** As the ledger names the caller in its role. @throws Problem `NOT_ALLOWED`. */
  const officerOf = (principal: Principal): string => {
    const [own] = enrolment.pseudonymsOf(principal, principal.role);
    const isPresent = own && enrolment.findPerson(principal.member, own) !== undefined;
    if (!isPresent) throw new Problem('NOT_ALLOWED', 'the caller has no certificate in this role');
    return own;
  };
  const show = (principal: Principal) => {
    const { member } = principal;
    const own = enrolment.pseudonymsOf(principal);
    return {
      named: deputies
        .listOf(member, own)
        .map(({ officer, deputy, since }) => ({ as: officer, person: deputy, since })),
      deputyOf: deputies
        .listFor(member, own)
        .map(({ officer, deputy, since }) => ({ as: deputy, person: officer, since })),
    };
  };

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/order/deputies',
      id: 'listDeputies',
      tag,
      summary: 'Whom the caller named as deputies, and who named the caller',
      access: OFFICERS,
      answers: { 200: { description: 'Both', schema: namedDeputies } },
      handle: async ({ principal }) => ({ status: 200, body: show(principal) }),
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/order/deputies',
      id: 'nameDeputy',
      tag,
      summary: `Name a colleague, at most ${MAX_DEPUTIES}, who is told of the caller’s orders and sees them in scope MINE; it gives no right to act. \`Tabellion-Purpose\` says why`,
      access: OFFICERS,
      body: z.strictObject({ person: personName }),
      answers: { 200: { description: 'Whom the caller has named now', schema: namedDeputies } },
      refusals: [404, 422],
      handle: async ({ principal, body: { person }, headers }) => {
        const purpose = requirePurpose(headers);
        const { member } = principal;
        const officer = officerOf(principal);
        const found = enrolment.findPerson(member, person);
        if (!found) throw new Problem('NOT_FOUND', 'nobody of the member is known by that name');
        if (found.subject === principal.subject)
          throw new Problem('BAD_REQUEST', 'nobody is deputy of themselves');
        deputies.assertRoom(member, officer, person);
        const objects = [`person/${officer}`, `person/${person}`];
        await recordChange(journal, principal, { operation: 'nameDeputy', objects, purpose });
        const who = pseudonymOf({ ...principal, subject: found.subject });
        watches.nameDeputy({ member, officer, deputy: person }, who);
        return { status: 200, body: show(principal) };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/order/deputies/:person/end',
      id: 'endDeputy',
      tag,
      summary:
        'End what the caller named, in its role; `Tabellion-Purpose` says why. It ends by itself when either has no valid certificate',
      access: OFFICERS,
      params: z.strictObject({ person: personName }),
      answers: { 200: { description: 'Whom the caller has named now', schema: namedDeputies } },
      refusals: [404, 422],
      handle: async ({ principal, params: { person }, headers }) => {
        const purpose = requirePurpose(headers);
        const { member } = principal;
        const officer = officerOf(principal);
        if (!deputies.listOf(member, [officer]).some(({ deputy }) => deputy === person))
          throw new Problem('NOT_FOUND');
        const objects = [`person/${officer}`, `person/${person}`];
        await recordChange(journal, principal, { operation: 'endDeputy', objects, purpose });
        deputies.end(member, officer, person);
        return { status: 200, body: show(principal) };
      },
    }),
  ];
}
