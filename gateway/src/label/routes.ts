/** `/v1/label`: the shared library of labels. The acts are in `http/acts.ts`. */
import { digestHex, mspId, timestamp } from '@tabellion/chaincode/kernel/schema';
import {
  disputeAnswerRecord,
  disputeId,
  disputeRecord,
  labelBatchRecord,
  labelResponse,
} from '@tabellion/chaincode/label/record';
import { BUNDLE_MEDIA_TYPE, MAX_LABELS, tlp } from '@tabellion/proof';
import { z } from 'zod';
import { createRoleGuard } from '../http/act-guards.ts';
import { findAct, rolesOf } from '../http/acts.ts';
import { limitBytes } from '../http/body.ts';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { NDJSON } from '../http/item-body.ts';
import { Problem } from '../http/problem.ts';
import { integerText, limitText, pageOf, projected } from '../http/schema.ts';
import { ledgerPosition } from '../projection/cursor.ts';
import { MAX_MANIFEST_BYTES } from './fetch/fetcher.ts';
import { handOutManifest } from './hand-out.ts';
import { createLabelProofs } from './proof.ts';
import { DISPUTE_STATES } from './view.ts';

const tag = 'label';

const byDigest = z.strictObject({ digest: digestHex });
const positionPage = z.strictObject({ cursor: ledgerPosition.optional(), limit: limitText });
const batch = projected(labelBatchRecord);
const response = projected(labelResponse);
const shownDispute = z.strictObject({
  dispute: projected(disputeRecord),
  answers: z.array(projected(disputeAnswerRecord)),
  state: z.enum(DISPUTE_STATES).meta({
    description: 'By the time of the ledger’s latest transaction',
  }),
});

const assertion = findAct('label:assert')!;

export function labelEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { projection, labels } = deps;
  const proofs = createLabelProofs(deps);
  const assertMayAct = createRoleGuard(deps);
  const { manifests, parked, view } = labels;
  const findBatch = (digest: string) => {
    const found = view.findBatch(digest);
    if (!found) throw new Problem('NOT_FOUND');
    return found;
  };
  return [
    defineEndpoint({
      method: 'put',
      path: '/v1/label/manifests/:digest',
      id: 'storeLabelManifest',
      tag,
      summary: 'Hand in the manifest of a label batch before it is asserted',
      access: rolesOf(assertion),
      params: byDigest,
      streams: [NDJSON],
      answers: {
        201: {
          description: 'Checked and stored',
          schema: z.strictObject({ digest: digestHex, root: digestHex, size: z.int(), tlp }),
        },
      },
      refusals: [409, 422],
      handle: async ({ params, stream, principal, headers }) => {
        assertMayAct(principal, assertion);
        // Without a length it counts as the longest one.
        const length = Number(headers['content-length'] ?? MAX_MANIFEST_BYTES);
        const bytes = Math.min(length, MAX_MANIFEST_BYTES);
        const body = limitBytes(stream!, MAX_MANIFEST_BYTES);
        const { digest, root, size, tlp } = await parked.handIn(
          { member: principal.member, digest: params.digest, bytes },
          () => manifests.put(params.digest, body),
        );
        return { status: 201, body: { digest, root, size, tlp } };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/manifests/:digest',
      id: 'showLabelManifest',
      tag,
      summary: 'The exact bytes of a manifest that a batch on the ledger names',
      access: 'member',
      params: byDigest,
      logged: true,
      answers: { 200: { description: 'The manifest', mediaType: NDJSON } },
      handle: ({ params: { digest } }) => handOutManifest(labels, digest),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/batches',
      id: 'listLabelBatches',
      tag,
      summary: 'Batches of labels, in the order of the ledger',
      access: 'member',
      query: positionPage.extend({ member: mspId.optional() }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(batch) } },
      handle: async ({ query: { member, ...page } }) => {
        const found = view.listBatches(member, page);
        return {
          status: 200,
          body: { ...found, height: projection.height },
          disclosed: ['label-batches', ...found.items.map(({ key }) => key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/batches/:digest',
      id: 'showLabelBatch',
      tag,
      summary: 'One batch of labels',
      access: 'member',
      params: byDigest,
      projected: true,
      logged: true,
      answers: { 200: { description: 'The batch', schema: batch } },
      handle: async ({ params: { digest } }) => {
        const found = findBatch(digest);
        return { status: 200, body: found, disclosed: [found.key] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/batches/:digest/responses',
      id: 'listLabelResponses',
      tag,
      summary: 'What was said of a batch as a whole, or of one of its labels',
      access: 'member',
      params: byDigest,
      query: positionPage.extend({
        leaf: digestHex.optional().meta({ description: 'Leaf hash of one label' }),
        of: z.literal('EVERYTHING').optional().meta({
          description: 'Without `leaf`: of the batch as a whole and of every label in it',
        }),
      }),
      projected: true,
      logged: true,
      answers: {
        200: {
          description: 'A page in the order of the ledger',
          schema: pageOf(response).extend({
            at: timestamp.meta({
              description: 'Time of the ledger’s latest transaction, by which labels are judged',
            }),
          }),
        },
      },
      handle: async ({ params: { digest }, query: { leaf, of, ...page } }) => {
        findBatch(digest);
        if (leaf !== undefined && of !== undefined) throw new Problem('BAD_INPUT', 'leaf, or of');
        const found =
          of === undefined
            ? view.listResponses({ batch: digest, leaf }, page)
            : view.listResponsesWithin(digest, page);
        return {
          status: 200,
          body: { ...found, height: projection.height, at: projection.latestTime },
          disclosed: [`label-batch/${digest}/responses`, ...found.items.map(({ key }) => key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/batches/:digest/proofs/:index',
      id: 'exportLabelProof',
      tag,
      summary: 'Proof of one label, with all that members have said of it until now',
      access: 'member',
      params: byDigest.extend({ index: integerText(0, MAX_LABELS - 1) }),
      query: z.strictObject({
        of: z.literal('ASSERTION').optional().meta({
          description: 'Of the assertion alone, without what others said of it',
        }),
      }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'The proof bundle', mediaType: BUNDLE_MEDIA_TYPE } },
      refusals: [409],
      handle: async ({ params: { digest, index }, query: { of } }) => ({
        status: 200,
        body: await proofs.assemble(digest, index, of !== undefined),
        mediaType: BUNDLE_MEDIA_TYPE,
        disclosed: [`label-batch/${digest}/proofs/${index}`],
      }),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/disputes',
      id: 'listLabelDisputes',
      tag,
      summary: 'Disputes with their answers, and whether one is due or overdue',
      access: 'member',
      query: positionPage.extend({
        answerer: mspId.optional(),
        state: z.enum(DISPUTE_STATES).optional(),
      }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(shownDispute) } },
      handle: async ({ query: { cursor, limit, ...filter } }) => {
        const found = view.listDisputes(filter, projection.latestTime, { cursor, limit });
        return {
          status: 200,
          body: { ...found, height: projection.height },
          disclosed: ['label-disputes', ...found.items.map(({ dispute }) => dispute.key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/disputes/:id',
      id: 'showLabelDispute',
      tag,
      summary: 'One dispute with its answers',
      access: 'member',
      params: z.strictObject({ id: disputeId }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'The dispute', schema: shownDispute } },
      handle: async ({ params: { id } }) => {
        const found = view.findDispute(id, projection.latestTime);
        if (!found) throw new Problem('NOT_FOUND');
        return { status: 200, body: found, disclosed: [found.dispute.key] };
      },
    }),
  ];
}
