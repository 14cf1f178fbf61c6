/**
 * `/v1/disclosure/view`: what somebody outside the membership sees with a grant, and nothing beside it.
 * Every answer is in the journal of the member that granted before it goes out (O-3).
 */
import { grantRecord } from '@tabellion/chaincode/disclosure/record';
import { acquisitionId } from '@tabellion/chaincode/evidence/record';
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { BUNDLE_MEDIA_TYPE, commitment, fromHex, toBase64url, toHex } from '@tabellion/proof';
import { z } from 'zod';
import { parseCommitment } from '../evidence/commitment.ts';
import type { GatewayDeps, Guest } from '../http/deps.ts';
import { type AnyEndpoint, type Call, defineEndpoint, type Reply } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { base64urlText, integerText, limitText, pageOf, projected } from '../http/schema.ts';
import { cursorOf, toPage } from '../projection/cursor.ts';
import { createEvidenceView } from '../projection/evidence-view.ts';
import type { SetItem } from './set-file.ts';
import { encodeLeaves, LEAVES, setProof, showSetProof } from './shown-set.ts';

const tag = 'disclosure';
/** What a grant shows is for its receiver: no cache between may keep it. */
const headers = { 'cache-control': 'no-store' };

const shownItem = z.strictObject({
  position: z.int().meta({ description: 'In the set, from 0' }),
  leaf: digestHex,
  acquisition: acquisitionId,
  batch: digestHex,
  index: z.int().meta({ description: 'In its batch, from 0' }),
  commitment,
});

export function guestEndpoints({
  projection,
  disclosures,
  manifests,
  proofs,
}: GatewayDeps): AnyEndpoint[] {
  const evidence = createEvidenceView(projection.database);

  const openSet = ({ member, grant }: Guest) => disclosures.sets.open(member, grant.record.root);

  const batchOf = ({ manifest }: SetItem): string => {
    const batch = evidence.batchOf(manifest);
    if (batch === undefined) throw new Problem('NOT_READY', 'the batch is not projected yet');
    return batch;
  };

  /** Says of every answer what it showed, with the grant first. */
  const show = ({ grant }: Guest, reply: Omit<Reply, 'status'>, shown: readonly string[] = []) => ({
    status: 200,
    ...reply,
    headers,
    disclosed: [grant.key, ...shown],
  });
  const nameOf = ({ leaf }: SetItem) => `leaf/${toHex(leaf)}`;

  const guestOf = ({ guest }: Pick<Call, 'guest'>): Guest => guest!;

  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/view',
      id: 'viewGrant',
      tag,
      summary: 'The grant that the caller opens, and its attestation by the members',
      access: 'grant',
      logged: true,
      answers: {
        200: {
          description: 'The grant',
          schema: z.strictObject({ grant: projected(grantRecord), attestation: base64urlText }),
        },
      },
      handle: async (call) => {
        const guest = guestOf(call);
        const attestation = toBase64url(await disclosures.attest(guest.grant.record.id));
        return show(guest, { body: { grant: guest.grant, attestation } });
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/view/set',
      id: 'viewSet',
      tag,
      summary: 'The leaf hashes of all items shown, ascending, a line each',
      access: 'grant',
      logged: true,
      answers: { 200: { description: 'The set', mediaType: LEAVES } },
      handle: async (call) => {
        const guest = guestOf(call);
        const { set } = await openSet(guest);
        return show(guest, { body: encodeLeaves(set), mediaType: LEAVES }, ['set']);
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/view/items',
      id: 'viewItems',
      tag,
      summary: 'The items shown, in the order of the set',
      access: 'grant',
      query: z.strictObject({
        cursor: cursorOf([z.int().min(0)]).optional(),
        limit: limitText,
      }),
      logged: true,
      projected: true,
      answers: { 200: { description: 'A page', schema: pageOf(shownItem) } },
      handle: async (call) => {
        const guest = guestOf(call);
        const { cursor: [last] = [-1], limit } = call.query;
        const { items, acquisition } = await openSet(guest);
        const rows = items
          .slice(last + 1, last + 2 + limit)
          .map((item, at) => ({ ...item, position: last + 1 + at }));
        const page = toPage(
          rows,
          limit,
          ({ position }) => [position],
          (row) => row,
        );
        const shown = await Promise.all(
          page.items.map(async (item) => ({
            position: item.position,
            leaf: toHex(item.leaf),
            acquisition,
            batch: batchOf(item),
            index: item.index,
            commitment: parseCommitment(
              await manifests.readItem(guest.member, item.manifest, item.offset),
            ),
          })),
        );
        const body = { items: shown, next: page.next, height: projection.height };
        return show(guest, { body }, page.items.map(nameOf));
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/view/items/:position/proof',
      id: 'viewProof',
      tag,
      summary: 'Compact proof of one item shown',
      access: 'grant',
      params: z.strictObject({ position: integerText(0, Number.MAX_SAFE_INTEGER) }),
      logged: true,
      answers: { 200: { description: 'The proof bundle', mediaType: BUNDLE_MEDIA_TYPE } },
      refusals: [409],
      handle: async (call) => {
        const guest = guestOf(call);
        const { items } = await openSet(guest);
        const item = items[call.params.position];
        if (item === undefined) throw new Problem('NOT_FOUND', 'not in the set');
        const body = await proofs.assemble(guest.member, batchOf(item), item.index);
        return show(guest, { body, mediaType: BUNDLE_MEDIA_TYPE }, [nameOf(item)]);
      },
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/disclosure/view/lookup/:leaf',
      id: 'viewLookup',
      tag,
      summary: 'Shows that an item is in the set, or that it is not',
      access: 'grant',
      params: z.strictObject({ leaf: digestHex }),
      logged: true,
      answers: { 200: { description: 'Paths to the root on the ledger', schema: setProof } },
      handle: async (call) => {
        const guest = guestOf(call);
        const { set } = await openSet(guest);
        const { leaf } = call.params;
        return show(guest, { body: showSetProof(set.prove(fromHex(leaf))) }, [`lookup/${leaf}`]);
      },
    }),
  ];
}
