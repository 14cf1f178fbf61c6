/** What a carried proposal changes, and when it may. */
import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { Write } from '../kernel/transaction.ts';
import {
  memberHistoryKey,
  memberKey,
  parameterHistoryKey,
  parameterKey,
  referenceKey,
} from './key.ts';
import {
  type Cause,
  type Change,
  type MemberRecord,
  PARAMETERS,
  type ParameterName,
  type ParameterRecord,
  type ReferenceEntry,
  type ReferenceRecord,
} from './record.ts';
import { assertEndorsable } from './threshold.ts';

/** The state that decides whether a change can be made. */
export interface Consortium {
  readonly members: readonly MemberRecord[];
  readonly endorsementThreshold: number;
  /** The parameter that the change sets, if it sets one. */
  readonly parameter?: ParameterRecord | undefined;
  /** What was published of the entry that the change publishes, if it publishes one. */
  readonly published: readonly ReferenceEntry[];
}

/**
 * Decides a change against the consortium as it stands: at proposal it refuses, at execution it makes
 * the proposal STALE.
 * @returns the records to write.
 * @throws ContractError `ALREADY_EXISTS`, `JURISDICTION_TAKEN`, `NOT_FOUND`, `NO_CHANGE`,
 * `PARAMETER_OUT_OF_RANGE`, `VERSION_NOT_NEWER`, `CALENDAR_MISMATCH`, `CALENDAR_ENDS` and those of {@link assertEndorsable}.
 */
export function applyChange(change: Change, now: Consortium, cause: Cause, act: Act): Write[] {
  switch (change.kind) {
    case 'ADMIT':
      return admit(change, now, cause, act);
    case 'SUSPEND':
      return setStatus(change.mspId, 'SUSPENDED', now, cause, act);
    case 'RESUME':
      return setStatus(change.mspId, 'ACTIVE', now, cause, act);
    case 'SET_PARAMETER':
      return setParameter(change.name, change.value, now, cause, act);
    case 'PUBLISH': {
      const newest = Math.max(0, ...now.published.map(({ version }) => version));
      // A number far ahead would leave none for the editions to come.
      const isNext = newest === 0 || change.entry.version === newest + 1;
      assertRule(isNext, 'VERSION_NOT_NEWER', `version ${newest} stands`);
      for (const before of now.published) assertCoverage(change.entry, before);
      return writeReference(change.entry, cause, act);
    }
  }
}

/** Orders under way are counted by the newest calendar: one that held less would stop them all. */
function assertCoverage(entry: ReferenceEntry, before: ReferenceEntry): void {
  if (entry.register !== 'calendar' || before.register !== 'calendar') return;
  const { jurisdiction, from, to } = before.body;
  const isSame = entry.body.jurisdiction === jurisdiction;
  assertRule(isSame, 'CALENDAR_MISMATCH', `${before.id} is the calendar of ${jurisdiction}`);
  const covers = entry.body.from <= from && to <= entry.body.to;
  assertRule(covers, 'CALENDAR_ENDS', `version ${before.version} holds ${from} to ${to}`);
}

function admit(
  change: Extract<Change, { kind: 'ADMIT' }>,
  { members, endorsementThreshold }: Consortium,
  cause: Cause,
  act: Act,
): Write[] {
  const { mspId, name, jurisdiction, memberKind: kind, profile } = change;
  assertRule(!members.some((member) => member.mspId === mspId), 'ALREADY_EXISTS', mspId);
  assertRule(
    kind !== 'STATE' || !members.some((m) => m.kind === kind && m.jurisdiction === jurisdiction),
    'JURISDICTION_TAKEN',
    `${jurisdiction} has its state member`,
  );
  const record: MemberRecord = {
    type: 'tabellion.member',
    v: 1,
    mspId,
    name,
    jurisdiction,
    kind,
    status: 'ACTIVE',
    profile,
    version: 1,
    cause,
    act,
  };
  assertEndorsable(activeOf([...members, record]), endorsementThreshold);
  return writeMember(record);
}

function setStatus(
  mspId: string,
  status: MemberRecord['status'],
  { members, endorsementThreshold }: Consortium,
  cause: Cause,
  act: Act,
): Write[] {
  const member = members.find((candidate) => candidate.mspId === mspId);
  assertRule(member !== undefined, 'NOT_FOUND', mspId);
  assertRule(member.status !== status, 'NO_CHANGE', `${mspId} is ${status} already`);
  const record = { ...member, status, version: member.version + 1, cause, act };
  const after = members.map((candidate) => (candidate === member ? record : candidate));
  assertEndorsable(activeOf(after), endorsementThreshold);
  return writeMember(record);
}

function setParameter(
  name: ParameterName,
  value: number,
  { members, parameter }: Consortium,
  cause: Cause,
  act: Act,
): Write[] {
  assertRule(PARAMETERS[name].safeParse(value).success, 'PARAMETER_OUT_OF_RANGE', name);
  assertRule(parameter?.value !== value, 'NO_CHANGE', `${name} is ${value} already`);
  if (name === 'endorsementThreshold') assertEndorsable(activeOf(members), value);
  // A parameter that is newer than the founding is set by vote for the first time.
  return writeParameter(name, value, (parameter?.version ?? 0) + 1, cause, act);
}

export function activeOf<T extends Pick<MemberRecord, 'status'>>(members: readonly T[]): T[] {
  return members.filter(({ status }) => status === 'ACTIVE');
}

export function writeMember(record: MemberRecord): Write[] {
  return [{ key: memberKey(record.mspId), record }, writeMemberHistory(record)];
}

export function writeMemberHistory(record: MemberRecord): Write {
  return { key: memberHistoryKey(record.mspId, record.version), record };
}

export function writeParameter(
  name: ParameterName,
  value: number,
  version: number,
  cause: Cause,
  act: Act,
): Write[] {
  const record: ParameterRecord = {
    type: 'tabellion.parameter',
    v: 1,
    name,
    value,
    version,
    cause,
    act,
  };
  return [
    { key: parameterKey(name), record },
    { key: parameterHistoryKey(name, version), record },
  ];
}

export function writeReference(entry: ReferenceEntry, cause: Cause, act: Act): Write[] {
  const record: ReferenceRecord = { type: 'tabellion.reference', v: 1, entry, cause, act };
  return [{ key: referenceKey(entry.register, entry.id, entry.version), record }];
}
