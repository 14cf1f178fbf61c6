/** `/v1/review`: objections and what else was said of evidence. The acts are in `http/acts.ts`. */
import { mspId } from '@tabellion/chaincode/kernel/schema';
import {
  authenticityRecord,
  objectionId,
  objectionRecord,
  regularityRecord,
  replyRecord,
  subject,
  weightRecord,
} from '@tabellion/chaincode/review/record';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { limitText, pageOf, projected } from '../http/schema.ts';
import { ledgerPosition } from '../projection/cursor.ts';
import { createReviewView, OBJECTION_STATES } from './view.ts';

const tag = 'review';

const shownObjection = z.strictObject({
  objection: projected(objectionRecord),
  replies: z.array(projected(replyRecord)),
  state: z.enum(OBJECTION_STATES).meta({
    description: 'By the time of the ledger’s latest transaction',
  }),
});
const review = projected(
  z.discriminatedUnion('type', [
    objectionRecord,
    replyRecord,
    regularityRecord,
    authenticityRecord,
    weightRecord,
  ]),
);
const [acquisition, item] = subject.options;
const subjectId = z.union([acquisition.shape.id, item.shape.id]);
const positionPage = z.strictObject({ cursor: ledgerPosition.optional(), limit: limitText });

export function reviewEndpoints({ projection }: GatewayDeps): AnyEndpoint[] {
  const reviews = createReviewView(projection.database);
  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/review/objections',
      id: 'listObjections',
      tag,
      summary: 'Objections with their answers, and whether one is due or overdue',
      access: 'member',
      query: positionPage.extend({
        answerer: mspId.optional(),
        subject: subjectId.optional(),
        state: z.enum(OBJECTION_STATES).optional(),
      }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(shownObjection) } },
      handle: async ({ query: { cursor, limit, ...filter } }) => {
        const page = reviews.listObjections(filter, projection.latestTime, { cursor, limit });
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['objections', ...page.items.map(({ objection }) => objection.key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/review/objections/:id',
      id: 'showObjection',
      tag,
      summary: 'One objection with its answers',
      access: 'member',
      params: z.strictObject({ id: objectionId }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'The objection', schema: shownObjection } },
      handle: async ({ params: { id } }) => {
        const found = reviews.find(id, projection.latestTime);
        if (!found) throw new Problem('NOT_FOUND');
        return { status: 200, body: found, disclosed: [found.objection.key] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/review/subjects/:id',
      id: 'listReviews',
      tag,
      summary: 'What was said in review of one acquisition or of one item itself',
      access: 'member',
      params: z.strictObject({ id: subjectId }),
      query: positionPage,
      projected: true,
      logged: true,
      answers: {
        200: { description: 'A page in the order of the ledger', schema: pageOf(review) },
      },
      handle: async ({ params: { id }, query }) => {
        const page = reviews.listReviews(id, query);
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: [`reviews/${id}`, ...page.items.map(({ key }) => key)],
        };
      },
    }),
  ];
}
