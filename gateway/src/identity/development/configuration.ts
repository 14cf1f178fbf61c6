/** How oidc-provider is set up for the development consortium: clients, tokens, lifetimes, pages. */
import { type ClientMetadata, type Configuration, errors, interactionPolicy } from 'oidc-provider';
import {
  renderCodeConfirmation,
  renderCodeEntry,
  renderFailure,
  renderLogout,
  renderMessage,
} from './pages.ts';
import type { DevelopmentPeople } from './people.ts';
import type { IssuerSecrets } from './secrets.ts';
import type { IssuerStore } from './store.ts';

const MINUTE = 60;
const DAY = 86_400;
/** OAuth client ID of the `tabellion` command. */
export const CLI_CLIENT_ID = 'tabellion-cli';
/** OAuth client ID of the web console. */
export const CONSOLE_CLIENT_ID = 'tabellion-console';

export function configureProvider(
  {
    issuer,
    audience,
    people: { people, systems },
  }: {
    readonly issuer: string;
    readonly audience: string;
    readonly people: DevelopmentPeople;
  },
  secrets: IssuerSecrets,
  store: IssuerStore,
): Configuration {
  const bySubject = new Map(people.map((person) => [person.subject, person]));
  const byClient = new Map(systems.map((system) => [system.clientId, system]));
  return {
    adapter: (kind: string) => store.adapter(kind),
    cookies: { keys: [secrets.cookieKey] },
    jwks: { keys: [secrets.signingKey] } as NonNullable<Configuration['jwks']>,
    clients: [...listPublicClients(new URL(issuer).origin), ...systems.map(toClient)],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    scopes: ['openid'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    // First-party clients only: who signs in has consented by it, a device is confirmed by its code.
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      const grantId = session?.grantIdFor(client?.clientId ?? '');
      const existing = grantId && (await provider.Grant.find(grantId));
      if (existing) return existing;
      const grant = new provider.Grant({
        accountId: session?.accountId ?? '',
        clientId: client?.clientId ?? '',
      });
      grant.addOIDCScope('openid');
      grant.addResourceScope(audience, '');
      await grant.save();
      return grant;
    },
    findAccount: (_ctx, subject) =>
      bySubject.has(subject)
        ? { accountId: subject, claims: async () => ({ sub: subject }) }
        : undefined,
    extraTokenClaims: (_ctx, token) => {
      if (token.kind === 'ClientCredentials') {
        return { member: byClient.get(token.clientId ?? '')?.member, role: 'system' };
      }
      const person = bySubject.get(token.accountId);
      return { member: person?.member, role: person?.role };
    },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // A device stays signed in when the browser that approved it does not.
    expiresWithSession: async (_ctx, source) => source.kind !== 'DeviceCode',
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: 10 * MINUTE,
      ClientCredentials: 10 * MINUTE,
      AuthorizationCode: MINUTE,
      DeviceCode: 10 * MINUTE,
      Interaction: 10 * MINUTE,
      IdToken: 10 * MINUTE,
      Session: DAY,
      Grant: 14 * DAY,
      RefreshToken: 14 * DAY,
    },
    interactions: {
      url: (_ctx, { uid }) => `${new URL(issuer).pathname}/interaction/${uid}`,
      policy: alwaysAskWho(),
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = renderLogout(form);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = renderMessage('Signed out', 'You can close this page.');
        },
      },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (ctx, _form, _out, error) => {
          if (error && isFormWithoutSession(ctx)) return renderExpiredForm(ctx);
          const alert = error && { alert: 'That code is not valid or was used. Try again.' };
          ctx.body = renderCodeEntry({ ...describeCodeForm(ctx), ...alert });
        },
        userCodeConfirmSource: (ctx, _form, client, _device, userCode) => {
          const name = client.clientName ?? client.clientId;
          ctx.body = renderCodeConfirmation({ ...describeCodeForm(ctx), client: name, userCode });
        },
        successSource: (ctx) => {
          ctx.body = renderMessage('Signed in', 'Go back to the device. You can close this page.');
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== audience) throw new errors.InvalidTarget();
          return {
            scope: '',
            audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 10 * MINUTE,
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = renderFailure('Sign-in failed', out.error_description ?? out.error);
    },
  };
}

/**
 * Asks who it is every time: on one machine several people of the consortium are played by one, and
 * nobody is to act as the person who signed in before. Consent is not asked; see `loadExistingGrant`.
 */
function alwaysAskWho() {
  const { base, Check } = interactionPolicy;
  const policy = base();
  policy.get('consent')?.checks.remove('native_client_prompt');
  policy
    .get('login')
    ?.checks.add(
      new Check('fresh_login', 'sign in each time', 'login_required', ({ oidc }) =>
        oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
      ),
    );
  return policy;
}

type PageContext = Parameters<NonNullable<Configuration['renderError']>>[0];

function describeCodeForm(ctx: PageContext): { action: string; xsrf: string } {
  const state = ctx.oidc.session?.state as { secret?: string } | undefined;
  return { action: ctx.oidc.urlFor('code_verification'), xsrf: state?.secret ?? '' };
}

/** A form that was sent without the cookie of the page that held it: expired, or forged. */
function isFormWithoutSession({ oidc: { session } }: PageContext): boolean {
  return session?.exp === undefined;
}

function renderExpiredForm(ctx: PageContext): void {
  // oidc-provider would save this session, which has never been one, and fail.
  if (ctx.oidc.session) Object.assign(ctx.oidc.session, { touched: false });
  ctx.body = renderFailure('Connect a device', 'This form has expired. Open the page again.');
}

/** Redirects go to fixed addresses of this gateway and nowhere else. */
function listPublicClients(origin: string): ClientMetadata[] {
  return [
    {
      client_id: CLI_CLIENT_ID,
      client_name: 'Tabellion CLI',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      response_types: [],
      redirect_uris: [],
    },
    {
      client_id: CONSOLE_CLIENT_ID,
      client_name: 'Tabellion console',
      // Not `native`: for those any port of this machine would do as the place to go back to.
      application_type: 'web',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [`${origin}/console/callback`],
      post_logout_redirect_uris: [`${origin}/console`],
    },
  ];
}

function toClient(system: { clientId: string; clientSecret: string }): ClientMetadata {
  return {
    client_id: system.clientId,
    client_secret: system.clientSecret,
    client_name: system.clientId,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  };
}
