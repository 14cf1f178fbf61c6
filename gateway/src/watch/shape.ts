/** The forms of watches and alerts: written by the gateway's routes, read by its clients. */
import {
  addressFreeText,
  digestHex,
  identifier,
  timestamp,
} from '@tabellion/chaincode/kernel/schema';
import { disputeId } from '@tabellion/chaincode/label/record';
import { orderId } from '@tabellion/chaincode/order/record';
import { z } from 'zod';
import { LABEL_STATES } from '../label/index/change-log.ts';
import { ALERT_BOUNDS, type Alert, ORDER_ALERT_EVENTS } from './alert-store.ts';
import type { Watch } from './store.ts';
import { WATCH_ACCESS, WATCH_KINDS } from './store.ts';

export const watchId = z.string().regex(/^[0-9a-f]{32}$/);

export const newWatch = z.strictObject({
  name: addressFreeText(80).meta({ description: 'Without anybody’s name or address' }),
  access: z.enum(WATCH_ACCESS).default('OWNER').meta({
    description: 'Who sees it and its alerts: whoever made it, or all of the member',
  }),
  categories: z.array(identifier).min(1).max(32).optional().meta({
    description: 'A watch on whatever is filed under these or below; without it, on addresses',
  }),
});
export const changedWatch = z.strictObject({
  name: newWatch.shape.name.optional(),
  access: z.enum(WATCH_ACCESS).optional(),
  categories: newWatch.shape.categories,
});

export const shownWatch = z
  .strictObject({
    id: watchId,
    kind: z.enum(WATCH_KINDS),
    name: z.string(),
    access: z.enum(WATCH_ACCESS),
    own: z.boolean().meta({ description: 'Whether the caller made it' }),
    categories: z.array(z.string()),
    createdAt: timestamp,
    size: z.int().meta({ description: 'Addresses' }),
    open: z.int().meta({
      description: `Alerts that nobody acknowledged; above ${ALERT_BOUNDS.ofWatch}, or ${ALERT_BOUNDS.ofMember} of the member, further ones are counted by one alert OVERFLOW`,
    }),
  })
  .meta({ id: 'Watch' });

export function showWatch(
  { id, kind, name, access, owner, categories, createdAt, size, open }: Watch,
  who: string,
): z.infer<typeof shownWatch> {
  const own = owner === who;
  return { id, kind, name, access, own, categories: [...categories], createdAt, size, open };
}

export const overseenWatch = z
  .strictObject({
    ...shownWatch.shape,
    owner: z.string().meta({ description: 'Pseudonym, as the journal names whoever made it' }),
  })
  .omit({ categories: true })
  .meta({ id: 'OverseenWatch' });

/** Without what it is about. */
export function showOverseen(watch: Watch, who: string): z.infer<typeof overseenWatch> {
  const { categories: _categories, ...shown } = showWatch(watch, who);
  return { ...shown, owner: watch.owner! };
}

export const shownEntry = z.strictObject({
  address: z.string(),
  reference: z.string().nullable(),
});

export const added = z.strictObject({
  added: z.int(),
  present: z.int().meta({ description: 'Watched before' }),
  refused: z
    .array(z.strictObject({ at: z.int(), code: z.string() }))
    .meta({ description: 'By their place, from 0; these are not watched. The first hundred' }),
  refusals: z.int(),
  size: z.int().meta({ description: 'Addresses that are watched now' }),
});

export const ALERT_EVENTS = [
  ...['ASSERTED', ...LABEL_STATES, 'OVERDUE', 'OVERFLOW', 'TEST', ...ORDER_ALERT_EVENTS],
] as const;
export const ALERT_STATES = ['OPEN', 'ACKNOWLEDGED'] as const;

export const shownAlert = z
  .strictObject({
    sequence: z.int().meta({ description: 'Ascending; alerts come in the order of the ledger' }),
    id: watchId,
    watch: watchId,
    kind: z.enum(WATCH_KINDS),
    event: z.enum(ALERT_EVENTS).meta({
      description:
        'OVERDUE: nobody answered the dispute in time, or did what an order asks. ISSUED: an order to the member. STEP: another party took one. DUE_SOON: a clock of an order ends within a day, or has run but for a tenth. EXPIRED: the label holds no longer. OVERFLOW: more happened than could wait to be seen. TEST: nothing happened; the address is one to try an integration with',
    }),
    block: z.int().nullable().meta({
      description: 'Where the record stands; of an overflow, the first that is not listed',
    }),
    position: z.int().nullable(),
    key: z.string().nullable().meta({ description: 'Ledger key of the record' }),
    batch: digestHex.nullable(),
    label: z.int().nullable().meta({
      description:
        'The one label that it speaks of, by its place; null for several or all of a batch',
    }),
    dispute: disputeId.nullable(),
    answerBy: timestamp.nullable(),
    order: orderId.nullable(),
    status: z.string().nullable().meta({ description: 'Where the order stood' }),
    clock: z.string().nullable().meta({ description: 'The clock of the order that it is about' }),
    count: z.int().meta({
      description: 'Labels that the watch is about; of an overflow, alerts that are not listed',
    }),
    at: timestamp.meta({ description: 'Time of the act on the ledger, or when it fell due' }),
    raisedAt: timestamp,
    acknowledgedAt: timestamp.nullable(),
  })
  .meta({ id: 'Alert' });

export const showAlert = (alert: Alert): z.infer<typeof shownAlert> => ({ ...alert });

export const shownLabel = z.strictObject({
  index: z.int().meta({ description: 'In the batch' }),
  address: z.string(),
  reference: z.string().nullable(),
});
