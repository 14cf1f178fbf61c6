/** Another member's gateway, by what its service key signed; see `identity/gateway-request.ts`. */
import type { Request } from 'express';
import { GATEWAY_SCHEME, readGatewayRequest } from '../identity/gateway-request.ts';
import type { GatewayDeps, Principal } from './deps.ts';
import { Problem, toProblem } from './problem.ts';

export interface GatewayPrincipal {
  readonly principal: Principal;
  /** MSP ID of the member that is asked. */
  readonly asked: string;
}

const CHALLENGE = { headers: { 'www-authenticate': GATEWAY_SCHEME } };

/** @throws Problem `UNAUTHENTICATED`, `GATEWAY_REFUSED`; LedgerError where no trust can be told. */
export async function authenticateGateway(
  { headers, baseUrl, path, method }: Pick<Request, 'headers' | 'baseUrl' | 'path' | 'method'>,
  { trust, now, serviceSigners }: Pick<GatewayDeps, 'trust' | 'now' | 'serviceSigners'>,
): Promise<GatewayPrincipal> {
  const { authorization } = headers;
  if (authorization === undefined)
    throw new Problem('UNAUTHENTICATED', 'a signed request is needed', CHALLENGE);
  try {
    const request = { method: method as 'GET', path: baseUrl + path };
    const ground = { trust: await trust(), now: now() };
    const { member, asked } = readGatewayRequest(authorization, request, ground);
    if (!serviceSigners.has(asked))
      throw new Problem('GATEWAY_REFUSED', `not the gateway of ${asked}`, CHALLENGE);
    const principal = { subject: 'gateway', member, role: 'system', clientKind: 'system' } as const;
    return { principal, asked };
  } catch (error) {
    const { code, message } = toProblem(error);
    if (code !== 'GATEWAY_REFUSED') throw error;
    throw new Problem(code, message, { ...CHALLENGE, cause: error });
  }
}
