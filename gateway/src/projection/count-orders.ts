/** What orders come to in a year, counted as the ledger tells it; what the figures mean, see `order/statistics.ts`. */
import type { DatabaseSync } from 'node:sqlite';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import type {
  OrderHeadRecord,
  OrderRecord,
  OrderStepRecord,
} from '@tabellion/chaincode/order/record';
import { isEnded, type OrderStatus } from '@tabellion/chaincode/order/transition';
import type { OrderEvent } from '@tabellion/chaincode/order/vocabulary';
import type { Standing } from '../order/awaited.ts';

/** From the issue, and from the addressee's receipt, to what was asked for. */
export const ORDER_SPANS = ['FROM_ISSUE', 'FROM_RECEIPT'] as const;
export type OrderSpan = (typeof ORDER_SPANS)[number];

/** Counts of the orders of a year, an issuer and a profile, by `order/<year>/<issuer>/<profile>/<figure>`. */
export const orderTally = (year: number, issuer: string, profile: string, figure: string): string =>
  `order/${year}/${issuer}/${profile}/${figure}`;

/** Steps by what is counted of them. */
const COUNTED: Readonly<Partial<Record<OrderEvent, string>>> = {
  ENFORCEMENT_REQUESTED: 'enforcementRequested',
  RECOGNISED: 'recognised',
};

/** Prepares the statements once. */
export function createOrderCounter(database: DatabaseSync) {
  const addToTally = database.prepare(
    'INSERT INTO tally VALUES (?1, ?2) ON CONFLICT DO UPDATE SET number = number + ?2',
  );
  const addTime = database.prepare('INSERT INTO order_time VALUES (?, ?, ?, ?, ?, ?)');
  const adderOf =
    ({ act, profile }: OrderRecord, year: number) =>
    (figure: string, by = 1) =>
      void addToTally.run(orderTally(year, act.member, profile.id, figure), by);

  const addTimes = ({ order, head }: Standing, at: number, year: number) => {
    const add = adderOf(order, year);
    const received = head.facts.find(({ event }) => event === 'RECEIVED')?.at;
    const begins: Readonly<Record<OrderSpan, number | undefined>> = {
      FROM_ISSUE: order.act.at,
      FROM_RECEIPT: received,
    };
    for (const span of ORDER_SPANS) {
      const from = begins[span];
      if (from === undefined) continue;
      const seconds = Math.max(0, Math.floor((at - from) / 1000));
      addTime.run(year, order.act.member, order.profile.id, span, seconds, order.id);
      add(`times/${span}`);
      add(`seconds/${span}`, seconds);
    }
  };

  return {
    issued(order: OrderRecord, { urgency }: OrderProfile): void {
      const add = adderOf(order, new Date(order.act.at).getUTCFullYear());
      add('issued');
      if (urgency === 'EMERGENCY') add('emergency');
      if (order.validation === 'AFTER') add('validatedAfterwards');
      if (order.notified) add('notified');
      for (const category of order.categories) add(`category/${category}`);
      add(`addressee/${order.addressee}`);
    },
    stepped(
      record: OrderStepRecord,
      standing: Standing,
      before: { readonly year: number; readonly status: string },
    ): void {
      const { order, head } = standing;
      const { event, status } = record;
      const add = adderOf(order, before.year);
      // An order counts once, however often a step of it is taken.
      const isFirst = head.facts.filter((fact) => fact.event === event).length === 1;
      const figure = COUNTED[event];
      if (isFirst && figure !== undefined) add(figure);
      if (isFirst && isFulfilling(event, order)) {
        add('fulfilled');
        addTimes(standing, record.countsFrom, before.year);
      }
      if ('ground' in record) add(`ground/${event}/${record.ground}`);
      if (!isEnded(status) || isEnded(before.status as OrderStatus)) return;
      const isFulfilled = head.facts.some((fact) => isFulfilling(fact.event, order));
      if (!isFulfilled) add(`ended/${status}`);
      if (isNeverValidated(order, head)) add('neverValidated');
    },
  };
}

/** A preservation or freezing is fulfilled by being carried out; the others by what they yield. */
const isFulfilling = (event: OrderEvent, { kind }: OrderRecord): boolean =>
  event === (kind === 'PRESERVE' || kind === 'FREEZE' ? 'EXECUTED' : 'DELIVERED');

const isNeverValidated = ({ validation }: OrderRecord, { validated }: OrderHeadRecord): boolean =>
  validation === 'AFTER' && !validated;
