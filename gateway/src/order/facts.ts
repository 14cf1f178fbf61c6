/** What is known of a case when somebody asks which way is open; what is left out is not known. */
import {
  identifier,
  jurisdiction,
  mspId,
  timestamp,
  UNKNOWN,
} from '@tabellion/chaincode/kernel/schema';
import { role } from '@tabellion/chaincode/member/record';
import { dataCategory, orderKind, threat } from '@tabellion/chaincode/order/vocabulary';
import { z } from 'zod';

/** So that no period ends beyond the last instant that there is. */
const LATEST = Date.UTC(3000, 0, 1) - 1;
const months = z.int().min(0).max(1200);
const distinct = <T>(list: readonly T[]): boolean => new Set(list).size === list.length;
const unique = { error: 'names one twice' };

export const facts = z.strictObject({
  kind: orderKind.meta({ description: 'What is asked for' }),
  categories: z.array(dataCategory).min(1).max(6).refine(distinct, unique),
  addressee: mspId.meta({
    description:
      'Who holds the data, or the state that would be asked; its state is considered too',
  }),
  at: timestamp.max(LATEST).optional().meta({ description: 'When it would be issued; else now' }),
  role: role.optional().meta({ description: 'Who would issue it; else the caller’s role' }),
  volatile: z.boolean().optional().meta({ description: 'Whether the data may soon be lost' }),
  locations: z
    .array(z.union([jurisdiction, z.literal(UNKNOWN)]))
    .min(1)
    .max(16)
    .optional()
    .meta({ description: 'Where the data are' }),
  holderIn: jurisdiction
    .optional()
    .meta({ description: 'Where the holder is established or represented, if it is no member' }),
  personIn: jurisdiction.optional().meta({ description: 'Where the person or thing is' }),
  serviceOffered: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the holder offers its service in the issuing state' }),
  control: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the addressee possesses, keeps or controls the data' }),
  consent: z
    .boolean()
    .optional()
    .meta({ description: 'Whether who may lawfully disclose the data consents' }),
  dataPublic: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the data are open to everybody' }),
  threats: z
    .array(threat)
    .max(5)
    .refine(distinct, unique)
    .optional()
    .meta({ description: 'What is about to happen; an empty list says: nothing' }),
  offence: z
    .strictObject({
      maximumMonths: months
        .optional()
        .meta({ description: 'Maximum penalty in the issuing state' }),
      kinds: z.array(identifier).max(16).optional().meta({
        description: 'All that it is, in the words of the profiles; an empty list says: none',
      }),
      bySystem: z.boolean().optional().meta({
        description: 'Whether it was committed at least in part by means of an information system',
      }),
      punishableThere: z
        .boolean()
        .optional()
        .meta({ description: 'Whether it is punishable in the state of the addressee' }),
    })
    .optional(),
  sentenceMonths: months.optional().meta({
    description: 'Of the sentence to be carried out; left out where it is an investigation',
  }),
  exempt: z.boolean().optional().meta({
    description: 'Whether the exception from notifying the enforcing authority is claimed',
  }),
});
export type Facts = z.infer<typeof facts>;
