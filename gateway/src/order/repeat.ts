/**
 * Judges an order again, offline, from its proof: the contract's own rules, run over the records in it under
 * the profile, treaty and calendars that it brings, must give the records that are in it. What the rules ask
 * of the register of members is not in the proof; only the audit repeats that.
 */
import { ContractError } from '@tabellion/chaincode/kernel/errors';
import type { MemberKind } from '@tabellion/chaincode/member/record';
import { Calendar, calendarBody } from '@tabellion/chaincode/order/clock/calendar';
import { beginOrder, calendarsOf } from '@tabellion/chaincode/order/issue';
import {
  findIssuing,
  isNotified,
  listRefusals,
  type RuledContext,
  type Side,
} from '@tabellion/chaincode/order/issue-rules';
import { type OrderProfile, orderProfileBody } from '@tabellion/chaincode/order/profile';
import {
  type OrderHeadRecord,
  type OrderRecord,
  type OrderStep,
  type OrderStepRecord,
  orderHeadRecord,
  orderRecord,
  orderStepRecord,
  stepInputs,
} from '@tabellion/chaincode/order/record';
import { treatyBody } from '@tabellion/chaincode/order/route';
import { takeOrderStep } from '@tabellion/chaincode/order/step';
import { orderKind, PARTIES } from '@tabellion/chaincode/order/vocabulary';
import {
  canonicalBytes,
  equalBytes,
  MAX_BUNDLE_BYTES,
  type ProvenOrder,
  type ProvenRule,
  parseCanonical,
  readEnvelope,
  readOrderBundle,
} from '@tabellion/proof';
import { ZodError } from 'zod';

/**
 * Where the records say otherwise than the rules do; or, of another form than this program reads, cannot be
 * judged, which says nothing against them.
 */
export interface Disagreement {
  readonly code: 'STATE_MISMATCH' | 'RECORD_MALFORMED';
  /** 0 for the issue. */
  readonly step: number;
  readonly detail: string;
}

/**
 * @param proven what the verifier found in the bundle; it is not verified again.
 * @returns undefined where everything is as the rules give it. Throws what nobody foresaw.
 */
export function repeatOrder(bundle: Uint8Array, proven: ProvenOrder): Disagreement | undefined {
  const parts = readOrderBundle(parseCanonical(bundle, { maxBytes: MAX_BUNDLE_BYTES }));
  const answerOf = (attestation: Uint8Array) => readEnvelope(attestation).response.payload;
  let step = 0;
  try {
    const order = orderRecord.parse(parseCanonical(answerOf(parts.order)));
    const profile = orderProfileBody.parse(findRule(proven.rules, 'orderProfile', order.profile));
    let head = judgeIssue(order, profile, proven.rules);
    for (const bytes of parts.steps) {
      step += 1;
      const record = orderStepRecord.parse(parseCanonical(bytes));
      head = judgeStep(record, { order, head, profile, proven });
    }
    const attested = answerOf(parts.attestation);
    orderHeadRecord.parse(parseCanonical(attested));
    assertSame(canonicalBytes(head), attested, 'the head is not what the rules give');
    return undefined;
  } catch (error) {
    if (error instanceof ZodError) {
      const [issue] = error.issues;
      return {
        ...{ code: 'RECORD_MALFORMED', step },
        detail: `${issue?.path.join('.')}: ${issue?.message}`,
      };
    }
    if (!(error instanceof ContractError) && !(error instanceof Differs)) throw error;
    return { code: 'STATE_MISMATCH', step, detail: error.message };
  }
}

class Differs extends Error {
  override readonly name = 'Differs';
}

function judgeIssue(
  order: OrderRecord,
  profile: OrderProfile,
  rules: readonly ProvenRule[],
): OrderHeadRecord {
  const { act } = order;
  const calendars = openCalendars(order.calendars, rules);
  for (const refusal of listRefusals(order, contextOf(order, profile, { rules, calendars }), act))
    throw refusal;
  const { validation } = findIssuing(profile, order, act);
  const { kind, treaty } = profile;
  const computed = { kind, treaty, notified: isNotified(profile, order), validation };
  const told = {
    ...{ kind: order.kind, treaty: order.treaty?.id ?? null },
    ...{ notified: order.notified, validation: order.validation },
  };
  assertSame(canonicalBytes(computed), canonicalBytes(told), 'the order is not under its profile');
  return beginOrder(order, profile, calendarsOf(calendars));
}

type Calendars = RuledContext['calendars'];

/** Members as the order asks for them: what they were then is in no proof. */
function contextOf(
  { addressee, enforcing, jurisdictions }: OrderRecord,
  profile: OrderProfile,
  { rules, calendars }: { readonly rules: readonly ProvenRule[]; readonly calendars: Calendars },
): RuledContext {
  const side = (
    mspId: string | undefined,
    jurisdiction: string | undefined,
    kind: MemberKind,
  ): Side | undefined =>
    mspId === undefined || jurisdiction === undefined
      ? undefined
      : { ...{ mspId, jurisdiction, kind, status: 'ACTIVE' }, profile: TAKES_ALL };
  const treaty = rules.find(({ register }) => register === 'treaty');
  return {
    ...{ profile, calendars, treaty: treaty && treatyBody.parse(treaty.body) },
    addressee: side(addressee, jurisdictions.ADDRESSEE, profile.addressee.kinds[0]!),
    enforcing: side(enforcing, jurisdictions.ENFORCING, 'STATE'),
  };
}

const TAKES_ALL: Side['profile'] = {
  acceptedOrders: orderKind.options.map((kind) => ({ kind })),
  ...{ acceptedAuthorisations: [], adoptedStandards: [] },
  schemaVersions: { evidence: [], member: [] },
};

interface Standing {
  readonly order: OrderRecord;
  readonly head: OrderHeadRecord;
  readonly profile: OrderProfile;
  readonly proven: ProvenOrder;
}

function judgeStep(
  record: OrderStepRecord,
  { order, head, profile, proven }: Standing,
): OrderHeadRecord {
  const names = Object.keys(stepInputs[record.verb].shape);
  const asked = Object.fromEntries(
    Object.entries(record).filter(([name]) => name === 'verb' || names.includes(name)),
  ) as OrderStep;
  const collectors = ('acquisitions' in record ? record.acquisitions : []).map(
    (id) => proven.acquisitions.find(({ acquisition }) => acquisition === id)?.member,
  );
  const calendars = calendarsOf(openCalendars(record.calendars, proven.rules));
  const { timeWindowSeconds, act } = record;
  const editions = record.calendars;
  const decision = takeOrderStep(
    asked,
    { order, head, profile, calendars, editions, collectors, timeWindowSeconds },
    act,
  );
  const given = canonicalBytes(decision.record);
  assertSame(given, canonicalBytes(record), 'the step is not what the rules give');
  return orderHeadRecord.parse(decision.also?.[0]?.record);
}

function openCalendars(named: OrderRecord['calendars'], rules: readonly ProvenRule[]): Calendars {
  const pairs = PARTIES.flatMap((party) => {
    const edition = named[party];
    if (edition === undefined) return [];
    const body = calendarBody.parse(findRule(rules, 'calendar', edition));
    return [[party, { jurisdiction: body.jurisdiction, calendar: new Calendar(body) }]];
  });
  return Object.fromEntries(pairs);
}

function findRule(
  rules: readonly ProvenRule[],
  register: string,
  named: { readonly id: string; readonly version: number },
): unknown {
  return rules.find(
    (rule) => rule.register === register && rule.id === named.id && rule.version === named.version,
  )?.body;
}

function assertSame(one: Uint8Array, other: Uint8Array, text: string): void {
  if (!equalBytes(one, other)) throw new Differs(text);
}
