/** Where the clocks of an order stand by the newest editions of its calendars, as its next step will count them. */
import { referencePrefix } from '@tabellion/chaincode/member/key';
import type { ReferenceRecord } from '@tabellion/chaincode/member/record';
import { Calendar } from '@tabellion/chaincode/order/clock/calendar';
import { clockedOf, readClocks } from '@tabellion/chaincode/order/clocks';
import type { OrderHeadRecord } from '@tabellion/chaincode/order/record';
import { PARTIES, type Party } from '@tabellion/chaincode/order/vocabulary';
import { type Records, UnreadableRecord } from '../projection/records.ts';
import type { Standing } from './awaited.ts';

/** Every edition of a calendar. */
export type Editions = (calendar: string) => Iterable<ReferenceRecord>;

export const editionsIn =
  (records: Records): Editions =>
  (calendar) =>
    records
      .list<ReferenceRecord>(referencePrefix('calendar', calendar).slice(0, -1))
      .map(({ record }) => record);

/** @throws UnreadableRecord where a calendar that the order names is not there. */
export function countByNewest(
  { order, head, profile }: Standing,
  editions: Editions,
): OrderHeadRecord {
  const calendars: Partial<Record<Party, Calendar>> = Object.fromEntries(
    PARTIES.flatMap((party) => {
      const edition = order.calendars[party];
      return edition === undefined ? [] : [[party, findNewest(edition.id, editions)]];
    }),
  );
  const clocks = readClocks({ ...clockedOf(order, profile), facts: head.facts, calendars });
  return { ...head, clocks };
}

function findNewest(id: string, editions: Editions): Calendar {
  const [newest] = [...editions(id)]
    .map(({ entry }) => entry)
    .sort((one, other) => other.version - one.version);
  if (newest?.register !== 'calendar') throw new UnreadableRecord(referencePrefix('calendar', id));
  return new Calendar(newest.body);
}
