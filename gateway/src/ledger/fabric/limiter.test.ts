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
