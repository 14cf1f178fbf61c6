/** A time range as somebody wrote it: the days or instants that stand in it, ISO 8601 and RFC 3339. */
import { DAY_MS, parseDay } from '@tabellion/chaincode/order/clock/day';

export interface TimeRange {
  readonly from: number;
  /** Of a day its end. */
  readonly to: number;
}

const MOMENT = /\b(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?/g;

/** As written, so that the end may lie before the beginning; undefined where it cannot be read. */
export function readTimeRange(text: string): TimeRange | undefined {
  const moments = [...text.matchAll(MOMENT)].map(readMoment);
  const [first, last = first] = [moments[0], moments.length > 1 ? moments.at(-1) : undefined];
  if (first === undefined || last === undefined || moments.includes(undefined)) return undefined;
  return { from: first.from, to: last.to };
}

/** A time of day says nothing without its zone. */
function readMoment([, day, time, zone]: RegExpMatchArray): TimeRange | undefined {
  const number = parseDay(day!);
  if (number === undefined) return undefined;
  if (time === undefined) return { from: number * DAY_MS, to: (number + 1) * DAY_MS };
  const instant = zone === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(instant) ? undefined : { from: instant, to: instant };
}
