import { expect, it } from 'vitest';
import { delayAfter } from './backoff.ts';
import { makeSecret, signMessage, writeSecret } from './sign.ts';

/** Made by the npm package `standardwebhooks` 1.1.1. */
const SECRET = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
const MESSAGE = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  at: 1_614_265_330_999,
  payload: Buffer.from('{"test": 2432232314}'),
};
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

it('signs as the reference implementation does', () => {
  expect(signMessage(MESSAGE, [SECRET])).toEqual({
    'webhook-id': MESSAGE.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  });
});

it('signs with several secrets, each by itself', () => {
  const other = makeSecret();
  const both = signMessage(MESSAGE, [other, SECRET])['webhook-signature'].split(' ');
  expect(both).toEqual([signMessage(MESSAGE, [other])['webhook-signature'], SIGNATURE]);
});

it('makes secrets of 32 bytes that receivers’ libraries take', () => {
  expect(writeSecret(makeSecret())).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(writeSecret(SECRET)).toBe('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
});

it('waits a fifth more or less by chance, and never longer than a day for a receiver', () => {
  expect([0, 0.5, 1].map((random) => delayAfter(2, random, null))).toEqual([
    ...[240_000, 300_000, 360_000],
  ]);
  expect(delayAfter(1, 0.5, 999_999)).toBe(86_400_000);
  expect(delayAfter(10, 0.5, 60)).toBeUndefined();
});
