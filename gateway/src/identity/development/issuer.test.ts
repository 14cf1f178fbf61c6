import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { approveDevice } from '../device-approval.ts';
import { FormBrowser } from '../form-browser.ts';
import { awaitDeviceSignIn, refreshSignIn, signInSystem, startDeviceSignIn } from '../sign-in.ts';
import { makeTestDirectory, type RunningIssuer, signInPerson, startIssuer } from '../testing.ts';
import { createTokenVerifier } from '../token.ts';
import { CLI_CLIENT_ID, CONSOLE_CLIENT_ID } from './configuration.ts';
import { assertDevelopment } from './guard.ts';
import { openDevelopmentPeople } from './people.ts';

const verifierOf = ({ issuer, jwksUri, audience, consortium }: RunningIssuer) =>
  createTokenVerifier([
    {
      name: 'development',
      issuer,
      jwksUri,
      audience,
      members: consortium.members.map(({ mspId }) => mspId),
    },
  ]);

const startDevice = ({ issuer }: RunningIssuer) =>
  startDeviceSignIn({ issuer, clientId: CLI_CLIENT_ID });

describe('device flow', () => {
  it('signs a person in with the member and role of the consortium', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const signIn = await signInPerson(running, 'analyst.exchange');
    expect(await verifierOf(running).verify(signIn.accessToken)).toEqual({
      subject: `development:${running.person('analyst.exchange').subject}`,
      member: 'ExchangeMSP',
      role: 'analyst',
      clientKind: 'person',
    });
    expect(signIn.expiresAt - Date.now()).toBeLessThanOrEqual(600_000);
  });

  it('gives one sign-in for a device code', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const device = { ...(await startDevice(running)), intervalSeconds: 1 };
    await approveDevice({ ...device, ...running.person('auditor.de') });
    await awaitDeviceSignIn(device);
    await expect(awaitDeviceSignIn(device)).rejects.toMatchObject({ code: 'SIGN_IN_EXPIRED' });
  });

  it('takes a user code once', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const device = await startDevice(running);
    const approval = { ...device, ...running.person('auditor.de') };
    await approveDevice(approval);
    await expect(approveDevice(approval)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
    await expect(approveDevice({ ...approval, userCode: 'BCDF-GHJK' })).rejects.toMatchObject({
      code: 'SIGN_IN_REFUSED',
    });
  });

  it('ends when the person aborts', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const device = { ...(await startDevice(running)), intervalSeconds: 1 };
    const browser = new FormBrowser(new URL(running.issuer).origin);
    const entry = await browser.open(new URL(device.verificationUri));
    const confirmation = await browser.submit(entry, { user_code: device.userCode });
    expect(confirmation.html).toContain(`<code>${device.userCode}</code>`);
    await browser.submit(confirmation, { abort: 'yes' });
    await expect(awaitDeviceSignIn(device)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
  });

  it('stops asking when told so', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const device = { ...(await startDevice(running)), intervalSeconds: 1 };
    const reason = new Error('interrupted');
    await expect(awaitDeviceSignIn(device, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('asks who it is each time, also in a browser that somebody is signed in with', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const browser = new FormBrowser(new URL(running.issuer).origin);
    const members = [];
    for (const user of ['investigator.cn', 'investigator.cn', 'delegate.sg']) {
      const device = { ...(await startDevice(running)), intervalSeconds: 1 };
      let page = await browser.open(new URL(device.verificationUri));
      page = await browser.submit(page, { user_code: device.userCode });
      page = await browser.submit(page, { confirm: 'yes' });
      page = await browser.submit(page, { user, password: running.person(user).password });
      // Another person than before: a page that ends the old session by itself, or by its button.
      if (page.html.includes('Submitting Callback')) page = await browser.submit(page, {});
      expect(page.html).toContain('<h1>Signed in</h1>');
      const { accessToken } = await awaitDeviceSignIn(device);
      members.push((await verifierOf(running).verify(accessToken)).member);
    }
    expect(members).toEqual(['CnAgencyMSP', 'CnAgencyMSP', 'SgAgencyMSP']);
  });
});

describe('a sign-in', () => {
  it('survives a restart of the issuer', async () => {
    const directory = await makeTestDirectory();
    const before = await startIssuer(directory);
    const signIn = await signInPerson(before, 'delegate.sg');
    await before.stop();
    const after = await startIssuer(directory, { port: Number(new URL(before.issuer).port) });
    const verifier = verifierOf(after);
    const principal = await verifier.verify(signIn.accessToken);
    expect(principal).toMatchObject({ member: 'SgAgencyMSP', role: 'delegate' });
    const refreshed = await refreshSignIn(signIn);
    expect(refreshed.accessToken).not.toBe(signIn.accessToken);
    expect(await verifier.verify(refreshed.accessToken)).toEqual(principal);
  });

  it('is renewed once with each refresh token; a used one ends them all', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const first = await signInPerson(running, 'investigator.de');
    const second = await refreshSignIn(first);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await expect(refreshSignIn(first)).rejects.toMatchObject({ code: 'SIGN_IN_EXPIRED' });
    await expect(refreshSignIn(second)).rejects.toMatchObject({ code: 'SIGN_IN_EXPIRED' });
  });
});

describe('client credentials', () => {
  it('sign a member’s system in', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const { clientId, clientSecret } = running.people.systems[3]!;
    const client = { issuer: running.issuer, clientId, clientSecret };
    const signIn = await signInSystem(client);
    expect(signIn.refreshToken).toBeUndefined();
    expect(await verifierOf(running).verify(signIn.accessToken)).toEqual({
      subject: 'development:system.exchange',
      member: 'ExchangeMSP',
      role: 'system',
      clientKind: 'system',
    });
    await expect(refreshSignIn(signIn)).rejects.toMatchObject({ code: 'SIGN_IN_EXPIRED' });
    await expect(signInSystem({ ...client, clientSecret: 'x' })).rejects.toMatchObject({
      code: 'SIGN_IN_REFUSED',
    });
  });

  it('are not for the public clients', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const answer = await postToken(running, {
      grant_type: 'client_credentials',
      client_id: CLI_CLIENT_ID,
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });
});

describe('authorization code', () => {
  it('with PKCE signs in, once for a code', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const { verifier, challenge } = makePkce();
    const page = await openSignIn(running, {
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const { user, password } = running.person('judicialReviewer.cn');
    const { browser, page: form } = page;
    const { url } = await browser.submit(form, { user, password });
    expect(`${url.origin}${url.pathname}`).toBe(callbackOf(running));
    const redeem = (code_verifier: string) =>
      postToken(running, {
        grant_type: 'authorization_code',
        client_id: CONSOLE_CLIENT_ID,
        code: url.searchParams.get('code')!,
        redirect_uri: callbackOf(running),
        code_verifier,
      });
    const wrong = await redeem('w'.repeat(43));
    expect(wrong.status).toBe(400);
    const answer = await redeem(verifier);
    const tokens = (await answer.json()) as { access_token: string };
    expect(await verifierOf(running).verify(tokens.access_token)).toMatchObject({
      member: 'CnAgencyMSP',
      role: 'judicialReviewer',
    });
    expect((await redeem(verifier)).status).toBe(400);
  });

  it('without PKCE is refused', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const answer = await fetch(authorizationUrl(running, {}), { redirect: 'manual' });
    const location = new URL(answer.headers.get('location')!);
    expect(location.searchParams.get('error')).toBe('invalid_request');
  });

  it.each([
    'https://evil.example/callback',
    'http://127.0.0.1:1/console/callback',
    '//evil.example',
    'javascript:alert(1)',
  ])('leads nobody to %s', async (redirect_uri) => {
    const running = await startIssuer(await makeTestDirectory());
    const { challenge } = makePkce();
    const parameters = { redirect_uri, code_challenge: challenge, code_challenge_method: 'S256' };
    const answer = await fetch(authorizationUrl(running, parameters), { redirect: 'manual' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(await answer.text()).not.toContain(`href="${redirect_uri}`);
  });

  it('gives no token for another audience', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const { challenge } = makePkce();
    const answer = await fetch(
      authorizationUrl(running, {
        code_challenge: challenge,
        code_challenge_method: 'S256',
        resource: 'https://elsewhere.example',
      }),
      { redirect: 'manual' },
    );
    const location = new URL(answer.headers.get('location')!);
    expect(location.searchParams.get('error')).toBe('invalid_target');
  });
});

it('signing out leads nobody elsewhere', async () => {
  const running = await startIssuer(await makeTestDirectory());
  const url = new URL(`${running.issuer}/session/end`);
  url.searchParams.set('post_logout_redirect_uri', 'https://evil.example');
  url.searchParams.set('client_id', CONSOLE_CLIENT_ID);
  const answer = await fetch(url, { redirect: 'manual' });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('location')).toBeNull();
});

describe('guessing', () => {
  it('passwords ends after some attempts, for that person only', async () => {
    const running = await startIssuer(await makeTestDirectory(), { loginAttempts: 3 });
    const attempt = async (user: string, password: string) => {
      const device = await startDevice(running);
      return approveDevice({ ...device, user, password }).catch((error) => error.message);
    };
    const { password } = running.person('investigator.cn');
    expect(await attempt('investigator.cn', password)).toBeUndefined();
    for (let n = 0; n < 3; n += 1) {
      expect(await attempt('INVESTIGATOR.cn', `x${n}`)).toBe('User or password is wrong.');
    }
    expect(await attempt('investigator.cn', password)).toMatch(/Too many/);
    expect(await attempt('auditor.cn', running.person('auditor.cn').password)).toBeUndefined();
  });

  it('names that nobody has looks the same and is limited too', async () => {
    const running = await startIssuer(await makeTestDirectory(), { loginAttempts: 3 });
    const messages = [];
    for (let n = 0; n < 4; n += 1) {
      const approval = { ...(await startDevice(running)), user: `nobody${n}`, password: 'x' };
      messages.push(await approveDevice(approval).catch((error) => error.message));
    }
    expect(messages.slice(0, 3)).toEqual(Array(3).fill('User or password is wrong.'));
    expect(messages[3]).toMatch(/Too many/);
  });

  it('user codes is limited', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const statuses = new Set<number>();
    for (let n = 0; n < 61; n += 1) {
      const answer = await fetch(`${running.issuer}/device`, {
        method: 'POST',
        body: new URLSearchParams({ user_code: 'BCDF-GHJK', xsrf: 'x' }),
      });
      statuses.add(answer.status);
      if (n === 60) expect(answer.headers.get('retry-after')).not.toBeNull();
    }
    expect([...statuses]).toEqual([400, 429]);
  });
});

describe('the pages', () => {
  it('load nothing, run nothing, and label what they ask for', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const device = await startDevice(running);
    const answer = await fetch(device.verificationUri);
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toMatch(
      /^default-src 'none'; script-src; style-src 'sha256-[^']+'; form-action 'self'/,
    );
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const html = await answer.text();
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('<label for="user_code">');
    expect(html).not.toMatch(/https?:\/\/(?!127\.0\.0\.1)|<script|onfocus|@import/);
    const style = /<style>([\s\S]*)<\/style>/.exec(html)![1]!;
    expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
    const { page } = await openSignIn(running, makeChallenge());
    expect(page.html).toContain('<label for="password">');
  });

  it('say so when the sign-in is another browser’s', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const { page } = await openSignIn(running, makeChallenge());
    const answer = await fetch(page.url);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('role="alert"');
  });

  it('escape what comes from outside', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const url = authorizationUrl(running, { client_id: '<img src=x>' });
    const html = await (await fetch(url)).text();
    expect(html).toContain('role="alert"');
    expect(html).not.toContain('<img');
  });
});

describe('the guard', () => {
  const local = {
    ledger: 'embedded',
    issuer: new URL('http://127.0.0.1:8080/oidc'),
    listensOn: '127.0.0.1',
  } as const;

  it.each([
    ['on a real network', { ledger: 'fabric' }],
    ['at a public address', { issuer: new URL('https://gateway.example/oidc') }],
    ['of a gateway that listens everywhere', { listensOn: '0.0.0.0' }],
    ['of a gateway that listens everywhere on IPv6', { listensOn: '::' }],
    ['of a gateway in the local network', { listensOn: '192.168.1.5' }],
  ] as const)('lets no issuer exist %s', (_name, change) => {
    expect(() => assertDevelopment({ ...local, ...change })).toThrowError(
      expect.objectContaining({ code: 'DEVELOPMENT_ONLY' }),
    );
    assertDevelopment(local);
  });

  it('answers no other host name', async () => {
    const running = await startIssuer(await makeTestDirectory());
    expect(await statusFor(`${running.issuer}/jwks`, {})).toBe(200);
    expect(await statusFor(`${running.issuer}/jwks`, { host: 'rebound.example' })).toBe(403);
  });

  it('takes no form from another site', async () => {
    const running = await startIssuer(await makeTestDirectory());
    const send = (site: string) =>
      fetch(`${running.issuer}/device`, {
        method: 'POST',
        headers: { 'sec-fetch-site': site },
        body: new URLSearchParams({ user_code: 'x', xsrf: 'x' }),
      });
    expect((await send('cross-site')).status).toBe(403);
    expect((await send('same-site')).status).toBe(403);
    expect((await send('same-origin')).status).toBe(400);
  });
});

describe('the people', () => {
  it('are those of the consortium, with secrets of this directory only', async () => {
    const [one, other] = [await makeTestDirectory(), await makeTestDirectory()];
    const running = await startIssuer(one);
    const file = join(one, 'people.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await openDevelopmentPeople(file, running.consortium);
    expect(again).toEqual(running.people);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(again);
    const elsewhere = await openDevelopmentPeople(join(other, 'people.json'), running.consortium);
    expect(elsewhere.people.map(({ user }) => user)).toEqual(again.people.map(({ user }) => user));
    const secrets = [...again.people, ...elsewhere.people].map(({ password }) => password);
    expect(new Set(secrets).size).toBe(secrets.length);
    expect(new Set(again.people.map(({ user }) => user)).size).toBe(again.people.length);
  });

  it('and all other files are the owner’s alone', async () => {
    const directory = await makeTestDirectory();
    const running = await startIssuer(directory);
    await signInPerson(running, 'auditor.sg');
    for (const name of await readdir(directory)) {
      expect((await stat(join(directory, name))).mode & 0o077, name).toBe(0);
    }
  });
});

const callbackOf = ({ issuer }: RunningIssuer) => `${new URL(issuer).origin}/console/callback`;

function authorizationUrl(running: RunningIssuer, parameters: Record<string, string>): URL {
  const url = new URL(`${running.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: CONSOLE_CLIENT_ID,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callbackOf(running),
    ...parameters,
  }).toString();
  return url;
}

async function openSignIn(running: RunningIssuer, parameters: Record<string, string>) {
  const browser = new FormBrowser(new URL(running.issuer).origin);
  return { browser, page: await browser.open(authorizationUrl(running, parameters)) };
}

function makePkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

const makeChallenge = () => ({
  code_challenge: makePkce().challenge,
  code_challenge_method: 'S256',
});

const postToken = ({ issuer }: RunningIssuer, fields: Record<string, string>) =>
  fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(fields) });

/** `fetch` does not let a caller set the host header. */
function statusFor(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
