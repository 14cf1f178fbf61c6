/** Orders under the shipped profiles, taken step by step through the pure rules. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Act } from '../src/kernel/schema.ts';
import type { MemberRecord } from '../src/member/record.ts';
import { Calendar, calendarBody } from '../src/order/clock/calendar.ts';
import { type IssueContext, issueOrder } from '../src/order/issue.ts';
import { type OrderProfile, orderProfileBody } from '../src/order/profile.ts';
import type {
  IssueInput,
  OrderHeadRecord,
  OrderRecord,
  OrderStep,
  OrderStepRecord,
} from '../src/order/record.ts';
import type { Treaty } from '../src/order/route.ts';
import { takeOrderStep } from '../src/order/step.ts';
import { digest, sampleAct, sampleMember } from './samples.ts';

const CONFIG = join(import.meta.dirname, '..', '..', 'node-config');

interface Shipped {
  readonly register: string;
  readonly id: string;
  readonly version: number;
  readonly body: unknown;
}

const files = new Map<string, readonly Shipped[]>();

function readShipped(file: string): readonly Shipped[] {
  const known = files.get(file);
  if (known !== undefined) return known;
  const { entries } = parse(readFileSync(join(CONFIG, file), 'utf8')) as { entries: Shipped[] };
  files.set(file, entries);
  return entries;
}

/** Every entry that is shipped of one kind: order profiles, unless another folder is named. */
export const listShipped = (folder = 'orders'): readonly Shipped[] =>
  readdirSync(join(CONFIG, folder)).flatMap((file) => readShipped(join(folder, file)));

/** A profile as it is shipped. */
export const readProfile = (file: string, id: string): OrderProfile =>
  orderProfileBody.parse(readShipped(join('orders', file)).find((entry) => entry.id === id)?.body);

export const at = (text: string): number => new Date(text).getTime();

/** Two hours east of UTC throughout; Saturdays and Sundays are days of rest. */
export const plainCalendar = (jurisdiction: string, holidays: readonly string[] = []) =>
  calendarBody.parse({
    ...{ title: jurisdiction, jurisdiction, source: 'made for a test', edition: '1' },
    ...{ from: '2026-01-01', to: '2027-12-31', restDays: [6, 7], holidays, workedDays: [] },
    offsets: [{ from: at('2025-12-31T00:00:00Z'), minutes: 120 }],
  });

export const PARTIES = {
  ISSUER: { member: 'DeMSP', jurisdiction: 'DE' },
  ADDRESSEE: { member: 'PlatformMSP', jurisdiction: 'FR' },
  ENFORCING: { member: 'FrMSP', jurisdiction: 'FR' },
} as const;
export type Side = keyof typeof PARTIES;

const parties = ['DE', 'FR'].map((jurisdiction) => ({
  ...{ jurisdiction, from: 0, until: null, reservations: [] },
}));
const treaty: Treaty = { title: 'EU', instrument: 'EU', edition: '1', parties };

export const sampleIssue = (changes: Partial<IssueInput> = {}): IssueInput => ({
  id: 'b'.repeat(32),
  profile: { id: 'epoc', version: 1 },
  case: 'CASE-1',
  categories: ['SUBSCRIBER'],
  addressee: PARTIES.ADDRESSEE.member,
  enforcing: PARTIES.ENFORCING.member,
  calendars: {
    ISSUER: { id: 'de', version: 1 },
    ADDRESSEE: { id: 'fr', version: 1 },
    ENFORCING: { id: 'fr', version: 1 },
  },
  contents: { ADDRESSEE: digest('a') },
  legalBasis: { id: 'de-stpo-94', version: 1 },
  reason: 'fraud',
  ...changes,
});

export const sampleIssueContext = (
  profile: OrderProfile,
  changes: Partial<IssueContext> = {},
): IssueContext => {
  const side = (name: Side, kind: MemberRecord['kind']) =>
    sampleMember({ mspId: PARTIES[name].member, jurisdiction: PARTIES[name].jurisdiction, kind });
  const calendarOf = (jurisdiction: string, holidays: readonly string[] = []) => ({
    ...{ jurisdiction, calendar: new Calendar(plainCalendar(jurisdiction, holidays)) },
  });
  return {
    exists: false,
    profile,
    treaty,
    treatyEdition: profile.treaty === null ? undefined : { id: profile.treaty, version: 1 },
    addressee: side('ADDRESSEE', 'PLATFORM'),
    enforcing: side('ENFORCING', 'STATE'),
    followed: undefined,
    calendars: {
      ISSUER: calendarOf('DE'),
      ADDRESSEE: calendarOf('FR', ['2026-09-14']),
      ENFORCING: calendarOf('FR', ['2026-09-14']),
    },
    timeWindowSeconds: 900,
    ...changes,
  };
};

export const actOf = (side: Side, role: string, when: number, changes: Partial<Act> = {}): Act =>
  sampleAct({ ...PARTIES[side], role, at: when, person: `p-${side}-${role}`, ...changes });

type Says<V extends OrderStep['verb']> = Omit<
  Extract<OrderStep, { verb: V }>,
  'verb' | 'order' | 'sequence' | 'previous' | 'reason'
>;

/** One order, and where it stands. */
export class OrderCase {
  readonly #context: IssueContext;
  readonly order: OrderRecord;
  head: OrderHeadRecord;
  last: OrderStepRecord | undefined;

  constructor(input: IssueInput, context: IssueContext, act: Act) {
    const { record, also } = issueOrder(input, context, act);
    this.#context = context;
    this.order = record as OrderRecord;
    this.head = also![0]!.record as OrderHeadRecord;
  }

  take<V extends OrderStep['verb']>(
    verb: V,
    [side, role, when]: readonly [Side, string, string],
    says: Says<V>,
    { collectors = [], ...changes }: Partial<Act> & { collectors?: string[] } = {},
  ): this {
    const { profile, calendars, timeWindowSeconds } = this.#context;
    const chain = { order: this.order.id, sequence: this.head.sequence + 1 };
    const step = {
      ...{ verb, ...chain, previous: this.head.last, reason: 'as the law has it' },
      ...says,
    } as unknown as OrderStep;
    const decision = takeOrderStep(
      step,
      {
        ...{ order: this.order, head: this.head, profile, timeWindowSeconds, collectors },
        editions: this.order.calendars,
        calendars: Object.fromEntries(
          Object.entries(calendars).map(([party, { calendar }]) => [party, calendar]),
        ),
      },
      actOf(side, role, at(when), changes),
    );
    this.last = decision.record as OrderStepRecord;
    this.head = decision.also![0]!.record as OrderHeadRecord;
    return this;
  }

  /** The due instant of a clock, ISO 8601; null where there is none. */
  due(clock: string): string | null {
    const due = this.head.clocks.find((each) => each.clock === clock)!.due;
    return due === null ? null : new Date(due).toISOString();
  }

  state(clock: string): string | undefined {
    return this.head.clocks.find((each) => each.clock === clock)?.state;
  }
}
