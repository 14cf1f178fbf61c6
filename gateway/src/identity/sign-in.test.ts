import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { approveDevice } from './device-approval.ts';
import { isLoopbackHost } from './loopback.ts';
import { refreshSignIn, signInSystem, startDeviceSignIn } from './sign-in.ts';

// What a working issuer answers is tested with the development issuer.

const client = (issuer: string) => ({ issuer, clientId: 'tabellion-cli' });

it('no secret goes in clear to another machine', async () => {
  const remote = client('http://id.example/realm');
  const signIn = { ...remote, accessToken: 'a', expiresAt: 0, refreshToken: 'r' };
  for (const attempt of [
    startDeviceSignIn(remote),
    signInSystem({ ...remote, clientSecret: 's' }),
    refreshSignIn(signIn),
    approveDevice({
      verificationUri: 'https://id.example/device',
      userCode: 'x',
      user: 'u',
      password: 'p',
    }),
  ]) {
    await expect(attempt).rejects.toMatchObject({ code: 'INSECURE_ISSUER' });
  }
});

it('an issuer that does not answer is no refusal', async () => {
  const server = createServer((_request, response) => response.writeHead(500).end('x'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(startDeviceSignIn(client(issuer))).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await expect(startDeviceSignIn(client(issuer))).rejects.toMatchObject({
    code: 'SIGN_IN_FAILED',
    message: expect.stringContaining('cannot be reached'),
  });
});

it('a sign-in without refresh token cannot be renewed', async () => {
  const signIn = { ...client('https://id.example'), accessToken: 'a', expiresAt: 0 };
  await expect(refreshSignIn(signIn)).rejects.toMatchObject({ code: 'SIGN_IN_EXPIRED' });
});

it.each([
  'localhost',
  '127.0.0.1',
  '127.8.9.1',
  '::1',
  '[::1]',
  '::ffff:127.0.0.1',
])('%s is this machine', (host) => expect(isLoopbackHost(host)).toBe(true));

it.each([
  '',
  '0.0.0.0',
  '::',
  '128.0.0.1',
  '127.0.0.1.example',
  'localhost.example',
  '10.0.0.1',
])('"%s" is not this machine', (host) => expect(isLoopbackHost(host)).toBe(false));
