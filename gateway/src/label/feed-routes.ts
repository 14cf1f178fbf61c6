/** `GET /v1/label/feed`: labels of chosen categories, from a cursor on. */
import { digestHex, identifier, mspId, timestamp } from '@tabellion/chaincode/kernel/schema';
import { labelStatement } from '@tabellion/proof';
import { z } from 'zod';
import type { GatewayDeps } from '../http/deps.ts';
import { type AnyEndpoint, defineEndpoint } from '../http/endpoint.ts';
import { limitText } from '../http/schema.ts';
import { cursorOf, encodeCursor } from '../projection/cursor.ts';
import { createCategoryFeed, START } from './category-feed.ts';
import { LABEL_STATES } from './index/change-log.ts';

const MAX_CATEGORIES = 32;

/** `mixer,mixing` */
const categories = z
  .string()
  .max(65 * MAX_CATEGORIES)
  .transform((text) => text.split(','))
  .pipe(z.array(identifier).min(1).max(MAX_CATEGORIES))
  .meta({
    description: 'Separated by commas; what stands below one in the batch’s own taxonomy is of it',
    override: { type: 'string', pattern: '^[a-z0-9._,-]+$' },
  });

const { type: _type, v: _v, salt: _salt, ...said } = labelStatement.shape;
const item = z
  .strictObject({
    event: z.enum(['ASSERTED', ...LABEL_STATES]),
    block: z.int(),
    position: z.int(),
    key: z.string().meta({ description: 'Ledger key of the record' }),
    batch: digestHex,
    index: z.int().nullable().meta({ description: 'In the batch; null for the whole batch' }),
    member: mspId.meta({ description: 'Whose act it is' }),
    at: timestamp,
    label: z.strictObject(said).nullable(),
  })
  .meta({ id: 'CategoryItem' });

export function feedEndpoints({ labels, projection }: GatewayDeps): AnyEndpoint[] {
  const feed = createCategoryFeed(labels);
  return [
    defineEndpoint({
      method: 'get',
      path: '/v1/label/feed',
      id: 'readLabelFeed',
      tag: 'label',
      summary: 'Labels of chosen categories and what happened to them, from a cursor on',
      access: 'member',
      query: z.strictObject({
        category: categories,
        cursor: cursorOf([z.int().min(-1), z.int().min(-1), z.int().min(0)]).optional(),
        limit: limitText,
      }),
      logged: true,
      answers: {
        200: {
          description:
            'A page in the order of the ledger. Go on with `cursor`, at once where there is `more`; ' +
            'acts on a whole batch come whatever its categories',
          schema: z.strictObject({
            items: z.array(item),
            cursor: z.string(),
            more: z.boolean(),
            height: z.int(),
          }),
        },
      },
      handle: async ({ query: { category, cursor: after = START, limit } }) => {
        const { items, cursor, more } = await feed.read(category, after, limit);
        return {
          status: 200,
          body: { items, cursor: encodeCursor(cursor), more, height: projection.height },
          disclosed: ['label-feed', ...new Set(items.map(({ key }) => key))],
        };
      },
    }),
  ];
}
