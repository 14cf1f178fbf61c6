/**
 * `/v1/disclosure/grants/:id/views`: who came with a grant, when, and what was shown: the journal's
 * entries of that grant at this gateway (O-3).
 */
import { grantId } from '@tabellion/chaincode/disclosure/record';
import { digestHex, timestamp } from '@tabellion/chaincode/kernel/schema';
import type { Role } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import { findAct, rolesOf } from '../http/acts.ts';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { limitText, pageOf } from '../http/schema.ts';
import type { JournalItem } from '../journal/journal.ts';
import { SUPERVISORS } from '../journal/routes.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';

export const grantView = z.strictObject({
  position: z.int().meta({ description: 'In the member’s journal, for its proof' }),
  at: timestamp,
  kind: z.enum(['READ', 'REFUSAL']),
  operation: z.string(),
  code: z.string().nullable().meta({ description: 'Why it was refused' }),
  objects: z.array(z.string()).nullable().meta({
    description:
      'What the answer showed; null for who does not supervise: what a defence looks at is its own',
  }),
  batch: digestHex.nullable().meta({
    description: 'Journal record on the ledger that covers the entry; null until then',
  }),
});
export type GrantView = z.infer<typeof grantView>;

/** Those who may end an access see that it was used; those who supervise see all of it. */
const access = [...new Set<Role>([...rolesOf(findAct('disclosure:revoke')!), ...SUPERVISORS])];

/** @param assertOwn throws `NOT_FOUND` for a grant that the caller's member has not given. */
export function grantJournalEndpoint(
  { journal, projection }: Pick<GatewayDeps, 'journal' | 'projection'>,
  assertOwn: (id: string, member: string) => void,
): AnyEndpoint {
  return defineEndpoint({
    method: 'get',
    path: '/v1/disclosure/grants/:id/views',
    id: 'listGrantViews',
    tag: 'disclosure',
    summary: 'What was shown, or refused, to who came with a grant of the own member',
    access,
    params: z.strictObject({ id: grantId }),
    query: z.strictObject({
      cursor: cursorOf([z.int().min(0)]).optional(),
      limit: limitText,
    }),
    projected: true,
    logged: true,
    answers: { 200: { description: 'A page, oldest first', schema: pageOf(grantView) } },
    handle: async ({ params: { id }, query: { cursor: [last] = [0], limit }, principal }) => {
      const { member, role } = principal;
      assertOwn(id, member);
      const isSupervisor = SUPERVISORS.some((own) => own === role);
      const found = journal.listOfGuest(member, `grant/${id}`, last + 1, limit + 1);
      const page = toPage(found, limit, ({ position }) => [position], showFor(isSupervisor));
      return {
        status: 200,
        body: { ...page, height: projection.height },
        disclosed: [`grant/${id}/views`],
      };
    },
  });
}

const showFor =
  (isSupervisor: boolean) =>
  ({ position, entry, batch }: JournalItem): GrantView => ({
    position,
    at: entry.at,
    // Guests do nothing else.
    kind: entry.kind === 'REFUSAL' ? 'REFUSAL' : 'READ',
    operation: entry.operation,
    code: entry.kind === 'REFUSAL' ? entry.code : null,
    objects: !isSupervisor ? null : entry.kind === 'READ' ? entry.objects : [],
    batch,
  });
