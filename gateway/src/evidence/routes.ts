/** `/v1/evidence`: what the ledger and the member's own manifests say. The acts are in `http/acts.ts`. */
import {
  acquisitionFlag,
  acquisitionId,
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  headRecord,
  locationRecord,
  route,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import { digestHex, jurisdiction, mspId, reference } from '@tabellion/chaincode/kernel/schema';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import { BUNDLE_MEDIA_TYPE, commitment } from '@tabellion/proof';
import { z } from 'zod';
import { findAct, rolesOf } from '../http/acts.ts';
import { limitBytes } from '../http/body.ts';
import type { GatewayDeps, ItemPage } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { NDJSON } from '../http/item-body.ts';
import { assertOwnAcquisition } from '../http/own-acquisition.ts';
import { Problem } from '../http/problem.ts';
import { integerText, limitText, MAX_PAGE, pageOf, projected } from '../http/schema.ts';
import { cursorOf, ledgerPosition } from '../projection/cursor.ts';
import { createEvidenceView } from '../projection/evidence-view.ts';
import { readerFit } from '../projection/reader-fit.ts';
import { createRecords } from '../projection/records.ts';

/** 65,536 lines of commitments with long paths. */
const MAX_MANIFEST_BYTES = 268_435_456;
const tag = 'evidence';

const flag = z.enum([
  ...acquisitionFlag.options,
  'VOLATILE_LATE',
  'NOTICE_OVERDUE',
  'OBJECTION',
  'LATE',
]);
const summary = projected(acquisitionRecord).extend({
  crossBorder: acquisitionRecord.shape.crossBorder,
  touched: z.array(jurisdiction),
  flags: z.array(flag),
});
const view = summary.extend({
  head: headRecord.nullable(),
  closing: projected(closingRecord).nullable(),
  answers: z.array(projected(answerRecord)),
  locations: z.array(projected(locationRecord)),
  segregations: z.array(projected(segregationRecord)),
  reader: readerFit,
});
const notice = z.strictObject({
  state: z.enum(['AWAITING_ANSWER', 'NOTICE_OVERDUE']),
  acquisition: summary,
});
const itemEntry = z.strictObject({
  acquisition: acquisitionId,
  batch: digestHex.nullable(),
  manifest: digestHex,
  index: z.int(),
  commitment,
});
const manifestSummary = z.strictObject({
  digest: digestHex,
  acquisition: acquisitionId,
  root: digestHex,
  size: z.int(),
  bytes: z.int(),
});

const byDigest = z.strictObject({ digest: digestHex });
const byId = z.strictObject({ id: acquisitionId });
const positionPage = z.strictObject({ cursor: ledgerPosition.optional(), limit: limitText });
const itemCursor = z.string().regex(/^[A-Za-z0-9_-]{1,400}$/);

export function evidenceEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { projection, manifests } = deps;
  const evidence = createEvidenceView(projection.database);
  const records = createRecords(projection.database);

  const showItems = ({ items, next }: ItemPage, asked: string) => ({
    status: 200,
    body: { items, next, height: projection.height },
    disclosed: [asked, ...items.map(({ manifest, index }) => `item/${manifest}/${index}`)],
  });
  const readerOf = (member: string) => {
    const record = records.find<MemberRecord>(`member/${member}`)?.record;
    if (!record) throw new Problem('UNKNOWN_MEMBER');
    return { member, jurisdiction: record.jurisdiction };
  };

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/acquisitions',
      id: 'listAcquisitions',
      tag,
      summary: 'Acquisitions of all members, in the order of the ledger',
      access: 'member',
      query: positionPage.extend({
        case: reference.optional(),
        member: mspId.optional(),
        touched: jurisdiction.optional(),
        crossBorder: acquisitionRecord.shape.crossBorder.optional(),
        flag: flag.optional(),
        route: route.optional(),
      }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(summary) } },
      handle: async ({ query: { cursor, limit, ...filter } }) => {
        const page = evidence.listAcquisitions(filter, { cursor, limit });
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['acquisitions', ...page.items.map((shown) => shown.key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/acquisitions/:id',
      id: 'showAcquisition',
      tag,
      summary: 'One acquisition with everything that was recorded on it since',
      access: 'member',
      params: byId,
      projected: true,
      logged: true,
      answers: { 200: { description: 'The acquisition', schema: view } },
      handle: async ({ params, principal }) => {
        const found = evidence.findAcquisition(params.id, principal.member);
        if (!found) throw new Problem('NOT_FOUND');
        return { status: 200, body: found, disclosed: [found.key] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/acquisitions/:id/batches',
      id: 'listBatches',
      tag,
      summary: 'Batches of an acquisition in the order of their chain',
      access: 'member',
      params: byId,
      query: z.strictObject({
        cursor: cursorOf([z.int().min(0)]).optional(),
        limit: limitText,
      }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(projected(batchRecord)) } },
      handle: async ({ params, query }) => {
        if (!evidence.ownerOf(params.id)) throw new Problem('NOT_FOUND');
        const page = evidence.listBatches(params.id, query);
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: [`acquisition/${params.id}/batches`, ...page.items.map((shown) => shown.key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/batches/:digest',
      id: 'showBatch',
      tag,
      summary: 'One batch',
      access: 'member',
      params: byDigest,
      projected: true,
      logged: true,
      answers: { 200: { description: 'The batch', schema: projected(batchRecord) } },
      handle: async ({ params }) => {
        const found = evidence.findBatch(params.digest);
        if (!found) throw new Problem('NOT_FOUND');
        return { status: 200, body: found, disclosed: [found.key] };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/notices',
      id: 'listNotices',
      tag,
      summary: 'Acquisitions that touch the caller’s jurisdiction and have no answer from it',
      access: 'member',
      query: positionPage,
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(notice) } },
      handle: async ({ query, principal }) => {
        const page = evidence.listNotices(readerOf(principal.member), deps.now(), query);
        return {
          status: 200,
          body: { ...page, height: projection.height },
          disclosed: ['notices', ...page.items.map((shown) => shown.acquisition.key)],
        };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/acquisitions/:id/items',
      id: 'listItems',
      tag,
      summary: 'Items of an acquisition of the caller’s own member',
      access: 'member',
      params: byId,
      query: z.strictObject({ cursor: itemCursor.optional(), limit: limitText }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(itemEntry) } },
      handle: async ({ params, query, principal }) => {
        await assertOwnAcquisition(projection, evidence, params.id, principal.member);
        const page = await manifests.listItems(principal.member, { acquisition: params.id }, query);
        return showItems(page, `acquisition/${params.id}/items`);
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/evidence/find',
      id: 'findItems',
      tag,
      summary: 'Items of the caller’s own member with this SHA-256',
      access: 'member',
      body: z.strictObject({
        sha256: digestHex,
        cursor: itemCursor.optional(),
        limit: z.int().min(1).max(MAX_PAGE).default(50),
      }),
      projected: true,
      logged: true,
      answers: { 200: { description: 'A page', schema: pageOf(itemEntry) } },
      refusals: [404],
      handle: async ({ body: { sha256, ...page }, principal }) =>
        showItems(await manifests.listItems(principal.member, { sha256 }, page), 'find'),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/batches/:digest/proofs/:index',
      id: 'exportProof',
      tag,
      summary: 'Compact proof of one item of the caller’s own member',
      access: 'member',
      params: byDigest.extend({ index: integerText(0, 65_535) }),
      logged: true,
      answers: { 200: { description: 'The proof bundle', mediaType: BUNDLE_MEDIA_TYPE } },
      refusals: [409],
      handle: async ({ params: { digest, index }, principal }) => ({
        status: 200,
        body: await deps.proofs.assemble(principal.member, digest, index),
        mediaType: BUNDLE_MEDIA_TYPE,
        disclosed: [`batch/${digest}/proofs/${index}`],
      }),
    }),
    defineEndpoint({
      method: 'put',
      path: '/v1/evidence/manifests/:digest',
      id: 'storeManifest',
      tag,
      summary: 'Hand in the manifest of a batch before it is anchored',
      access: rolesOf(findAct('evidence:anchor')!),
      params: byDigest,
      query: z.strictObject({ acquisition: acquisitionId }),
      streams: [NDJSON],
      answers: { 201: { description: 'Stored and escrowed', schema: manifestSummary } },
      refusals: [422],
      handle: async ({ params, query: { acquisition }, principal: { member }, stream }) => {
        await assertOwnAcquisition(projection, evidence, acquisition, member);
        const body = limitBytes(stream!, MAX_MANIFEST_BYTES);
        const stored = await manifests.put(member, { digest: params.digest, acquisition }, body);
        return { status: 201, body: stored };
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/evidence/manifests/:digest',
      id: 'showManifest',
      tag,
      summary: 'The exact bytes of a manifest of the caller’s own member',
      access: 'member',
      params: byDigest,
      logged: true,
      answers: { 200: { description: 'The manifest', mediaType: NDJSON } },
      handle: async ({ params: { digest }, principal }) => ({
        status: 200,
        body: await manifests.open(principal.member, digest),
        mediaType: NDJSON,
        disclosed: [`manifest/${digest}`],
      }),
    }),
  ];
}
