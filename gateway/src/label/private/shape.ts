/** The forms of private questions and answers: written by the routes, read by the command line. */
import {
  evaluationAnswer,
  evaluationRequest,
  MAX_BUCKETS,
  signedAnnouncement,
} from '@tabellion/screening';
import { z } from 'zod';
import { sealedEntry } from '../../journal/shape.ts';

export const tableId = z.string().regex(/^[0-9a-f]{32}$/);

export const privateReceipt = z
  .strictObject({
    ...sealedEntry.shape,
    secret: z.string().length(43).meta({
      description: 'With what was sent, opens the commitment in the entry',
    }),
  })
  .meta({ id: 'PrivateReceipt' });
export type PrivateReceipt = z.infer<typeof privateReceipt>;

export const publication = signedAnnouncement.meta({ id: 'PrivateScreening' });
export const evaluations = evaluationRequest.meta({ id: 'PrivateEvaluations' });
export const evaluated = z.strictObject({ ...evaluationAnswer.shape, receipt: privateReceipt });

export const buckets = z
  .strictObject({
    buckets: z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 20 - 1),
      )
      .min(1)
      .max(MAX_BUCKETS),
  })
  .meta({ id: 'PrivateBuckets' });

/** Carries the receipt of a bucket: base64url of its JSON. */
export const RECEIPT_HEADER = 'tabellion-receipt';
