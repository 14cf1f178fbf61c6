/** What each party is given to read: all that is meant for it, and nothing else. */
import { parseCanonical, sha256, toHex } from '@tabellion/proof';
import { assertRule, ContractError } from '../kernel/errors.ts';
import type { Sealed } from '../kernel/transaction.ts';
import { orderContentKey } from './key.ts';
import type { OrderProfile } from './profile.ts';
import { type OrderContent, type OrderRecord, orderContent } from './record.ts';

const LIMITS = { maxBytes: 65_536, maxDepth: 4 };

export interface ContentContext {
  readonly order: string;
  readonly for: OrderContent['for'];
  readonly profile: OrderProfile;
  /** From the public input: hex SHA-256 of the bytes. */
  readonly digest: string;
}

/**
 * @throws ContractError `CONTENT_MISSING`, `CONTENT_MISMATCH` where the bytes are not those of the digest,
 * `CONTENT_NOT_ALLOWED` for a field that the party may not see, that is missing, or that stands twice.
 */
export function assertContent(
  bytes: Uint8Array | undefined,
  context: ContentContext,
): asserts bytes is Uint8Array {
  const { order, for: party, profile, digest } = context;
  assertRule(bytes !== undefined, 'CONTENT_MISSING', `transient ${party}`);
  assertRule(toHex(sha256(bytes)) === digest, 'CONTENT_MISMATCH', `${party}: another digest`);
  const { for: meantFor, order: of, fields } = parseContent(bytes, party);
  assertRule(of === order && meantFor === party, 'CONTENT_MISMATCH', `${party}: of another order`);
  const given = fields.map(({ id }) => id);
  for (const fault of listFieldFaults(profile, party, given))
    throw new ContractError('CONTENT_NOT_ALLOWED', `${party} ${fault.field}: ${fault.text}`);
}

/** What a party is given and may not see, what it lacks, and what stands twice. */
export function* listFieldFaults(
  { content }: Pick<OrderProfile, 'content'>,
  party: OrderContent['for'],
  given: readonly string[],
): Generator<{ readonly field: string; readonly text: string }> {
  const visible = content.filter(({ seenBy }) => seenBy.includes(party));
  for (const field of given)
    if (!visible.some(({ id }) => id === field)) yield { field, text: 'not for it to see' };
  for (const { id, mandatory } of visible)
    if (mandatory && !given.includes(id)) yield { field: id, text: 'is missing' };
  for (const [at, field] of given.entries())
    if (given.indexOf(field) !== at) yield { field, text: 'stands twice' };
}

function parseContent(bytes: Uint8Array, party: string): OrderContent {
  try {
    return orderContent.parse(parseCanonical(bytes, LIMITS));
  } catch {
    throw new ContractError('CONTENT_MISMATCH', `${party}: not the canonical form of a content`);
  }
}

/** Whose content it is, and what the order and its profile say of it. */
export interface Contents {
  readonly order: Pick<OrderRecord, 'id' | 'addressee' | 'enforcing'>;
  /** The issuing member, which keeps a copy of each. */
  readonly issuer: string;
  readonly profile: OrderProfile;
  readonly digests: OrderRecord['contents'];
}

/**
 * What every party is given to read, for its own collection and for the issuer's.
 * @throws ContractError as {@link assertContent}.
 */
export function sealContents(
  { order, issuer, profile, digests }: Contents,
  transient: (party: string) => Uint8Array | undefined,
): Sealed[] {
  const owners = { ADDRESSEE: order.addressee, ENFORCING: order.enforcing };
  return (['ADDRESSEE', 'ENFORCING'] as const).flatMap((party) => {
    const digest = digests[party];
    const owner = owners[party];
    if (digest === undefined || owner === undefined) return [];
    const value = transient(party);
    assertContent(value, { order: order.id, for: party, profile, digest });
    const key = orderContentKey(order.id, party, digest);
    return [issuer, owner].map((mspId) => ({ mspId, key, value }));
  });
}
