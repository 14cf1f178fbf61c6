/** The part of MISP's events that is read; everything else in them is passed over. */
import { z } from 'zod';
import { text } from './misp-number.ts';
import { remarked } from './misp-remarks.ts';

const flag = z
  .unknown()
  .optional()
  .transform((value) => value === true || value === '1' || value === 1);
const list = <S extends z.ZodType>(schema: S) => z.array(schema).default([]);

const tags = list(z.object({ name: text }));

const attribute = z.object({
  type: text,
  object_relation: text.nullish(),
  value: text,
  deleted: flag,
  Tag: tags,
  ...remarked,
});
export type MispAttribute = z.output<typeof attribute>;

const object = z.object({
  name: text,
  comment: text.nullish(),
  deleted: flag,
  Attribute: list(attribute),
  ...remarked,
});
export type MispObject = z.output<typeof object>;

const event = z.object({
  Event: z.object({
    uuid: text.optional(),
    info: text.default(''),
    Orgc: z.object({ name: text }).optional(),
    Tag: tags,
    Attribute: list(attribute),
    Object: list(object),
    ...remarked,
  }),
});
export type MispEvent = z.output<typeof event>['Event'];

/** One event, a list of them, or the answer of a search. */
export const mispDocument = z.union([
  event.transform((one) => [one.Event]),
  z.array(event).transform((all) => all.map(({ Event }) => Event)),
  z
    .object({ response: z.array(event) })
    .transform(({ response }) => response.map(({ Event }) => Event)),
]);
