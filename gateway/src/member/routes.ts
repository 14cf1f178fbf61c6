/** `/v1/member`: the register, governance and the caller's own identity. The acts are in `http/acts.ts`. */

import { digestHex, jurisdiction, mspId } from '@tabellion/chaincode/kernel/schema';
import {
  type MemberRecord,
  memberRecord,
  type ParameterRecord,
  type ProposalRecord,
  parameterRecord,
  proposalRecord,
  type ReferenceRecord,
  referenceRecord,
  referenceRegister,
  role,
  type VoteRecord,
  voteRecord,
} from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { limitText, pageOf, pem, projected } from '../http/schema.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';
import { createRecords } from '../projection/records.ts';

const keyCursor = z.strictObject({
  cursor: cursorOf([z.string().max(300)]).optional(),
  limit: limitText,
});
const orderCursor = z.strictObject({
  cursor: cursorOf([z.int().min(0), z.int().min(0), z.string().max(300)]).optional(),
  limit: limitText,
});
const csr = z.strictObject({ csr: pem });
const enrolled = z.strictObject({ certificate: pem, chain: z.array(pem), mspId });
const revoked = z.strictObject({
  serial: z.string(),
  ledger: z
    .enum(['IN_FORCE', 'PENDING'])
    .describe('PENDING until the channel has the list: the administrator runs publish-crl'),
});
const CATCH_UP_MS = 5000;
const tag = 'member';

export function memberEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { projection, enrolment } = deps;
  const records = createRecords(projection.database);

  const listByKey = <T>(
    prefix: string,
    { cursor, limit }: { cursor?: readonly [string] | undefined; limit: number },
  ) => ({
    status: 200,
    body: {
      ...toPage(
        records.list<T>(prefix, cursor?.[0], limit + 1),
        limit,
        (row) => [row.key],
        (row) => row,
      ),
      height: projection.height,
    },
  });

  const findOr404 = <T>(key: string) => {
    const found = records.find<T>(key);
    if (!found) throw new Problem('NOT_FOUND');
    return found;
  };

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/member/members',
      id: 'listMembers',
      tag,
      summary: 'Members of the consortium, by MSP ID',
      access: 'member',
      query: keyCursor,
      projected: true,
      answers: { 200: { description: 'A page', schema: pageOf(projected(memberRecord)) } },
      handle: async ({ query }) => listByKey<MemberRecord>('member', query),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/member/members/:mspId',
      id: 'showMember',
      tag,
      summary: 'One member',
      access: 'member',
      params: z.strictObject({ mspId }),
      projected: true,
      answers: { 200: { description: 'The member', schema: projected(memberRecord) } },
      handle: async ({ params }) => ({
        status: 200,
        body: findOr404<MemberRecord>(`member/${params.mspId}`),
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/member/proposals',
      id: 'listProposals',
      tag,
      summary: 'Proposals in the order in which they were made',
      access: 'member',
      query: orderCursor,
      projected: true,
      answers: { 200: { description: 'A page', schema: pageOf(projected(proposalRecord)) } },
      handle: async ({ query: { cursor = [-1, -1, ''] as const, limit } }) => ({
        status: 200,
        body: {
          ...toPage(
            records.listInOrder<ProposalRecord>('proposal', cursor, limit + 1),
            limit,
            (row) => row.order,
            ({ order: _, ...row }) => row,
          ),
          height: projection.height,
        },
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/member/proposals/:id',
      id: 'showProposal',
      tag,
      summary: 'One proposal with its votes',
      access: 'member',
      params: z.strictObject({ id: digestHex }),
      projected: true,
      answers: {
        200: {
          description: 'The proposal',
          schema: projected(proposalRecord).extend({ votes: z.array(projected(voteRecord)) }),
        },
      },
      handle: async ({ params }) => ({
        status: 200,
        body: {
          ...findOr404<ProposalRecord>(`proposal/${params.id}`),
          votes: records.list<VoteRecord>(`vote/${params.id}`),
        },
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/member/parameters',
      id: 'listParameters',
      tag,
      summary: 'Parameters in force',
      access: 'member',
      query: keyCursor,
      projected: true,
      answers: { 200: { description: 'A page', schema: pageOf(projected(parameterRecord)) } },
      handle: async ({ query }) => listByKey<ParameterRecord>('parameter', query),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/member/reference/:register',
      id: 'listReference',
      tag,
      summary: 'Governed methods, legal bases or standards, every version',
      access: 'member',
      params: z.strictObject({ register: referenceRegister }),
      query: keyCursor,
      projected: true,
      answers: { 200: { description: 'A page', schema: pageOf(projected(referenceRecord)) } },
      handle: async ({ params, query }) =>
        listByKey<ReferenceRecord>(`reference/${params.register}`, query),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/whoami',
      id: 'whoami',
      tag,
      summary: 'The caller as the gateway sees it',
      access: 'member',
      own: true,
      answers: {
        200: {
          description: 'The caller',
          schema: z.strictObject({
            subject: z.string(),
            member: mspId,
            role,
            clientKind: z.enum(['person', 'system']),
            jurisdiction: jurisdiction.nullable(),
          }),
        },
      },
      handle: async ({ principal: { subject, member, role, clientKind } }) => ({
        status: 200,
        body: {
          subject,
          member,
          role,
          clientKind,
          jurisdiction: records.find<MemberRecord>(`member/${member}`)?.record.jurisdiction ?? null,
        },
      }),
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/member/enrol',
      id: 'enrol',
      tag,
      summary: 'Get a certificate for a key that the caller made',
      access: 'member',
      own: true,
      act: true,
      body: csr,
      answers: { 201: { description: 'The certificate', schema: enrolled } },
      handle: async ({ principal, body }) => ({
        status: 201,
        body: await enrolment.enrol(principal, body.csr),
      }),
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/member/renew',
      id: 'renew',
      tag,
      summary: 'Get a new certificate before the old one expires',
      access: 'member',
      own: true,
      act: true,
      body: csr,
      answers: { 201: { description: 'The certificate', schema: enrolled } },
      handle: async ({ principal, body }) => ({
        status: 201,
        body: await enrolment.renew(principal, body.csr),
      }),
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/member/revoke',
      id: 'revoke',
      tag,
      summary: 'Revoke a certificate of one’s own or, as delegate, of one’s member',
      access: 'member',
      own: true,
      act: true,
      body: z.strictObject({
        serial: z.string().regex(/^[0-9a-f]{1,40}$/),
        reason: z.string().min(1).max(120),
      }),
      answers: { 200: { description: 'Revoked', schema: revoked } },
      handle: async ({ principal, body }) => {
        await enrolment.revoke(principal, body);
        // Whether the channel has it shows once its last block is projected.
        await projection.catchUp(AbortSignal.timeout(CATCH_UP_MS)).catch(() => false);
        const serial = body.serial;
        const isPending = deps
          .pendingRevocations()
          .some((one) => one.member === principal.member && one.serial === serial);
        return { status: 200, body: { serial, ledger: isPending ? 'PENDING' : 'IN_FORCE' } };
      },
    }),
  ];
}
