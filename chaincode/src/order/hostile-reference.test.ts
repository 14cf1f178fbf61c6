/** Whatever stands in a profile, a treaty or a calendar that is proposed: judged, and never thrown over. */
import { expect, it } from 'vitest';
import { listShipped } from '../../test/order-case.ts';
import { calendarBody } from './clock/calendar.ts';
import { orderProfileBody } from './profile.ts';
import { treatyBody } from './route.ts';

type Path = readonly (string | number)[];

const SCHEMAS = { orders: orderProfileBody, treaties: treatyBody, calendars: calendarBody };
const STRANGE = [undefined, null, '', [], {}, -1, Number.MAX_SAFE_INTEGER, '9999-99-99'];

function* listPaths(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value))
    yield* listPaths(each, [...path, Array.isArray(value) ? Number(key) : key]);
}

function replaceAt(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaceAt(copy[key], rest, by);
  return copy;
}

it.each(
  Object.entries(SCHEMAS),
)('of the shipped %s, with anything in any place', (folder, schema) => {
  for (const { id, body } of listShipped(folder)) {
    expect(schema.safeParse(body).success, id).toBe(true);
    for (const path of listPaths(body))
      for (const strange of STRANGE) {
        const place = `${id} ${path.join('.')}`;
        expect(() => schema.safeParse(replaceAt(body, path, strange)), place).not.toThrow();
      }
  }
});
