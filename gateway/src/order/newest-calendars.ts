/** Where the clocks of an order stand by the newest editions of its calendars, as its next step will count them. */
import { referencePrefix } from '@tabellion/chaincode/member/key';
import type { ReferenceRecord } from '@tabellion/chaincode/member/record';
import { Calendar } from '@tabellion/chaincode/order/clock/calendar';
import { clockedOf, readClocks } from '@tabellion/chaincode/order/clocks';
import { PARTIES, type Party } from '@tabellion/chaincode/order/vocabulary';
import { type Records, UnreadableRecord } from '../projection/records.ts';
import type { Standing } from './awaited.ts';

/** @throws UnreadableRecord. */
export function countByNewest(records: Records, { order, head, profile }: Standing): Standing {
  const calendars: Partial<Record<Party, Calendar>> = Object.fromEntries(
    PARTIES.flatMap((party) => {
      const edition = order.calendars[party];
      return edition === undefined ? [] : [[party, findNewest(records, edition.id)]];
    }),
  );
  const clocks = readClocks({ ...clockedOf(order, profile), facts: head.facts, calendars });
  return { order, head: { ...head, clocks }, profile };
}

function findNewest(records: Records, id: string): Calendar {
  const prefix = referencePrefix('calendar', id);
  const [newest] = records
    .list<ReferenceRecord>(prefix.slice(0, -1))
    .map(({ record: { entry } }) => entry)
    .sort((one, other) => other.version - one.version);
  if (newest?.register !== 'calendar') throw new UnreadableRecord(prefix);
  return new Calendar(newest.body);
}
