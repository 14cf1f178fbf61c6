/** The forms in which the gateway answers about flows: written by its route, read by its clients. */
import { digestHex, mspId, timestamp } from '@tabellion/chaincode/kernel/schema';
import { addressText, amountText, assetId, evidenceLinks, networkId } from '@tabellion/proof';
import { END_REASONS, TAINT_RULES } from '@tabellion/screening';
import { z } from 'zod';
import { screeningReceipt, shownLabel, shownPresumption } from '../label/shape.ts';

/** What one question may cost. */
export const MAX_HOPS = 20;
export const MAX_NODES = 2000;

const taintRules = Object.keys(TAINT_RULES) as [keyof typeof TAINT_RULES];

export const flowQuery = z
  .strictObject({
    network: networkId,
    address: z.string().min(1).max(256).optional().meta({ description: 'Where to begin' }),
    transaction: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({ description: 'Or the hash of a transaction, all of whose transfers are followed' }),
    direction: z.enum(['FORWARD', 'BACK']),
    hops: z.int().min(1).max(MAX_HOPS).default(5),
    nodes: z.int().min(1).max(MAX_NODES).default(500),
    since: timestamp.optional(),
    until: timestamp.optional(),
    taint: z.enum(taintRules).default('haircut'),
  })
  .refine(({ address, transaction }) => (address === undefined) !== (transaction === undefined), {
    error: 'an address, or a transaction',
  })
  .meta({ id: 'FlowQuery' });
export type FlowQueryText = z.infer<typeof flowQuery>;

const account = z.strictObject({ network: networkId, address: addressText });
/** In smallest units; nought is written as 0. */
const units = z.string().regex(/^(0|[1-9][0-9]{0,90})$/);
const sum = z.strictObject({ network: networkId, asset: assetId, amount: units });

const presumptions = z.array(shownPresumption.extend({ path: z.array(z.string()) }));

const observation = z.strictObject({
  batch: digestHex,
  index: z.int(),
  leaf: digestHex,
  member: mspId,
  assertedAt: timestamp,
  provenance: z.string(),
  source: z.string(),
  links: evidenceLinks,
});

export const flowAnswer = z
  .strictObject({
    height: z.int().meta({ description: 'Blocks that the answer rests on' }),
    at: timestamp.meta({ description: 'The ledger’s time at that height' }),
    query: flowQuery,
    nodes: z.array(
      account.extend({
        hop: z.int(),
        end: z
          .enum(END_REASONS)
          .nullable()
          .meta({
            description:
              'Why it was not followed further. `NOT_OBSERVED`: no member says that it observed a further ' +
              'transfer in that time, which does not mean that there is none',
          }),
        labels: z.array(shownLabel),
        moreLabels: z
          .boolean()
          .meta({ description: 'Others were not looked at, and may stand: see `READ_LIMIT`' }),
        pools: z.array(
          z.strictObject({ network: networkId, asset: assetId, observed: units, tainted: units }),
        ),
        presumptions,
      }),
    ),
    transfers: z.array(
      z.strictObject({
        id: z.string(),
        network: networkId,
        transaction: z.string(),
        index: z.int(),
        from: z.array(addressText),
        to: addressText,
        asset: assetId,
        amount: amountText,
        arrival: sum.optional(),
        at: timestamp,
        block: z.int().optional(),
        channel: z.string().optional(),
        observations: z.array(observation).min(1),
        contradictions: z.array(observation),
        moreObservations: z
          .boolean()
          .meta({ description: 'There are others, which may contradict these' }),
        tainted: units.nullable(),
        taintedArrival: units.nullable(),
        presumptions,
      }),
    ),
    sums: z.strictObject({
      seeded: z.array(sum),
      beyond: z.array(sum),
      changedFrom: z.array(sum),
      changedTo: z.array(sum),
    }),
    isCut: z.boolean().meta({ description: 'There is more than was followed' }),
    unread: z.array(account).meta({
      description: 'Not all of their transfers were looked at: what they hold is not known in full',
    }),
    receipt: screeningReceipt,
  })
  .meta({ id: 'FlowAnswer' });
export type ShownFlow = z.infer<typeof flowAnswer>;
