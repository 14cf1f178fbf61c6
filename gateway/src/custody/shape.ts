/** The forms in which the gateway answers about items: written by its routes, read by its clients. */
import {
  custodyRecord,
  itemHeadRecord,
  itemRecord,
  origin,
  stepFlag,
} from '@tabellion/chaincode/custody/record';
import {
  acquisitionId,
  acquisitionRecord,
  answerRecord,
  batchRecord,
  closingRecord,
  locationRecord,
  segregationRecord,
} from '@tabellion/chaincode/evidence/record';
import {
  authenticityRecord,
  objectionRecord,
  regularityRecord,
  replyRecord,
  weightRecord,
} from '@tabellion/chaincode/review/record';
import { z } from 'zod';
import { projected } from '../http/schema.ts';
import { ITEM_STATE_FLAGS } from '../projection/apply-custody.ts';
import { readerFit } from '../projection/reader-fit.ts';
import type { LifeListName } from './life.ts';

export const itemFlag = z.enum([...stepFlag.options, ...ITEM_STATE_FLAGS]);
export const mirrorState = itemHeadRecord.shape.mirror.unwrap();
export const originKind = z.enum(origin.options.map(({ shape }) => shape.kind.value));
const next = z.string().nullable();

export const itemSummary = projected(itemRecord).extend({
  head: itemHeadRecord,
  acquisition: acquisitionId,
  flags: z.array(itemFlag),
});
const place = { block: z.int(), position: z.int() };
export const awaited = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('OFFER'), ...place, item: itemSummary }),
  z.strictObject({ kind: z.literal('MIRROR'), ...place, item: itemSummary }),
  z.strictObject({
    kind: z.literal('OBJECTION'),
    ...place,
    objection: projected(objectionRecord),
    overdue: z.boolean(),
  }),
]);
/** One entry of each list of a life. */
export const lifeEntries = {
  derived: projected(itemRecord),
  objections: z.strictObject({
    objection: projected(objectionRecord),
    replies: z.array(projected(replyRecord)),
    overdue: z.boolean(),
  }),
  regularity: projected(regularityRecord),
  authenticity: projected(authenticityRecord),
  weights: projected(weightRecord),
} as const satisfies Record<LifeListName, z.ZodType>;
const firstPage = <T extends z.ZodType>(entry: T) =>
  z.strictObject({
    items: z.array(entry),
    next: next.meta({
      description: 'Cursor for what is not shown here; the list has its own route',
    }),
  });
export const itemLife = z.strictObject({
  opening: projected(itemRecord),
  head: itemHeadRecord,
  steps: firstPage(projected(custodyRecord)),
  provenance: z.strictObject({
    acquisition: projected(acquisitionRecord),
    batch: projected(batchRecord).nullable(),
    closing: projected(closingRecord).nullable(),
    locations: z.array(projected(locationRecord)),
    answers: z.array(projected(answerRecord)),
    segregations: z.array(projected(segregationRecord)),
    sources: z.array(projected(itemRecord)),
  }),
  derived: firstPage(lifeEntries.derived),
  objections: firstPage(lifeEntries.objections),
  regularity: firstPage(lifeEntries.regularity),
  authenticity: firstPage(lifeEntries.authenticity),
  weights: firstPage(lifeEntries.weights),
  reader: readerFit,
});
