import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestClock } from './testing.ts';
import { createTokenVerifier } from './token.ts';

const AUDIENCE = 'https://gateway.example/v1';
const MEMBERS = ['CnAgencyMSP', 'SgAgencyMSP'];

/** Any issuer: a key pair and the address of its key set. */
async function startKeys() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] };
  const server = createServer((_request, response) => response.end(JSON.stringify(jwks)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  onTestFinished(stop);
  const { port } = server.address() as AddressInfo;
  return { privateKey, origin: `http://127.0.0.1:${port}`, stop };
}

async function setUp(options: { memberClaim?: string; roleClaim?: string } = {}) {
  const clock = new TestClock();
  const { privateKey, origin, stop } = await startKeys();
  const issuer = 'https://id.example/realm';
  const verifier = createTokenVerifier(
    [
      {
        name: 'id',
        issuer,
        jwksUri: `${origin}/jwks`,
        audience: AUDIENCE,
        members: MEMBERS,
        ...options,
      },
    ],
    clock.now,
  );
  const sign = (
    claims: Record<string, unknown> = {},
    header: { typ?: string; kid?: string } = {},
  ) => {
    const seconds = Math.floor(clock.time / 1000);
    const payload = {
      iss: issuer,
      aud: AUDIENCE,
      sub: 'abc',
      client_id: 'tabellion-cli',
      iat: seconds,
      exp: seconds + 600,
      member: 'CnAgencyMSP',
      role: 'investigator',
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header })
      .sign(privateKey);
  };
  return { clock, verifier, sign, stop, origin, issuer };
}

describe('an access token', () => {
  it('names subject, member, role and kind of client', async () => {
    const { verifier, sign } = await setUp();
    expect(await verifier.verify(await sign())).toEqual({
      subject: 'id:abc',
      member: 'CnAgencyMSP',
      role: 'investigator',
      clientKind: 'person',
    });
    const system = await sign({ role: 'system', sub: 'worker', client_id: 'worker' });
    expect(await verifier.verify(system)).toMatchObject({ role: 'system', clientKind: 'system' });
  });

  it('may carry its claims under the issuer’s own names', async () => {
    const { verifier, sign } = await setUp({
      memberClaim: 'org',
      roleClaim: 'https://x.example/r',
    });
    const token = await sign({
      member: undefined,
      role: undefined,
      org: 'SgAgencyMSP',
      'https://x.example/r': 'auditor',
    });
    expect(await verifier.verify(token)).toMatchObject({ member: 'SgAgencyMSP', role: 'auditor' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['an unknown member', { member: 'OtherMSP' }],
    ['a member that this issuer does not speak for', { member: 'DeAgencyMSP' }],
    ['no member', { member: undefined }],
    ['a member that is no text', { member: ['CnAgencyMSP'] }],
    ['an unknown role', { role: 'root' }],
    ['no role', { role: undefined }],
    ['two roles', { role: ['investigator', 'delegate'] }],
    ['another audience', { aud: 'https://elsewhere.example' }],
    ['no audience', { aud: undefined }],
    ['another issuer', { iss: 'https://id.example' }],
    ['no subject', { sub: undefined }],
    ['no end', { exp: undefined }],
    ['a beginning in the future', { nbf: 4_000_000_000 }],
    ['a client that plays a person', { sub: 'worker', client_id: 'worker' }],
  ])('with %s is refused', async (_name, claims) => {
    const { verifier, sign } = await setUp();
    await expect(verifier.verify(await sign(claims))).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });

  it('that has expired is refused as expired', async () => {
    const { verifier, sign, clock } = await setUp();
    const token = await sign();
    clock.time += 604_000;
    await verifier.verify(token);
    clock.time += 2_000;
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('that is an ID token is refused', async () => {
    const { verifier, sign } = await setUp();
    const token = await sign({}, { typ: 'JWT' });
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('without signature, with a shared secret or with a changed body is refused', async () => {
    const { verifier, sign } = await setUp();
    const token = await sign();
    const [, body, signature] = token.split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const none = `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.`;
    const secret = await new SignJWT(JSON.parse(Buffer.from(body!, 'base64url').toString()))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })
      .sign(Buffer.alloc(32, 7));
    const claims = JSON.parse(Buffer.from(body!, 'base64url').toString());
    const promoted = `${token.split('.')[0]}.${encode({ ...claims, role: 'delegate' })}.${signature}`;
    for (const forged of [none, secret, promoted]) {
      await expect(verifier.verify(forged)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });

  it('signed by a key that the issuer does not publish is refused', async () => {
    const [{ verifier }, other] = [await setUp(), await setUp()];
    await expect(verifier.verify(await other.sign())).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
    await expect(verifier.verify(await other.sign({}, { kid: 'k2' }))).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });

  it.each([
    '',
    'x',
    'a.b.c',
    'ä'.repeat(10),
    'a'.repeat(8193),
  ])('%#: no JWT is refused', async (text) => {
    const { verifier } = await setUp();
    await expect(verifier.verify(text)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('is not called wrong when the issuer’s keys cannot be had', async () => {
    const { verifier, sign, stop } = await setUp();
    const token = await sign();
    await stop();
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'NOT_READY' });
  });
});

it('keys are not fetched in clear from another machine', () => {
  const issuer = { name: 'id', issuer: 'http://id.example', audience: AUDIENCE, members: MEMBERS };
  expect(() =>
    createTokenVerifier([{ ...issuer, jwksUri: 'http://id.example/jwks' }]),
  ).toThrowError(expect.objectContaining({ code: 'INSECURE_ISSUER' }));
});
