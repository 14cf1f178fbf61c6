/** Where people sign in: at the issuers that the operator named, or at the development issuer. */
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { TokenVerifier } from '../http/deps.ts';
import type { Consortium } from '../identity/consortium.ts';
import { openDevelopmentIssuer } from '../identity/development/issuer.ts';
import { type DevelopmentPeople, openDevelopmentPeople } from '../identity/development/people.ts';
import { createTokenVerifier, type TrustedIssuer } from '../identity/token.ts';
import { rememberTokens } from '../identity/token-memo.ts';

export interface PeopleSignIn {
  readonly tokens: TokenVerifier;
  /** Mounted under `/oidc`. */
  readonly router?: RequestHandler;
  readonly people: DevelopmentPeople;
  close(): Promise<void>;
}

export interface DevelopmentOptions {
  readonly directory: string;
  readonly consortium: Consortium;
  /** Of the gateway: `http://host:port`. */
  readonly address: string;
  readonly listensOn: string;
  readonly ledger: 'embedded' | 'fabric';
  readonly members: readonly string[];
  readonly logger: Logger;
  readonly now: () => number;
}

export const trustIssuers = (
  issuers: readonly TrustedIssuer[],
  now: () => number,
): PeopleSignIn => ({
  tokens: rememberTokens(createTokenVerifier(issuers, now), now),
  people: { people: [], systems: [] },
  close: async () => undefined,
});

/** @throws IdentityError `DEVELOPMENT_ONLY` unless the ledger is embedded. */
export async function openDevelopmentSignIn(options: DevelopmentOptions): Promise<PeopleSignIn> {
  const { address, consortium, members, now, logger, ledger, listensOn } = options;
  const directory = join(options.directory, 'dev');
  const people = await openDevelopmentPeople(join(directory, 'people.json'), consortium);
  const issuer = await openDevelopmentIssuer({
    ...{ directory, people, ledger, listensOn },
    issuer: `${address}/oidc`,
    audience: address,
    onError: (error) => logger.error({ reason: (error as Error).name }, 'sign-in failed'),
  });
  const { jwksUri, router } = issuer;
  const trusted = {
    ...{ name: 'development', issuer: issuer.issuer, jwksUri, audience: address, members },
  };
  return {
    tokens: rememberTokens(createTokenVerifier([trusted], now), now),
    ...{ router, people },
    close: async () => issuer.close(),
  };
}
