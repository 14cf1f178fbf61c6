import { expect } from 'vitest';
import { check } from '../check.ts';
import { refusal } from '../client.ts';

export const stateChecks = [
  check('a committed value is read back', async (client) => {
    const key = client.key('a');
    expect(await client.run('put', key, 'one')).toMatchObject({ code: 'VALID', result: 'one' });
    expect(await client.evaluate('get', key)).toBe('one');
  }),

  check('an endorsed value that is not submitted is not there', async (client) => {
    const key = client.key('a');
    await client.endorse({ fn: 'put', args: [key, 'one'] });
    expect(await client.evaluate('get', key)).toBe('');
  }),

  check('a transaction does not read its own writes', async (client) => {
    const key = client.key('a');
    expect((await client.run('putThenGet', key, 'one')).result).toBe('');
    expect((await client.run('putThenGet', key, 'two')).result).toBe('one');
  }),

  check('the last of two writes of a key stands', async (client) => {
    const key = client.key('a');
    await client.run('putTwice', key, 'one', 'two');
    expect(await client.evaluate('get', key)).toBe('two');
  }),

  check('a deleted key is gone', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    await client.run('remove', key);
    expect(await client.evaluate('get', key)).toBe('');
    expect(await client.evaluate('scan', client.prefix, client.key('~'))).toBe('[]');
  }),

  check('an empty value deletes', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    await client.run('put', key, '');
    expect(await client.evaluate('scan', client.prefix, client.key('~'))).toBe('[]');
  }),

  check('a contract that refuses leaves nothing, and its code arrives', async (client) => {
    const key = client.key('a');
    await expect(client.endorse({ fn: 'putThenRefuse', args: [key, 'one'] })).rejects.toMatchObject(
      { code: 'CONTRACT', contractCode: 'REFUSED_HERE' },
    );
    expect(await client.evaluate('get', key)).toBe('');
  }),

  check('an unknown function is refused', async (client) => {
    expect(await refusal(client.endorse({ fn: 'noSuchThing', args: [] }))).toBe('CONTRACT');
  }),

  check('an empty key is a key, and stands in no range', async (client) => {
    await client.run('put', '', 'one');
    expect(await client.evaluate('get', '')).toBe('one');
    expect(JSON.parse(await client.evaluate('scan', '', ''))).not.toContain('');
  }),

  check('history names every write, newest first', async (client) => {
    const key = client.key('a');
    const first = await client.run('put', key, 'one');
    const second = await client.run('remove', key);
    const third = await client.run('put', key, 'three');
    expect(JSON.parse(await client.evaluate('history', key))).toEqual([
      [third.txId, false, 'three'],
      [second.txId, true, ''],
      [first.txId, false, 'one'],
    ]);
  }),

  check('time is the proposal’s', async (client) => {
    const at = Date.now() - 120_000;
    const signed = await client.signedProposal({ fn: 'time', args: [], at });
    expect(Buffer.from(await client.port.evaluate(signed)).toString()).toBe(String(at));
  }),

  check('the contract sees the creator’s member', async (client) => {
    expect(await client.evaluate('whoAmI')).toBe(client.self.mspId);
  }),
];
