/**
 * How one member's gateway asks another's for something: signed with its own service key, for this one
 * gateway, path and moment. Whoever is asked knows the member's authorities from the ledger, so that there
 * is no secret to share. Header `Authorization: Tabellion-Gateway <request>.<signature>`, both base64url.
 */
import { mspId, timestamp } from '@tabellion/chaincode/kernel/schema';
import {
  canonicalBytes,
  fromBase64url,
  Msp,
  parseCanonical,
  type Trust,
  toBase64url,
  verifySignature,
} from '@tabellion/proof';
import { z } from 'zod';
import type { Signer } from '../ledger/act.ts';
import { IdentityError } from './error.ts';

export const GATEWAY_SCHEME = 'Tabellion-Gateway';
const CREDENTIAL = new RegExp(`^${GATEWAY_SCHEME} ([\\w-]{1,8192})[.]([\\w-]{1,256})$`, 'i');
/** By how much the two clocks may differ, milliseconds. */
export const REQUEST_WINDOW_MS = 300_000;

const request = z.strictObject({
  type: z.literal('tabellion.gateway-request'),
  v: z.literal(1),
  from: mspId,
  to: mspId,
  method: z.enum(['GET']),
  path: z.string().max(512),
  at: timestamp,
  /** PEM: role `system`, `keyCustody=gateway`. */
  certificate: z.string().max(4096),
});
type GatewayRequest = z.infer<typeof request>;

/** What is asked, and of whom. */
export type Asked = Pick<GatewayRequest, 'to' | 'method' | 'path'>;

/** The header's value. @param now milliseconds since 1970. */
export async function signGatewayRequest(
  signer: Signer,
  asked: Asked,
  now: number,
): Promise<string> {
  const { mspId: from, certificate } = signer;
  const signed: GatewayRequest = {
    type: 'tabellion.gateway-request',
    v: 1,
    ...{ from, ...asked, at: now, certificate },
  };
  const bytes = canonicalBytes(signed);
  return `${GATEWAY_SCHEME} ${toBase64url(bytes)}.${toBase64url(await signer.sign(bytes))}`;
}

export interface GatewayCaller {
  /** MSP ID. */
  readonly member: string;
  /** MSP ID of the member whose gateway is asked. */
  readonly asked: string;
}

/**
 * Who asks. That the member takes part at present is not looked at here.
 * @throws IdentityError `GATEWAY_REFUSED`.
 */
export function readGatewayRequest(
  authorization: string,
  { method, path }: Omit<Asked, 'to'>,
  { trust, now }: { readonly trust: Trust; readonly now: number },
): GatewayCaller {
  const [, encoded = '', signature = ''] = CREDENTIAL.exec(authorization) ?? [];
  if (encoded === '') throw refuse('not a signed request');
  const bytes = decode(encoded);
  const parsed = request.safeParse(parse(bytes));
  if (!parsed.success) throw refuse('not a signed request');
  const { from, to, at, certificate, ...asked } = parsed.data;
  if (asked.method !== method || asked.path !== path) throw refuse('it asks for something else');
  if (Math.abs(now - at) > REQUEST_WINDOW_MS) throw refuse('it is of another time');
  const identity = judge(trust, from, certificate, now);
  const { role, keyCustody } = identity.attributes;
  if (identity.role !== 'CLIENT' || role !== 'system' || keyCustody !== 'gateway')
    throw refuse('not the certificate of a gateway');
  if (!verifySignature(identity.certificate, bytes, decode(signature)))
    throw refuse('the signature does not hold');
  return { member: from, asked: to };
}

/** Authorities are read once for each state of the ledger. */
const known = new WeakMap<Trust, Map<string, Msp>>();

function judge(trust: Trust, member: string, certificate: string, now: number) {
  const msps = known.get(trust) ?? new Map<string, Msp>();
  known.set(trust, msps);
  const definition = trust.members.find(({ mspId }) => mspId === member);
  if (definition === undefined) throw refuse('no such member');
  try {
    const msp = msps.get(member) ?? new Msp(definition, { embedded: trust.ledger === 'embedded' });
    msps.set(member, msp);
    return msp.validate(certificate, now);
  } catch (cause) {
    throw refuse('the certificate is not accepted', cause);
  }
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw refuse('not base64url', cause);
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseCanonical(bytes, { maxBytes: 8192, maxDepth: 2 });
  } catch (cause) {
    throw refuse('not a signed request', cause);
  }
}

const refuse = (why: string, cause?: unknown) =>
  new IdentityError('GATEWAY_REFUSED', why, { cause });
