import { createHash } from 'node:crypto';
import { readBlock } from '@tabellion/proof';
import { expect } from 'vitest';
import { check } from '../check.ts';
import { refusal } from '../client.ts';

const hashOf = (value: string) => createHash('sha256').update(value).digest('hex');

export const privateChecks = [
  check(
    'every member reads the hash of private data, and nobody else the value',
    async (client) => {
      const key = client.key('m');
      const owner = client.state(1);
      await client.run('mark', key, owner, 'secret');
      expect(await client.evaluate('markHash', key, owner)).toBe(hashOf('secret'));
      const read = { fn: 'readMark', args: [key, owner] };
      const own = await client.endorse({ ...read, endorsers: [owner] });
      expect(Buffer.from(own.result).toString()).toBe('secret');
      expect(await refusal(client.endorse({ ...read, endorsers: [client.state(0)] }))).toBe(
        'CONTRACT',
      );
    },
  ),

  check('a missing private key has an empty hash', async (client) => {
    expect(await client.evaluate('markHash', client.key('m'), client.state(1))).toBe('');
  }),

  check('private values and transient input stand in no block', async (client) => {
    const from = await client.port.height();
    const secret = `secret-${client.prefix}`;
    const { code, block } = await client.invoke({
      fn: 'markFromTransient',
      args: [client.key('m'), client.state(1)],
      transient: { value: Buffer.from(secret) },
    });
    expect(code).toBe('VALID');
    expect(await client.evaluate('markHash', client.key('m'), client.state(1))).toBe(
      hashOf(secret),
    );
    for await (const bytes of client.port.blocks(from)) {
      expect(Buffer.from(bytes).includes(secret)).toBe(false);
      if (readBlock(bytes).number >= block) break;
    }
  }),

  check('the first write into a member’s collection needs that member’s peer', async (client) => {
    const key = client.key('m');
    const owner = client.other(0);
    const call = { fn: 'mark', args: [key, owner, 'v'] };
    const without = [client.state(0), client.state(1)];
    const refused = await client.invoke({ ...call, endorsers: without });
    expect(refused.code).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await client.evaluate('markHash', key, owner)).toBe('');
    expect(await client.evaluate('get', `public/${key}`)).toBe('');
    const accepted = await client.invoke({ ...call, endorsers: [...without, owner] });
    expect(accepted.code).toBe('VALID');
  }),

  check('the owner of a collection is among the endorsers by default', async (client) => {
    const { code } = await client.run('mark', client.key('m'), client.other(1), 'v');
    expect(code).toBe('VALID');
  }),

  check('the owner alone may write nothing but its own collection', async (client) => {
    const owner = client.other(0);
    const args = [client.key('m'), owner, 'v'];
    const alone = await client.invoke({ fn: 'markOnly', args, endorsers: [owner] });
    expect(alone.code).toBe('VALID');
    const more = await client.invoke({ fn: 'mark', args, endorsers: [owner] });
    expect(more.code).toBe('ENDORSEMENT_POLICY_FAILURE');
  }),

  check('a private value changed in between is a conflict', async (client) => {
    const key = client.key('m');
    const owner = client.state(1);
    await client.run('mark', key, owner, 'one');
    const args = [key, owner, client.key('copy')];
    const endorsed = await client.endorse({ fn: 'markHashThenPut', args });
    await client.run('mark', key, owner, 'two');
    expect((await client.commit(endorsed)).code).toBe('MVCC_READ_CONFLICT');
  }),

  check('deleted and purged private data have no hash any more', async (client) => {
    const owner = client.state(1);
    for (const fn of ['unmark', 'purgeMark']) {
      const key = client.key(fn);
      await client.run('mark', key, owner, 'v');
      await client.run(fn, key, owner);
      expect(await client.evaluate('markHash', key, owner)).toBe('');
    }
  }),

  check('a collection of nobody is refused', async (client) => {
    const args = [client.key('m'), 'NobodyMSP', 'v'];
    expect(await refusal(client.endorse({ fn: 'mark', args }))).toBe('CONTRACT');
  }),
];
