/** The part of MISP's events that is read; everything else in them is passed over. */
import { z } from 'zod';

const text = z.string();
const number = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const flag = z
  .unknown()
  .optional()
  .transform((value) => value === true || value === '1' || value === 1);
const list = <S extends z.ZodType>(schema: S) => z.array(schema).default([]);

const tags = list(z.object({ name: text }));

const sighting = z.object({
  type: number,
  date_sighting: number,
  source: text.optional(),
});
const opinion = z.object({ opinion: number, comment: text.nullish() });

const attribute = z.object({
  type: text,
  object_relation: text.nullish(),
  value: text,
  deleted: flag,
  Tag: tags,
  Sighting: list(sighting),
  Opinion: list(opinion),
});
export type MispAttribute = z.output<typeof attribute>;

const object = z.object({
  name: text,
  comment: text.nullish(),
  deleted: flag,
  Attribute: list(attribute),
  Opinion: list(opinion),
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
