/**
 * A member's own sign-in, as small as it can be: OIDC discovery, keys and the device flow (RFC 8628),
 * where whoever the test names has approved at once. Access tokens are those of RFC 9068.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { TrustedIssuer } from '../../gateway/src/identity/token.ts';

export interface TestIssuer extends AsyncDisposable {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
  /** Who signs in next. */
  become(person: { readonly member: string; readonly role: string }): void;
  /** An access token for whoever signs in next. */
  token(): Promise<string>;
  /** For a gateway of that member. */
  trustedBy(member: string): TrustedIssuer;
}

const AUDIENCE = 'https://gateway.test';

export async function startTestIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  let person = { member: '', role: '' };

  const signToken = (issuer: string) =>
    new SignJWT({ ...person, client_id: 'tabellion-cli' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'one' })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setSubject(`${person.role}@${person.member}`)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  const grantToken = async (issuer: string) => ({
    ...{ token_type: 'Bearer', expires_in: 3600 },
    access_token: await signToken(issuer),
  });
  const answers: Record<string, (issuer: string) => unknown> = {
    '/.well-known/openid-configuration': (issuer) => ({
      issuer,
      jwks_uri: `${issuer}/jwks`,
      token_endpoint: `${issuer}/token`,
      device_authorization_endpoint: `${issuer}/device`,
    }),
    '/jwks': () => ({ keys: [jwk] }),
    '/device': (issuer) => ({
      ...{ device_code: 'device', user_code: 'USER', verification_uri: `${issuer}/enter` },
      ...{ expires_in: 60, interval: 1 },
    }),
    '/token': grantToken,
  };
  const server = createServer(async (request, response) => {
    request.resume();
    const answer = answers[request.url ?? ''];
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ? await answer(address()) : {}));
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwksUri = `${address()}/jwks`;
  return {
    ...{ issuer: address(), audience: AUDIENCE, jwksUri },
    become: (next) => {
      person = next;
    },
    token: () => signToken(address()),
    trustedBy: (member) => ({
      ...{ name: 'test', issuer: address(), jwksUri, audience: AUDIENCE, members: [member] },
    }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
