/** The steps that judge an order's proof, once the answer about its head is authenticated. */
import type { Version } from '../fabric/rwset.ts';
import { checkRead } from './attestation.ts';
import type { ProvenCustody } from './custody-chain.ts';
import type { OrderParts } from './order-bundle.ts';
import {
  ORDER_READ_FUNCTION,
  type OrderChain,
  orderKeyOf,
  readOrderChain,
  type StepFacts,
} from './order-chain.ts';
import {
  type Attest,
  type AttestPresent,
  type ProvenAcquisition,
  type ProvenContent,
  type ProvenRule,
  readAcquisitions,
  readContents,
  readCustodies,
  readRules,
} from './order-parts.ts';
import type { Trust } from './record.ts';
import { demand } from './refusal.ts';
import type { TrustedMember } from './trust.ts';
import type { RunStep } from './verdict.ts';

/** A clock as the records have it, with the times in which it did not run. */
export interface ProvenClock {
  readonly clock: string;
  readonly state: string;
  readonly startedAt: number | null;
  /** The last instant in time. */
  readonly due: number | null;
  /** Reckoned beyond the end of the calendar: nobody is late by it. */
  readonly provisional?: true;
  readonly overdue: boolean;
  readonly suspensions: readonly { readonly from: number; readonly to: number | null }[];
}

export interface ProvenOrderStep {
  readonly sequence: number;
  readonly event: string;
  /** On which side it was taken, and by which member. */
  readonly party: string;
  readonly member: string;
  readonly recordedAt: number;
  /** The instant that the clocks count from. */
  readonly countsFrom: number;
  /** Clocks by which it came too late. */
  readonly late: readonly string[];
  readonly status: string;
}

/** What an order's proof says. Times are claims of their clients. */
export interface ProvenOrder {
  readonly order: string;
  readonly case: string;
  readonly kind: string;
  readonly categories: readonly string[];
  readonly issuer: string;
  readonly addressee: string;
  readonly enforcing?: string;
  /** Whether the enforcing authority is notified. */
  readonly notified: boolean;
  readonly follows?: string;
  readonly issuedAt: number;
  readonly status: string;
  readonly steps: readonly ProvenOrderStep[];
  readonly clocks: readonly ProvenClock[];
  /** Every edition that it was judged by. */
  readonly rules: readonly ProvenRule[];
  readonly acquisitions: readonly ProvenAcquisition[];
  /** Absent where no chains of custody travel with it. */
  readonly custody?: readonly ProvenCustody[];
  readonly contents?: readonly ProvenContent[];
}

export interface OrderProofContext {
  readonly trust: Trust;
  readonly members: ReadonlyMap<string, TrustedMember>;
  readonly now: number;
  readonly challenge: Uint8Array | undefined;
  /** Where the attested head stands, and when it was attested. */
  readonly headPlace: Version;
  readonly attestedAt: number;
}

/** @param head its exact bytes, as attested. @throws Refusal. */
export function proveOrder(
  bundle: OrderParts,
  head: Uint8Array,
  { trust, members, now, challenge, headPlace, attestedAt }: OrderProofContext,
  step: RunStep,
): ProvenOrder {
  const attest: Attest = (bytes, terms) => checkRead(bytes, trust, { ...terms, now, members });
  const attestPresent: AttestPresent = (bytes, terms) => {
    const found = checkRead(bytes, trust, { ...terms, now, members, challenge });
    demand(found.attestedAt >= attestedAt, 'RECORD_MISMATCH');
    return found;
  };
  const { chain, place } = step('chain', () => {
    const asked = { readFunction: ORDER_READ_FUNCTION, keyOf: orderKeyOf };
    const issued = attest(bundle.order, asked);
    return { chain: readOrderChain(issued.record, bundle.steps, head), place: issued.place };
  });
  const rules = step('rules', () =>
    readRules(bundle.rules, chain, { order: place, head: headPlace }, attest),
  );
  const acquisitions = step('acquisitions', () =>
    readAcquisitions(bundle.acquisitions, chain, { attest, attestPresent }),
  );
  const { custody: bundles, contents: copies } = bundle;
  const custody =
    bundles && step('custody', () => readCustodies(bundles, acquisitions, attestPresent));
  const contents = copies && step('contents', () => readContents(copies, chain));
  return {
    ...tellOrder(chain),
    ...{ rules, acquisitions },
    ...(custody && { custody }),
    ...(contents && { contents }),
  };
}

function tellOrder(chain: OrderChain) {
  const { order, steps, head } = chain;
  const { id, case: of, kind, categories, addressee, enforcing, notified, follows } = order;
  return {
    ...{ order: id, case: of, kind, categories, issuer: order.act.member, addressee, notified },
    ...(enforcing !== undefined && { enforcing }),
    ...(follows !== undefined && { follows }),
    issuedAt: order.act.at,
    status: head.status,
    steps: steps.map(tellStep),
    clocks: head.clocks.map(({ clock, state, startedAt, due, provisional }) => ({
      ...{ clock, state, startedAt, due },
      ...(provisional && { provisional }),
      overdue: head.overdue.includes(clock),
      suspensions: listSuspensions(clock, chain),
    })),
  };
}

const tellStep = (step: StepFacts): ProvenOrderStep => {
  const { sequence, event, party, countsFrom, late, status, act } = step;
  return {
    sequence,
    event,
    party,
    member: act.member,
    recordedAt: act.at,
    countsFrom,
    late,
    status,
  };
};

/** By the readings that each step recorded. */
function listSuspensions(name: string, { steps }: Pick<OrderChain, 'steps'>) {
  const found: { from: number; to: number | null }[] = [];
  for (const { clocks, countsFrom } of steps) {
    const isSuspended = clocks.find(({ clock }) => clock === name)?.state === 'SUSPENDED';
    const open = found.at(-1)?.to === null ? found.at(-1) : undefined;
    if (isSuspended && open === undefined) found.push({ from: countsFrom, to: null });
    if (!isSuspended && open !== undefined) open.to = countsFrom;
  }
  return found;
}
