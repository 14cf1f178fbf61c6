import { expect } from 'vitest';
import { check } from '../check.ts';
import type { Client } from '../client.ts';

/** Endorses `slow`, lets `fast` commit in between, then commits `slow`. */
async function overtake(client: Client, slow: [string, ...string[]], fast: [string, ...string[]]) {
  const [fn, ...args] = slow;
  const endorsed = await client.endorse({ fn, args });
  await client.run(...fast);
  return (await client.commit(endorsed)).code;
}

/** A scan of the whole prefix that then writes `sum`. */
function scanAndSum(client: Client): [string, ...string[]] {
  return ['scanThenPut', client.key('r'), client.key('s'), client.key('sum'), 'x'];
}

export const conflictChecks = [
  check('of two changes of one version the second is a conflict', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    const first = await client.endorse({ fn: 'getThenPut', args: [key, 'two'] });
    const second = await client.endorse({ fn: 'getThenPut', args: [key, 'three'] });
    await client.submit(first);
    await client.submit(second);
    expect((await client.status(first.txId)).code).toBe('VALID');
    expect((await client.status(second.txId)).code).toBe('MVCC_READ_CONFLICT');
    expect(await client.evaluate('get', key)).toBe('two');
  }),

  check('having read that a key is absent is a read too', async (client) => {
    const key = client.key('a');
    expect(await overtake(client, ['getThenPut', key, 'late'], ['put', key, 'first'])).toBe(
      'MVCC_READ_CONFLICT',
    );
  }),

  check('a deletion in between is a conflict', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    expect(await overtake(client, ['getThenPut', key, 'late'], ['remove', key])).toBe(
      'MVCC_READ_CONFLICT',
    );
  }),

  check('writing the same value again is a conflict', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    expect(await overtake(client, ['getThenPut', key, 'late'], ['put', key, 'one'])).toBe(
      'MVCC_READ_CONFLICT',
    );
  }),

  check('blind writes do not conflict and the later one stands', async (client) => {
    const key = client.key('a');
    const first = await client.endorse({ fn: 'put', args: [key, 'one'] });
    const second = await client.endorse({ fn: 'put', args: [key, 'two'] });
    await client.submit(first);
    await client.submit(second);
    expect((await client.status(first.txId)).code).toBe('VALID');
    expect((await client.status(second.txId)).code).toBe('VALID');
    expect(await client.evaluate('get', key)).toBe('two');
  }),

  check('a key inserted into a scanned range is a phantom', async (client) => {
    await client.run('put', client.key('r1'), 'x');
    expect(await overtake(client, scanAndSum(client), ['put', client.key('r2'), 'x'])).toBe(
      'PHANTOM_READ_CONFLICT',
    );
  }),

  check('a value changed in a scanned range is a phantom', async (client) => {
    await client.run('put', client.key('r1'), 'x');
    expect(await overtake(client, scanAndSum(client), ['put', client.key('r1'), 'y'])).toBe(
      'PHANTOM_READ_CONFLICT',
    );
  }),

  check('a key deleted from a scanned range is a phantom', async (client) => {
    await client.run('put', client.key('r1'), 'x');
    expect(await overtake(client, scanAndSum(client), ['remove', client.key('r1')])).toBe(
      'PHANTOM_READ_CONFLICT',
    );
  }),

  check('a change beside a scanned range is no conflict', async (client) => {
    await client.run('put', client.key('r1'), 'x');
    expect(await overtake(client, scanAndSum(client), ['put', client.key('s'), 'x'])).toBe('VALID');
  }),

  check('a phantom is found among more results than are listed one by one', async (client) => {
    const names = Array.from({ length: 60 }, (_, index) => `r${String(index).padStart(3, '0')}`);
    await Promise.all(names.map((name) => client.run('put', client.key(name), 'x')));
    expect(await overtake(client, scanAndSum(client), ['put', client.key('other'), 'x'])).toBe(
      'VALID',
    );
    expect(await overtake(client, scanAndSum(client), ['put', client.key('r0300'), 'x'])).toBe(
      'PHANTOM_READ_CONFLICT',
    );
  }),

  check('a conflict writes nothing', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    await overtake(client, ['getThenPut', key, 'late'], ['put', key, 'two']);
    expect(await client.evaluate('get', key)).toBe('two');
    expect(JSON.parse(await client.evaluate('history', key))).toHaveLength(2);
  }),
];
