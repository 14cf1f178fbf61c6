/**
 * What keeps the development issuer out of production. It knows everybody's password, so it exists
 * only beside an embedded ledger, which is one operator's anyway, and answers only this machine.
 */
import type { RequestHandler } from 'express';
import { IdentityError } from '../error.ts';
import { isLoopbackHost } from '../loopback.ts';

/**
 * @throws IdentityError `DEVELOPMENT_ONLY` unless the ledger is embedded and both the issuer's URL
 * and the address that the gateway listens on are loopback.
 */
export function assertDevelopment(context: {
  readonly ledger: 'embedded' | 'fabric';
  readonly issuer: URL;
  readonly listensOn: string;
}): void {
  const refuse = (why: string): never => {
    throw new IdentityError('DEVELOPMENT_ONLY', `no development sign-in: ${why}`);
  };
  if (context.ledger !== 'embedded') refuse('the ledger is not embedded');
  if (!isLoopbackHost(context.issuer.hostname)) refuse('the issuer is not on this machine');
  if (!isLoopbackHost(context.listensOn)) refuse('the gateway listens beyond this machine');
}

/**
 * Refuses, request by request, whatever did not arrive on a loopback address for exactly the issuer's
 * host. The first holds even if the gateway is bound elsewhere after all; the second stops names of
 * other sites that resolve to this machine (DNS rebinding).
 */
export function onlyFromThisMachine(issuer: URL): RequestHandler {
  return (request, response, next) => {
    const { localAddress = '', remoteAddress = '' } = request.socket;
    const local = isLoopbackHost(localAddress) && isLoopbackHost(remoteAddress);
    if (local && request.headers.host === issuer.host) next();
    else response.status(403).type('text').send('Development sign-in is for this machine only.\n');
  };
}

/** Refuses forms that another site's page sends (Fetch Metadata; browsers set it, scripts cannot). */
export const onlyOwnForms: RequestHandler = (request, response, next) => {
  const site = request.headers['sec-fetch-site'];
  const own = site === undefined || site === 'same-origin' || site === 'none';
  if (request.method !== 'POST' || own) next();
  else response.status(403).type('text').send('This form belongs to another site.\n');
};
