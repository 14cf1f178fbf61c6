/** The forms in which the gateway lists orders: written by its routes, read by its clients. */
import { act, timestamp } from '@tabellion/chaincode/kernel/schema';
import { orderId, orderRecord, stepInputs } from '@tabellion/chaincode/order/record';
import { ORDER_STATUSES } from '@tabellion/chaincode/order/transition';
import { party } from '@tabellion/chaincode/order/vocabulary';
import { z } from 'zod';
import { projected } from '../http/schema.ts';
import { CLOCK_STANDINGS } from './running-clocks.ts';

export const orderStatus = z.enum(ORDER_STATUSES);

/** ALL: of the member. AWAITED: those that wait for the caller's side and role. MINE: in which the caller acted. */
export const ORDER_SCOPES = ['ALL', 'AWAITED', 'MINE'] as const;

export const orderSummary = projected(orderRecord)
  .extend({
    side: party.meta({ description: 'Where the caller’s member stands' }),
    status: orderStatus,
    sequence: z.int().meta({ description: 'Steps so far' }),
    changedAt: timestamp,
    awaits: z
      .array(z.strictObject({ side: party, verb: z.string() }))
      .meta({ description: `Steps that it waits for, of ${Object.keys(stepInputs).join(', ')}` }),
    escalated: z.array(z.string()).meta({
      description: 'Overdue clocks that bring it before others than those who have to act',
    }),
  })
  .meta({ id: 'OrderSummary' });

/** The pseudonym that stands in somebody's certificate and in what they did. */
export const personName = act.shape.person;

const named = z.array(
  z.strictObject({
    as: personName.meta({ description: 'The caller, in one role' }),
    person: personName.meta({ description: 'The colleague' }),
    since: timestamp,
  }),
);
export const namedDeputies = z.strictObject({ named, deputyOf: named }).meta({ id: 'Deputies' });

export const dueClock = z
  .strictObject({
    order: orderId,
    key: z.string(),
    case: orderRecord.shape.case,
    status: orderStatus,
    side: party.meta({ description: 'Where the caller’s member stands' }),
    clock: z.string(),
    article: z.string(),
    title: z.string(),
    obliges: party.meta({ description: 'Who has to act, or may' }),
    due: timestamp.meta({ description: 'The last instant by the law' }),
    ends: timestamp.meta({ description: 'With the days of grace' }),
    standing: z.enum(CLOCK_STANDINGS).meta({
      description:
        'RUNS: whoever it obliges is late after its end. MARKED: that is on the ledger. REPORTED: the addressee reported, and the issuer has to say what follows. CLOSES: a right ends with it, and nobody is late. PROVISIONAL: its end hangs on days that the calendar does not hold yet, and nobody is late by it',
    }),
    marked: z.boolean().meta({ description: 'On the ledger as overdue' }),
  })
  .meta({ id: 'DueClock' });
