/** For tests: records with every field filled, made from their own schemas, so that none is forgotten. */
import type { z } from 'zod';

export interface Sample {
  readonly record: Readonly<Record<string, unknown>>;
  /** Every value in it, by its place. */
  readonly leaves: ReadonlyMap<string, string | number | boolean>;
}

// biome-ignore lint/suspicious/noExplicitAny: a schema's definition has no public type
type Definition = any;

const definitionOf = (schema: z.ZodType): Definition => (schema as Definition).def;

/** One sample for each choice that the schema leaves; texts and numbers occur once in all of them. */
export function makeSamples(schema: z.ZodType): Sample[] {
  const choices = countChoices(schema);
  return Array.from({ length: choices }, (_, choice) => {
    const leaves = new Map<string, string | number | boolean>();
    const record = fill(schema, '', choice, leaves) as Sample['record'];
    return { record, leaves };
  });
}

/** The longest list of options anywhere below. */
function countChoices(schema: z.ZodType): number {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case 'object':
      return Math.max(1, ...Object.values<z.ZodType>(definition.shape).map(countChoices));
    case 'union':
      return Math.max(definition.options.length, ...definition.options.map(countChoices));
    case 'array':
      return countChoices(definition.element);
    case 'optional':
    case 'nullable':
      return countChoices(definition.innerType);
    case 'enum':
      return Object.keys(definition.entries).length;
    default:
      return 1;
  }
}

let next = 0;

function fill(
  schema: z.ZodType,
  at: string,
  choice: number,
  leaves: Map<string, string | number | boolean>,
): unknown {
  const definition = definitionOf(schema);
  const keep = <T extends string | number | boolean>(value: T): T => {
    leaves.set(at, value);
    return value;
  };
  switch (definition.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries<z.ZodType>(definition.shape).map(([key, part]) => [
          key,
          fill(part, at === '' ? key : `${at}.${key}`, choice, leaves),
        ]),
      );
    case 'union':
      return fill(definition.options[choice % definition.options.length], at, choice, leaves);
    case 'array':
      return [fill(definition.element, `${at}[]`, choice, leaves)];
    case 'optional':
    case 'nullable':
      return fill(definition.innerType, at, choice, leaves);
    case 'enum': {
      const options = Object.values<string>(definition.entries);
      return keep(options[choice % options.length]!);
    }
    case 'literal':
      return keep(definition.values[0]);
    case 'boolean':
      return keep(choice % 2 === 0);
    case 'number':
      next += 1;
      return keep(1_790_000_000_000 + next);
    case 'string':
      next += 1;
      return keep(`text${next}text`);
    default:
      throw new Error(`no sample of ${definition.type} at ${at}`);
  }
}
