/** Manifests between gateways, and what of them is missing here. */
import { digestHex, mspId, timestamp } from '@tabellion/chaincode/kernel/schema';
import { z } from 'zod';
import type { GatewayDeps } from '../../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../../http/endpoint.ts';
import { NDJSON } from '../../http/item-body.ts';
import { handOutManifest } from '../hand-out.ts';
import { fetchPath } from './fetcher.ts';

const tag = 'label';
/** Batches that one answer names. */
const MAX_LISTED = 200;

const missingBatch = z
  .strictObject({
    batch: digestHex,
    manifest: digestHex,
    member: mspId.meta({ description: 'Who asserts it' }),
    assertedAt: timestamp,
    block: z.int(),
    declareFrom: timestamp.nullable().meta({
      description:
        'From when on `label:miss` is taken; null while the members have agreed on no time',
    }),
    declaredBy: z.array(mspId),
    asked: z.array(
      z.strictObject({ member: mspId, tries: z.int(), code: z.string(), at: timestamp }),
    ),
    from: mspId.nullable().meta({ description: 'Whose gateway sends it now' }),
  })
  .meta({ id: 'MissingManifest' });

export function fetchEndpoints({ labels, projection }: GatewayDeps): AnyEndpoint[] {
  const { view, fetcher } = labels;
  return [
    defineEndpoint({
      method: 'get',
      path: fetchPath(':digest'),
      id: 'fetchLabelManifest',
      tag,
      summary: 'The exact bytes of a manifest, for another member’s gateway',
      access: 'gateway',
      params: z.strictObject({ digest: digestHex }),
      logged: true,
      answers: { 200: { description: 'The manifest', mediaType: NDJSON } },
      handle: ({ params: { digest } }) => handOutManifest(labels, digest),
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/label/missing',
      id: 'listMissingManifests',
      tag,
      summary: 'Batches whose manifest the gateway has not, and whom it asked',
      access: 'member',
      projected: true,
      logged: true,
      answers: {
        200: {
          description: `In the ledger’s order, at most ${MAX_LISTED}; \`count\` is of all`,
          schema: z.strictObject({
            items: z.array(missingBatch),
            count: z.int(),
            gateways: z.int().meta({ description: 'Other gateways that are known here' }),
            height: z.int(),
          }),
        },
      },
      handle: async () => {
        const missing = fetcher.missing();
        const seconds = view.fetchSeconds();
        const items = missing.slice(0, MAX_LISTED).map(({ batch, record, block, tried, from }) => ({
          ...{ batch, manifest: record.manifest, member: record.act.member, block },
          assertedAt: record.act.at,
          declareFrom: seconds === undefined ? null : record.act.at + seconds * 1000,
          declaredBy: view.listMissing(batch),
          asked: [...tried].map(([member, { tries, code, at }]) => ({ member, tries, code, at })),
          from: from ?? null,
        }));
        const { length: count } = missing;
        return {
          status: 200,
          body: { items, count, gateways: fetcher.sources, height: projection.height },
          disclosed: ['label-missing', ...items.map(({ batch }) => `label-batch/${batch}`)],
        };
      },
    }),
  ];
}
