/** Whether the law leaves a way from one state to another: treaties, their parties and reservations (CNS-11). */
import { z } from 'zod';
import { ContractError } from '../kernel/errors.ts';
import { identifier, jurisdiction, plainText, timestamp } from '../kernel/schema.ts';
import type { OrderProfile } from './profile.ts';
import type { Connection } from './vocabulary.ts';

/** Body of an entry in the register `treaty`. */
export const treatyBody = z
  .strictObject({
    title: plainText(160),
    instrument: plainText(160),
    edition: plainText(60),
    parties: z
      .array(
        z.strictObject({
          jurisdiction,
          /** From when it binds, and until when; null: without an end. */
          from: timestamp,
          until: timestamp.nullable(),
          reservations: z
            .array(
              z.strictObject({
                article: plainText(60),
                text: plainText(280),
                /** Order profiles that it closes towards that party. */
                closes: z.array(identifier).max(32),
              }),
            )
            .max(32),
        }),
      )
      .min(1)
      .max(256),
  })
  .superRefine(({ parties }, context) => {
    const names = parties.map((each) => each.jurisdiction);
    const at = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (at !== -1)
      context.addIssue({
        ...{ code: 'custom', path: ['parties', at, 'jurisdiction'], message: 'stands twice' },
      });
  });
export type Treaty = z.infer<typeof treatyBody>;

export interface Route {
  readonly issuer: string;
  readonly addressee: { readonly jurisdiction: string };
  readonly treaty: Treaty | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Ties that are facts of the two members themselves: these the contract sees, and no other. */
const BETWEEN_STATES: readonly Connection[] = ['SAME_STATE', 'OTHER_STATE'];

/** What closes a way: whose authorities may issue and to whom, a treaty that does not bind, a reservation. */
interface Closure {
  readonly by: 'STATE' | 'CONNECTION' | 'NO_PARTY' | 'RESERVATION';
  /** Of the reservation, or of the tie that is asked for. */
  readonly article?: string;
  readonly text: string;
}

/** Everything that closes the way, in words; nothing where it is open. */
export function* listClosures(
  id: string,
  {
    issuedIn,
    addressedIn,
    notAddressedIn,
    scope,
    treaty: named,
  }: Pick<OrderProfile, 'issuedIn' | 'addressedIn' | 'notAddressedIn' | 'scope' | 'treaty'>,
  { issuer, addressee, treaty, at }: Route,
): Generator<Closure> {
  if (issuedIn !== null && !issuedIn.includes(issuer))
    yield { by: 'STATE', text: `not of ${issuer}` };
  if (addressedIn !== undefined && !addressedIn.includes(addressee.jurisdiction))
    yield { by: 'STATE', text: `to nobody in ${addressee.jurisdiction}` };
  if (notAddressedIn?.includes(addressee.jurisdiction))
    yield { by: 'STATE', text: `${addressee.jurisdiction} is asked under a profile of its own` };
  const tie = addressee.jurisdiction === issuer ? 'SAME_STATE' : 'OTHER_STATE';
  for (const { article, anyOf } of scope.connection)
    if (anyOf.every((each) => BETWEEN_STATES.includes(each)) && !anyOf.includes(tie))
      yield { by: 'CONNECTION', article, text: `${article} asks for ${anyOf}, not ${tie}` };
  if (named === null) return;
  for (const state of new Set([issuer, addressee.jurisdiction])) {
    const party = treaty?.parties.find((each) => each.jurisdiction === state);
    if (party === undefined) {
      yield { by: 'NO_PARTY', text: `${state} is no party to ${named}` };
      continue;
    }
    const binds = party.from <= at && (party.until === null || at <= party.until);
    if (!binds) yield { by: 'NO_PARTY', text: `${named} does not bind ${state} at that time` };
  }
  const reserving = treaty?.parties.find((each) => each.jurisdiction === addressee.jurisdiction);
  for (const { article, text, closes } of reserving?.reservations ?? [])
    if (closes.includes(id))
      yield {
        ...{ by: 'RESERVATION', article },
        text: `${addressee.jurisdiction} made a reservation to ${article}: ${text}`,
      };
}

/** @throws ContractError `ROUTE_CLOSED`. */
export function assertRoute(id: string, profile: OrderProfile, route: Route): void {
  for (const { text } of listClosures(id, profile, route))
    throw new ContractError('ROUTE_CLOSED', text);
}
