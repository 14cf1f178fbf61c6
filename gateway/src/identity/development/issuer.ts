/**
 * The OIDC issuer that comes with an embedded consortium, so that a fresh machine has somebody to sign
 * in as: device flow for the CLI (RFC 8628), authorization code with PKCE for a browser (RFC 7636),
 * client credentials for systems. Access tokens are JWTs (RFC 9068) for one audience with the claims
 * `member` (MSP ID) and `role`. A consortium in earnest configures its members' own issuers instead.
 */
import type { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import Provider, { errors } from 'oidc-provider';
import { makePrivateDirectory } from '../private-file.ts';
import { configureProvider } from './configuration.ts';
import { assertDevelopment, onlyFromThisMachine, onlyOwnForms } from './guard.ts';
import { CONTENT_SECURITY_POLICY, renderFailure } from './pages.ts';
import type { DevelopmentPeople } from './people.ts';
import { openIssuerSecrets } from './secrets.ts';
import { signInForm } from './sign-in-form.ts';
import { openIssuerStore } from './store.ts';

export interface DevelopmentIssuerOptions {
  /** `<data>/dev`: keys and what is remembered. */
  readonly directory: string;
  /** Where the router is mounted, for example `http://127.0.0.1:8080/oidc`. */
  readonly issuer: string;
  /** Audience of the access tokens: the gateway, as an absolute URI (RFC 8707). */
  readonly audience: string;
  readonly people: DevelopmentPeople;
  readonly ledger: 'embedded' | 'fabric';
  /** Address that the gateway listens on. */
  readonly listensOn: string;
  /** Wrong passwords a person may send in a quarter of an hour; 10. */
  readonly loginAttempts?: number;
  /** Told of what fails inside the issuer; nobody else is. */
  readonly onError: (error: unknown) => void;
}

export interface DevelopmentIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  /** To be mounted at the issuer's path, before any body parser. */
  readonly router: RequestHandler;
  close(): void;
}

/** @throws IdentityError `DEVELOPMENT_ONLY`, `KEY_EXPOSED`. */
export async function openDevelopmentIssuer(
  options: DevelopmentIssuerOptions,
): Promise<DevelopmentIssuer> {
  const url = new URL(options.issuer);
  assertDevelopment({ ledger: options.ledger, issuer: url, listensOn: options.listensOn });
  await makePrivateDirectory(options.directory);
  const secrets = await openIssuerSecrets(join(options.directory, 'issuer.json'));
  const store = openIssuerStore(join(options.directory, 'issuer.sqlite'));
  const provider = new Provider(options.issuer, configureProvider(options, secrets, store));
  const events: EventEmitter = provider;
  events.on('error', options.onError);
  events.on('server_error', (_ctx, error) => options.onError(error));

  const router = Router();
  router.use(onlyFromThisMachine(url), onlyOwnForms, setHeaders);
  router.use(signInForm(provider, options.people.people, options.loginAttempts ?? 10));
  router.post('/device', limitCodeGuesses());
  router.use(provider.callback());
  router.use(answerError);
  return {
    issuer: options.issuer,
    jwksUri: `${options.issuer}/jwks`,
    router,
    close: () => store.close(),
  };
}

/** A user code has 20⁸ forms; with a guess a second none is found in its ten minutes. */
const limitCodeGuesses = () =>
  rateLimit({
    windowMs: 60_000,
    limit: 60,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: () => 'device',
    handler: (_request, response) => {
      const text = 'Too many attempts. Wait a minute.';
      response.status(429).send(renderFailure('Connect a device', text));
    },
  });

const setHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  });
  next();
};

/** An interaction that is over or another browser's; anything else is the gateway's to report. */
const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (!(error instanceof errors.OIDCProviderError)) {
    next(error);
    return;
  }
  const text = 'This sign-in has expired or belongs to another browser. Start again.';
  response.status(error.statusCode).send(renderFailure('Sign-in failed', text));
};
