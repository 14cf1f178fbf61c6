/** What becomes known of a place after the acquisition was recorded: disclosed, or determined. */

import { digestRecord } from '../kernel/digest.ts';
import { assertRule } from '../kernel/errors.ts';
import { type Act, UNKNOWN } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { computeReach, listPlaces } from './cross-border.ts';
import { locationHeadKey, locationKey } from './key.ts';
import { assertOwnMember } from './ownership.ts';
import type {
  AcquisitionRecord,
  DetermineInput,
  DiscloseInput,
  Location,
  LocationHeadRecord,
  LocationRecord,
} from './record.ts';

export interface LocateContext {
  readonly acquisition: AcquisitionRecord;
  readonly locationHead: LocationHeadRecord;
  readonly timeWindowSeconds: number;
}

/**
 * `evidence:disclose`: opens what a delayed notice sealed, before or after its latest date.
 * @throws ContractError `NOT_OWN_MEMBER`, `NOT_SEALED`, `SEAL_MISMATCH`.
 */
export function discloseLocation(
  { location, salt, reason }: DiscloseInput,
  context: LocateContext,
  act: Act,
): Decision {
  const { acquisition, locationHead } = context;
  assertOwnMember(acquisition, act);
  const { delayedNotice } = acquisition;
  assertRule(
    delayedNotice !== undefined && locationHead.location === null,
    'NOT_SEALED',
    'no notice is delayed any more',
  );
  const isSealed = digestRecord({ location, salt }) === delayedNotice.sealed;
  assertRule(isSealed, 'SEAL_MISMATCH', 'location and salt are not what was sealed');
  return locate('DISCLOSED', location, reason, act.at > delayedNotice.latest, context, act);
}

/**
 * `evidence:determine`: places that were UNKNOWN became known. What was known stays as it was said: a
 * collector cannot talk a foreign system home.
 * @throws ContractError `NOT_OWN_MEMBER`, `LOCATION_SEALED`, `DETERMINATION_CONTRADICTS`,
 * `NOTHING_TO_DETERMINE`.
 */
export function determineLocation(
  { location, reason }: DetermineInput,
  context: LocateContext,
  act: Act,
): Decision {
  assertOwnMember(context.acquisition, act);
  const before = context.locationHead.location;
  assertRule(before !== null, 'LOCATION_SEALED', 'disclose it first');
  const [was, is] = [listPlaces(before), listPlaces(location)];
  assertRule(
    hasSameShape(before, location) &&
      was.every((place, index) => place === UNKNOWN || place === is[index]),
    'DETERMINATION_CONTRADICTS',
    'only what was UNKNOWN can change',
  );
  assertRule(
    was.some((place, index) => place !== is[index]),
    'NOTHING_TO_DETERMINE',
    'nothing that was UNKNOWN is known now',
  );
  return locate('DETERMINED', location, reason, false, context, act);
}

function hasSameShape(a: Location, b: Location): boolean {
  const kinds = ({ source }: Location) =>
    source.class === 'NETWORK' ? source.nodes.map(({ kind }) => kind) : [];
  return a.source.class === b.source.class && kinds(a).join(' ') === kinds(b).join(' ');
}

function locate(
  cause: LocationRecord['cause'],
  location: Location,
  reason: string,
  overdue: boolean,
  { acquisition, locationHead, timeWindowSeconds }: LocateContext,
  act: Act,
): Decision {
  const reach = computeReach(location, acquisition.act.jurisdiction);
  const record: LocationRecord = {
    type: 'tabellion.location',
    v: 1,
    acquisition: acquisition.id,
    cause,
    case: acquisition.case,
    legalBases: acquisition.legalBases,
    reason,
    location,
    ...reach,
    overdue,
    timeWindowSeconds,
    act,
  };
  return {
    key: locationKey(acquisition.id, act.txId),
    record,
    also: [
      {
        key: locationHeadKey(acquisition.id),
        record: { ...locationHead, location, ...reach } satisfies LocationHeadRecord,
      },
    ],
  };
}
