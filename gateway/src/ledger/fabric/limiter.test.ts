import { expect, it } from 'vitest';
import { createLimiter } from './limiter.ts';

it('lets no more calls run than allowed and all of them in the end, in order', async () => {
  const limit = createLimiter(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  await Promise.all(
    [1, 2, 3, 4, 5].map((call) =>
      limit(async () => {
        running += 1;
        most = Math.max(most, running);
        order.push(call);
        await Promise.resolve();
        running -= 1;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(order).toEqual([1, 2, 3, 4, 5]);
});

it('frees the place of a call that fails', async () => {
  const limit = createLimiter(1);
  await expect(limit(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(limit(async () => 'yes')).resolves.toBe('yes');
});

it('lets nobody wait whose signal has fired, and passes the place on to the next', async () => {
  const limit = createLimiter(1);
  const first = Promise.withResolvers<string>();
  const gone = new AbortController();
  const calls = [
    limit(() => first.promise),
    limit(async () => 'never called', gone.signal),
    limit(async () => 'third'),
  ];
  gone.abort(new Error('gone'));
  await expect(calls[1]).rejects.toThrow('gone');
  first.resolve('first');
  expect(await Promise.all([calls[0], calls[2]])).toEqual(['first', 'third']);
  await expect(limit(async () => 'never called', gone.signal)).rejects.toThrow('gone');
});
