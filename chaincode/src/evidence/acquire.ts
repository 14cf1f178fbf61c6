import { sha256, toHex } from '@tabellion/proof';
import { assertRule } from '../kernel/errors.ts';
import { parseCanonicalInput } from '../kernel/input.ts';
import type { Decision } from '../kernel/transaction.ts';
import type { Caller } from '../member/caller.ts';
import { computeReach, type Reach } from './cross-border.ts';
import { acquisitionKey, headKey, locationHeadKey, sealedLocationKey } from './key.ts';
import {
  assertMethodObligations,
  assertRoute,
  type LegalBasis,
  type Method,
} from './obligations.ts';
import { isStandardAdopted } from './recipient.ts';
import {
  type AcquireInput,
  type AcquisitionFlag,
  type AcquisitionRecord,
  type HeadRecord,
  type Location,
  type LocationHeadRecord,
  sealedLocation,
} from './record.ts';
import { assertNotFuture } from './time.ts';

export interface AcquireContext {
  readonly exists: boolean;
  readonly method: Method;
  readonly legalBases: readonly LegalBasis[];
  /** Basis of the delayed notice. */
  readonly noticeBasis?: LegalBasis | undefined;
  /** The earlier acquisition that `continues` names. */
  readonly continued?: AcquisitionRecord | undefined;
  /** Transient field `location`. */
  readonly sealed?: Uint8Array | undefined;
  readonly parameters: {
    readonly timeWindowSeconds: number;
    readonly noticeDelayMaxSeconds: number;
  };
}

/**
 * `evidence:acquire`: the facts of one act of collection, refused where the rules are not met, flagged
 * where they are met but an auditor must see it.
 * @throws ContractError
 */
export function acquire(input: AcquireInput, context: AcquireContext, caller: Caller): Decision {
  const { act, member } = caller;
  assertRule(!context.exists, 'ALREADY_EXISTS', 'there is an acquisition of that id');
  assertContinues(input, context, caller);
  assertTimes(input, act.at, context.parameters.timeWindowSeconds);
  const location = input.location ?? openSealed(input, context, act.at);
  const reach = computeReach(location, act.jurisdiction);
  assertMethodObligations(input, context.method);
  assertRoute(input, reach.crossBorder, context.legalBases, member.kind);

  const shown = input.delayedNotice ? SEALED : reach;
  const record: AcquisitionRecord = {
    type: 'tabellion.acquisition',
    v: 1,
    ...input,
    ...shown,
    flags: listFlags(input, shown.crossBorder, context.method, caller),
    timeWindowSeconds: context.parameters.timeWindowSeconds,
    act,
  };
  const head: HeadRecord = {
    type: 'tabellion.head',
    v: 1,
    acquisition: input.id,
    sequence: 0,
    last: null,
    items: 0,
    bytes: 0,
    closed: false,
  };
  const locationHead: LocationHeadRecord = {
    type: 'tabellion.location-head',
    v: 1,
    acquisition: input.id,
    location: input.location ?? null,
    ...shown,
  };
  return {
    key: acquisitionKey(input.id),
    record,
    also: [
      { key: headKey(input.id), record: head },
      { key: locationHeadKey(input.id), record: locationHead },
    ],
    ...(input.delayedNotice && context.sealed
      ? {
          sealed: [{ mspId: act.member, key: sealedLocationKey(input.id), value: context.sealed }],
        }
      : {}),
  };
}

/** What other members see of a place that is sealed: nothing that would point at the touched state. */
const SEALED = { crossBorder: 'SEALED', touched: [] as string[] } as const;

function assertContinues(input: AcquireInput, { continued }: AcquireContext, caller: Caller): void {
  if (!continued) return;
  assertRule(continued.act.member === caller.act.member, 'NOT_OWN_MEMBER', 'continues');
  assertRule(continued.case === input.case, 'CONTINUES_OTHER_CASE', 'continues');
}

function assertTimes({ startedAt, endedAt }: AcquireInput, at: number, window: number): void {
  assertNotFuture(startedAt, at, window, 'startedAt');
  if (endedAt === undefined) return;
  assertRule(startedAt <= endedAt, 'TIME_ORDER', 'startedAt lies after endedAt');
  assertNotFuture(endedAt, at, window, 'endedAt');
}

/** Checks the delayed notice and opens the location that the endorsers, and no block, get to see. */
function openSealed(
  { delayedNotice }: AcquireInput,
  { noticeBasis, sealed, parameters }: AcquireContext,
  at: number,
): Location {
  assertRule(delayedNotice !== undefined && sealed !== undefined, 'LOCATION_MISSING', 'location');
  assertRule(
    noticeBasis?.opens.includes('DELAYED_NOTICE') === true,
    'BASIS_DOES_NOT_OPEN',
    'delayedNotice.basis does not open DELAYED_NOTICE',
  );
  assertRule(delayedNotice.latest >= at, 'TIME_ORDER', 'delayedNotice.latest lies in the past');
  assertRule(
    delayedNotice.latest <= at + parameters.noticeDelayMaxSeconds * 1000,
    'NOTICE_DELAY_TOO_LONG',
    `at most ${parameters.noticeDelayMaxSeconds} s`,
  );
  assertRule(toHex(sha256(sealed)) === delayedNotice.sealed, 'SEAL_MISMATCH', 'location');
  return parseCanonicalInput(sealedLocation, sealed).location;
}

function listFlags(
  input: AcquireInput,
  crossBorder: Reach['crossBorder'] | 'SEALED',
  method: Method,
  { act, member }: Caller,
): AcquisitionFlag[] {
  const { accessLimits } = input;
  const flags: Record<AcquisitionFlag, boolean> = {
    CROSS_BORDER: crossBorder === 'YES',
    JURISDICTION_UNKNOWN: crossBorder === 'UNKNOWN',
    // Says nothing of the place, so that it gives nothing away while the notice is delayed.
    UNILATERAL: input.route === 'UNILATERAL' || method.unilateral,
    FULL_COPY_UNSEGREGATED: input.extent.kind === 'FULL_COPY',
    ACCESS_LIMITS_UNSTATED:
      accessLimits === undefined && method.obligations.includes('ACCESS_LIMITS_STATEMENT'),
    ACCESS_LIMITS_NOT_RESPECTED: accessLimits?.respected === false,
    NOTICE_DELAYED: input.delayedNotice !== undefined,
    STANDARD_NOT_ADOPTED: !isStandardAdopted(input, member.profile),
    GATEWAY_HELD_KEY: act.keyCustody === 'gateway',
  };
  return (Object.keys(flags) as AcquisitionFlag[]).filter((flag) => flags[flag]);
}
