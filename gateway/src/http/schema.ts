/** Schemas that several routes share. */
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { fromBase64url } from '@tabellion/proof';
import { z } from 'zod';

/** A whole number in a path, query string or header. */
export const integerText = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, { error: 'is not a whole number' })
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .meta({
      override: ({ jsonSchema }) => {
        delete jsonSchema.pattern;
        Object.assign(jsonSchema, { type: 'integer', minimum, maximum });
      },
    });

export const MAX_PAGE = 200;
export const limitText = integerText(1, MAX_PAGE).default(50);

/** Base64url without padding whose last character has no bits that are not used (RFC 4648, 3.5). */
const BASE64URL = '^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$';

/** Canonical base64url text of 1 to `maximum` bytes, decoded. */
export const base64urlBytes = (maximum: number) =>
  z
    .string()
    .min(2)
    .max(Math.ceil((maximum * 4) / 3))
    .transform((text, context) => {
      try {
        return fromBase64url(text);
      } catch {
        context.addIssue('is not canonical base64url');
        return z.NEVER;
      }
    })
    .meta({
      override: {
        ...{ type: 'string', contentEncoding: 'base64url' },
        ...{ pattern: BASE64URL, minLength: 2, maxLength: Math.ceil((maximum * 4) / 3) },
      },
    });
export const base64urlText = z.string().meta({ override: { contentEncoding: 'base64url' } });

export const pem = z.string().max(16_384);

/** A page of a list; `height` is the number of blocks that the answer rests on. */
export const pageOf = (item: z.ZodType) =>
  z.strictObject({ items: z.array(item), next: z.string().nullable(), height: z.int() });

/** A ledger record with the place where its present value was written. */
export const projected = <T extends z.ZodType>(record: T) =>
  z.strictObject({
    key: z.string(),
    record,
    txId: digestHex,
    block: z.int(),
    position: z.int(),
    late: z.boolean().meta({
      description:
        'The transaction’s time lies before the latest time of earlier blocks minus the window',
    }),
  });
