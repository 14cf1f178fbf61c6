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
export const itemLife = z.strictObject({
  opening: projected(itemRecord),
  head: itemHeadRecord,
  steps: z.array(projected(custodyRecord)),
  next: next.meta({ description: 'Cursor for the steps that are not shown here' }),
  provenance: z.strictObject({
    acquisition: projected(acquisitionRecord),
    batch: projected(batchRecord).nullable(),
    closing: projected(closingRecord).nullable(),
    locations: z.array(projected(locationRecord)),
    answers: z.array(projected(answerRecord)),
    segregations: z.array(projected(segregationRecord)),
    sources: z.array(projected(itemRecord)),
  }),
  derived: z.array(projected(itemRecord)),
  objections: z.array(
    z.strictObject({
      objection: projected(objectionRecord),
      replies: z.array(projected(replyRecord)),
      overdue: z.boolean(),
    }),
  ),
  regularity: z.array(projected(regularityRecord)),
  authenticity: z.array(projected(authenticityRecord)),
  weights: z.array(projected(weightRecord)),
  reader: z.strictObject({
    authorisation: z.enum(['ACCEPTED', 'NOT_ACCEPTED', 'NONE_STATED']),
    standard: z.enum(['ADOPTED', 'NOT_ADOPTED']),
  }),
});
