/** Where an order profile contradicts itself. */
import { mayAct, type TransactionName } from '../member/permission.ts';
import type { MemberKind, Role } from '../member/role.ts';
import type { Gate } from './gate.ts';
import type { Clock, OrderProfile } from './profile.ts';
import type { ScopeOffence } from './scope.ts';
import { MAX_STATED } from './stated.ts';
import { STEPS } from './transition.ts';
import type { DataCategory, OrderEvent, Party } from './vocabulary.ts';

interface Contradiction {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export function* findContradictions(profile: OrderProfile): Generator<Contradiction> {
  for (const list of ['content', 'gates', 'clocks', 'grounds'] as const) {
    const ids = profile[list].map(({ id }) => id);
    const at = ids.findIndex((id, index) => ids.indexOf(id) !== index);
    if (at !== -1) yield { path: [list, at, 'id'], message: 'stands twice' };
  }
  if (profile.addressedIn !== undefined && profile.notAddressedIn !== undefined)
    yield { path: ['notAddressedIn'], message: 'does not go with addressedIn' };
  yield* findScopeFaults(profile);
  yield* findIssuingFaults(profile);
  yield* findUnheldRoles(profile);
  yield* findMissingParty(profile);
  yield* findUnreadable(profile);
  for (const [at, each] of profile.clocks.entries())
    for (const { path, message } of findClockFaults(each, profile))
      yield { path: ['clocks', at, ...path], message };
  for (const [at, gate] of profile.gates.entries())
    for (const { path, message } of findGateFaults(gate, profile))
      yield { path: ['gates', at, ...path], message };
  const stated = profile.clocks.filter(({ period }) => period?.unit === 'STATED_DAY');
  if (stated.length > MAX_STATED)
    yield {
      path: ['clocks'],
      message: `more than ${MAX_STATED} periods are for the order to state`,
    };
  const groundless = profile.grounds.findIndex((ground) => !isPossible(ground.for, profile));
  if (groundless !== -1)
    yield { path: ['grounds', groundless, 'for'], message: 'cannot happen under this profile' };
  yield* findExtensionFaults(profile);
}

function* findGateFaults(gate: Gate, profile: OrderProfile): Generator<Contradiction> {
  const { by, blocks, categories, notified, opensWith } = gate;
  if (!isPossible(blocks, profile))
    yield { path: ['blocks'], message: 'cannot happen under this profile' };
  if ((by === 'ISSUER') !== (blocks === 'SERVED'))
    yield { path: ['by'], message: 'has the order too late for it, or too early' };
  const strange = (categories ?? []).findIndex((each) => !profile.categories.includes(each));
  if (strange !== -1) yield { path: ['categories', strange], message: 'is not the profile’s' };
  if (notified && !isEverNotified(gate, profile))
    yield { path: ['notified'], message: 'is of nothing that is notified' };
  if (opensWith === undefined) return;
  const clock = profile.clocks.find(({ id }) => id === opensWith);
  const path = ['opensWith'];
  if (clock === undefined) yield { path, message: 'names no clock' };
  else if (clock.period === null) yield { path, message: 'names a clock that never ends' };
}

/** Whether the enforcing authority is told of any order that it is of. */
const isEverNotified = (
  { categories }: Pick<Gate | Clock, 'categories'>,
  { enforcing }: OrderProfile,
): boolean =>
  enforcing === null || enforcing.notifiedOf.some((each) => categories?.includes(each) ?? true);

function* findExtensionFaults(profile: OrderProfile): Generator<Contradiction> {
  const { extension, clocks } = profile;
  if (extension === null) return;
  if (!isPossible('EXTENDED', profile))
    yield { path: ['extension'], message: 'cannot happen under this profile' };
  const extended = clocks.find(({ id }) => id === extension.clock);
  if (extended === undefined) yield { path: ['extension', 'clock'], message: 'names no clock' };
  else if (extension.period === null) {
    if (extended.period?.unit !== 'STATED_DAY')
      yield { path: ['extension', 'period'], message: 'the order does not state it' };
  } else if (unitOf(extended.period) !== extension.period.unit)
    yield { path: ['extension', 'period', 'unit'], message: 'is not what the clock counts in' };
}

const unitOf = (period: Clock['period']) => (period?.unit === 'STATED_DAY' ? 'DAY' : period?.unit);

function* findIssuingFaults(profile: OrderProfile): Generator<Contradiction> {
  const { issuing, categories, clocks } = profile;
  for (const [at, row] of issuing.entries()) {
    const strange = row.categories.findIndex((category) => !categories.includes(category));
    if (strange !== -1)
      yield { path: ['issuing', at, 'categories', strange], message: 'is not the profile’s' };
    if ((row.validation === 'NONE') !== (row.validators.length === 0))
      yield { path: ['issuing', at, 'validators'], message: 'does not go with the validation' };
  }
  const orphan = categories.findIndex(
    (category) => !issuing.some((row) => row.categories.includes(category)),
  );
  if (orphan !== -1) yield { path: ['categories', orphan], message: 'nobody may issue it' };
  const binding = clocks.filter((clock) => bindsToValidate(clock, profile));
  const untimed = issuing.findIndex(
    (row) =>
      row.validation === 'AFTER' &&
      !row.categories.every((category) =>
        binding.some((clock) => clock.categories?.includes(category) ?? true),
      ),
  );
  if (untimed !== -1)
    yield { path: ['issuing', untimed, 'validation'], message: 'no clock says by when' };
}

/** Whether nothing but the validation, or the end of the order, keeps it from lapsing, nor puts that off. */
const bindsToValidate = (
  { id, starts, period, stops, silence, suspended, notified }: Clock,
  { extension }: OrderProfile,
): boolean =>
  ['ISSUED', 'SERVED', 'RECEIVED'].includes(starts) &&
  period !== null &&
  period.unit !== 'STATED_DAY' &&
  silence === 'LAPSES' &&
  stops.includes('VALIDATED') &&
  stops.every((event) => event === 'VALIDATED' || event === 'WITHDRAWN') &&
  suspended === null &&
  notified === undefined &&
  extension?.clock !== id;

/** What only somebody can do who can hold none of the roles would never be done. */
function* findUnheldRoles(profile: OrderProfile): Generator<Contradiction> {
  const { issuing, addressee, enforcing, conflict, gates } = profile;
  const isHeld = (roles: readonly Role[], kinds: readonly MemberKind[], step: TransactionName) =>
    kinds.every((kind) => roles.some((role) => mayAct(role, kind, step)));
  const unheld = (path: Contradiction['path']) => ({ path, message: 'none of them may act there' });
  for (const [at, { roles, validators, validation }] of issuing.entries()) {
    if (!isHeld(roles, ['STATE'], 'order:issue')) yield unheld(['issuing', at, 'roles']);
    if (validation !== 'NONE' && !isHeld(validators, ['STATE'], 'order:validate'))
      yield unheld(['issuing', at, 'validators']);
  }
  if (!isHeld(addressee.roles, addressee.kinds, 'order:refuse'))
    yield unheld(['addressee', 'roles']);
  if (enforcing !== null && !isHeld(enforcing.roles, ['STATE'], 'order:object'))
    yield unheld(['enforcing', 'roles']);
  if (conflict !== null && !isHeld(conflict.roles, ['STATE'], 'order:decideConflict'))
    yield unheld(['conflict', 'roles']);
  for (const [at, { by, roles }] of gates.entries())
    if (!isHeld(roles, by === 'ADDRESSEE' ? addressee.kinds : ['STATE'], 'order:clear'))
      yield unheld(['gates', at, 'roles']);
}

function* findScopeFaults({ scope, categories, urgency }: OrderProfile): Generator<Contradiction> {
  const { offences, emergency, dualCriminality } = scope;
  const strangeOf = (named: readonly DataCategory[]) =>
    named.findIndex((category) => !categories.includes(category));
  for (const [at, row] of offences.entries()) {
    const strange = strangeOf(row.categories);
    if (strange !== -1)
      yield {
        path: ['scope', 'offences', at, 'categories', strange],
        message: 'is not the profile’s',
      };
    if (isAnyOffence(row)) yield { path: ['scope', 'offences', at], message: 'asks for nothing' };
  }
  if ((urgency === 'EMERGENCY') !== (emergency !== null))
    yield { path: ['scope', 'emergency'], message: 'does not go with the urgency' };
  if (dualCriminality === null) return;
  const strange = strangeOf(dualCriminality.categories);
  const path = ['scope', 'dualCriminality'];
  if (strange !== -1)
    yield { path: [...path, 'categories', strange], message: 'is not the profile’s' };
  if (dualCriminality.unless !== null && isAnyOffence(dualCriminality.unless))
    yield { path: [...path, 'unless'], message: 'excepts every offence' };
}

const isAnyOffence = ({ kinds, leastMaximumMonths, bySystem }: ScopeOffence): boolean =>
  kinds.length === 0 && leastMaximumMonths === null && !bySystem;

/** Where there is no enforcing authority, nothing can be asked of it. */
function* findMissingParty(profile: OrderProfile): Generator<Contradiction> {
  const { addressee, enforcing, categories, content, gates, clocks } = profile;
  if (enforcing !== null) {
    if (addressee.kinds.every((kind) => kind === 'STATE'))
      yield { path: ['enforcing'], message: 'is the addressee itself' };
    const strange = enforcing.notifiedOf.findIndex((category) => !categories.includes(category));
    if (strange !== -1)
      yield { path: ['enforcing', 'notifiedOf', strange], message: 'is not the profile’s' };
    return;
  }
  const message = 'there is no enforcing authority';
  const seen = content.findIndex(({ seenBy }) => seenBy.includes('ENFORCING'));
  if (seen !== -1) yield { path: ['content', seen, 'seenBy'], message };
  const gate = gates.findIndex(({ by }) => by === 'ENFORCING');
  if (gate !== -1) yield { path: ['gates', gate, 'by'], message };
  const clock = clocks.findIndex(
    ({ obliges, calendarOf, notified }) =>
      obliges === 'ENFORCING' || calendarOf === 'ENFORCING' || notified !== undefined,
  );
  if (clock !== -1) yield { path: ['clocks', clock], message };
}

/** Who is given a copy has to find something in it. */
function* findUnreadable({ content, enforcing }: OrderProfile): Generator<Contradiction> {
  const sees = (party: 'ADDRESSEE' | 'ENFORCING') =>
    content.some(({ seenBy }) => seenBy.includes(party));
  if (!sees('ADDRESSEE')) yield { path: ['content'], message: 'the addressee sees nothing of it' };
  if (enforcing !== null && enforcing.notifiedOf.length > 0 && !sees('ENFORCING'))
    yield { path: ['content'], message: 'the enforcing authority sees nothing of it' };
}

/** Whether a step can be taken under the profile at all. */
function isPossible(event: OrderEvent, profile: OrderProfile): boolean {
  if (event === 'ISSUED') return true;
  if (event === 'OVERDUE') return false;
  const { kind, enforcing, conflict } = profile;
  const { by, kinds, notified } = STEPS[event];
  if (kinds !== undefined && !kinds.includes(kind)) return false;
  if (notified && (enforcing === null || enforcing.notifiedOf.length === 0)) return false;
  if (event === 'CONFLICT_RAISED' || event === 'CONFLICT_DECIDED') return conflict !== null;
  if (event === 'ENFORCEMENT_REQUESTED') return enforcing !== null;
  return enforcing !== null || by.some((each: Party) => each !== 'ENFORCING');
}

function* findClockFaults(clock: Clock, profile: OrderProfile): Generator<Contradiction> {
  const { starts, stops, closes, suspended, period, silence, categories, escalates } = clock;
  const pauses = suspended?.by ?? [];
  const named: [readonly (string | number)[], OrderEvent][] = [
    [['starts'], starts],
    ...stops.map((event, at): [(string | number)[], OrderEvent] => [['stops', at], event]),
    ...closes.map((event, at): [(string | number)[], OrderEvent] => [['closes', at], event]),
    ...pauses.flatMap(({ from, until }, at): [(string | number)[], OrderEvent][] => [
      [['suspended', 'by', at, 'from'], from],
      ...until.map((event, index): [(string | number)[], OrderEvent] => [
        ['suspended', 'by', at, 'until', index],
        event,
      ]),
    ]),
  ];
  for (const [path, event] of named)
    if (!isPossible(event, profile)) yield { path, message: 'cannot happen under this profile' };
  const runsWithout =
    clock.validation === undefined && profile.issuing.some((row) => row.validation === 'NONE');
  for (const [path, event] of named)
    if (runsWithout && event === 'VALIDATED' && ['starts', 'stops'].includes(`${path[0]}`))
      yield { path, message: 'does not happen to what needs no validation' };
  if (clock.notified && !isEverNotified(clock, profile))
    yield { path: ['notified'], message: 'is of nothing that is notified' };
  if (stops.includes(starts) || closes.includes(starts))
    yield { path: ['starts'], message: 'ends what it starts' };
  const both = pauses.findIndex(({ from, until }) => until.includes(from));
  if (both !== -1) yield { path: ['suspended', 'by', both], message: 'ends as it begins' };
  if (period?.unit === 'STATED_DAY' && period.most !== null && period.most < period.least)
    yield { path: ['period', 'most'], message: 'is less than the least' };
  if (silence === 'CLOSES' && closes.length === 0)
    yield { path: ['closes'], message: 'nothing is closed' };
  if (silence === 'LAPSES' && stops.length === 0)
    yield { path: ['stops'], message: 'nothing keeps it from lapsing' };
  if (escalates !== undefined && (period === null || silence !== 'OVERDUE'))
    yield { path: ['escalates'], message: 'nobody is ever overdue by it' };
  if (period === null && silence !== 'OVERDUE')
    yield { path: ['period'], message: 'never ends, so that its silence means nothing' };
  const strange = (categories ?? []).findIndex(
    (category: DataCategory) => !profile.categories.includes(category),
  );
  if (strange !== -1) yield { path: ['categories', strange], message: 'is not the profile’s' };
}
