/** What advice on orders rests on, as it stands on the ledger. */
import { memberKey } from '@tabellion/chaincode/member/key';
import type { MemberRecord, ReferenceRecord } from '@tabellion/chaincode/member/record';
import { Calendar } from '@tabellion/chaincode/order/clock/calendar';
import { Problem } from '../http/problem.ts';
import type { Records } from '../projection/records.ts';
import type { AdviceGround } from './advise.ts';

type Entry = ReferenceRecord['entry'];

/** @throws Problem `NOT_FOUND` where the addressee is no member. */
export function readAdviceGround(
  records: Records,
  issuer: string,
  addressee: string,
): AdviceGround {
  const member = (mspId: string): MemberRecord => {
    const found = records.find<MemberRecord>(memberKey(mspId));
    if (found === undefined) throw new Problem('NOT_FOUND', 'the addressee is no member');
    return found.record;
  };
  const named = member(addressee);
  return {
    ...{ issuer: member(issuer), named },
    states: records
      .list<MemberRecord>('member')
      .map(({ record }) => record)
      .filter(({ kind, jurisdiction }) => kind === 'STATE' && jurisdiction === named.jurisdiction),
    profiles: listCurrent(records, 'orderProfile').map(({ id, version, body }) => ({
      ...{ governed: { id, version }, profile: body },
    })),
    treaties: new Map(listCurrent(records, 'treaty').map(({ id, body }) => [id, body])),
    // Of several calendars of one state the first by its name counts.
    calendars: new Map(
      listCurrent(records, 'calendar')
        .reverse()
        .map(({ id, version, body }) => [
          body.jurisdiction,
          { id, version, calendar: new Calendar(body) },
        ]),
    ),
  };
}

/** The current edition of each entry, by their names. */
function listCurrent<R extends Entry['register']>(records: Records, register: R) {
  type Of = Extract<Entry, { register: R }>;
  const current = new Map<string, Of>();
  for (const { record } of records.list<ReferenceRecord>(`reference/${register}`)) {
    const entry = record.entry as Of;
    const known = current.get(entry.id);
    if (known === undefined || known.version < entry.version) current.set(entry.id, entry);
  }
  return [...current.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}
