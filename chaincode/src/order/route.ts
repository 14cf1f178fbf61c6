/** Whether the law leaves a way from one state to another: treaties, their parties and reservations (CNS-11). */
import { z } from 'zod';
import { assertRule } from '../kernel/errors.ts';
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

/** Why the way is closed, in words; undefined where it is open. */
export function findClosure(
  id: string,
  {
    issuedIn,
    addressedIn,
    scope,
    treaty: named,
  }: Pick<OrderProfile, 'issuedIn' | 'addressedIn' | 'scope' | 'treaty'>,
  { issuer, addressee, treaty, at }: Route,
): string | undefined {
  if (issuedIn !== null && !issuedIn.includes(issuer)) return `not of ${issuer}`;
  if (addressedIn !== undefined && !addressedIn.includes(addressee.jurisdiction))
    return `to nobody in ${addressee.jurisdiction}`;
  const tie = addressee.jurisdiction === issuer ? 'SAME_STATE' : 'OTHER_STATE';
  const missing = scope.connection.find(
    ({ anyOf }) => anyOf.every((each) => BETWEEN_STATES.includes(each)) && !anyOf.includes(tie),
  );
  if (missing !== undefined) return `${missing.article} asks for ${missing.anyOf}, not ${tie}`;
  if (named === null) return undefined;
  for (const state of [issuer, addressee.jurisdiction]) {
    const party = treaty?.parties.find((each) => each.jurisdiction === state);
    const binds = party && party.from <= at && (party.until === null || at <= party.until);
    if (!binds) return `${state} is no party to ${named}`;
  }
  const reserved = treaty?.parties
    .find((each) => each.jurisdiction === addressee.jurisdiction)
    ?.reservations.find(({ closes }) => closes.includes(id));
  return reserved && `${addressee.jurisdiction} made a reservation to ${reserved.article}`;
}

/** @throws ContractError `ROUTE_CLOSED`. */
export function assertRoute(id: string, profile: OrderProfile, route: Route): void {
  const closure = findClosure(id, profile, route);
  assertRule(closure === undefined, 'ROUTE_CLOSED', `${closure}`);
}
