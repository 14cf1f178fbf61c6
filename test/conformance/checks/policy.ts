import { expect } from 'vitest';
import { check } from '../check.ts';
import { refusal } from '../client.ts';

const FAILURE = 'ENDORSEMENT_POLICY_FAILURE';

export const policyChecks = [
  check('one member’s endorsement writes nothing', async (client) => {
    const key = client.key('a');
    const alone = { fn: 'put', args: [key, 'x'], endorsers: [client.state(0)] };
    expect((await client.invoke(alone)).code).toBe(FAILURE);
    expect(await client.evaluate('get', key)).toBe('');
  }),

  check('two members without a state write nothing', async (client) => {
    const key = client.key('a');
    const endorsers = [client.other(0), client.other(1)];
    expect((await client.invoke({ fn: 'put', args: [key, 'x'], endorsers })).code).toBe(FAILURE);
    expect(await client.evaluate('get', key)).toBe('');
  }),

  check('one member does not count twice', async (client) => {
    const endorsers = [client.state(0), client.state(0)];
    const call = { fn: 'put', args: [client.key('a'), 'x'], endorsers };
    const outcome = await client.invoke(call).then(
      ({ code }) => code,
      () => FAILURE,
    );
    expect(outcome).toBe(FAILURE);
  }),

  check('a state with any other member writes', async (client) => {
    const endorsers = [client.other(1), client.state(1)];
    const call = { fn: 'put', args: [client.key('a'), 'x'], endorsers };
    expect((await client.invoke(call)).code).toBe('VALID');
  }),

  check('endorsers that answer differently are refused', async (client) => {
    const owner = client.state(1);
    await client.run('mark', client.key('m'), owner, 'secret');
    const call = {
      fn: 'putWhatIsKnown',
      args: [client.key('a'), client.key('m'), owner],
      endorsers: [client.state(0), owner],
    };
    expect(await refusal(client.endorse(call))).toBe('ENDORSEMENT_MISMATCH');
  }),

  check('a contract that asks chance or the clock is not endorsed', async (client) => {
    for (const fn of ['useChance', 'useClock']) {
      const endorsers = [client.state(0), client.state(1)];
      const refused = await refusal(client.endorse({ fn, args: [client.key('a')], endorsers }));
      expect(['CONTRACT', 'ENDORSEMENT_MISMATCH']).toContain(refused);
    }
  }),

  check('a key’s own policy takes the chaincode’s place', async (client) => {
    const key = client.key('a');
    const keeper = client.other(0);
    await client.run('put', key, 'one');
    await client.run('setPolicy', key, keeper);
    expect(await client.evaluate('getPolicy', key)).toBe(keeper);
    const call = { fn: 'put', args: [key, 'two'] };
    const without = await client.invoke({ ...call, endorsers: [client.state(0), client.state(1)] });
    expect(without.code).toBe(FAILURE);
    expect(await client.evaluate('get', key)).toBe('one');
    expect((await client.invoke({ ...call, endorsers: [keeper] })).code).toBe('VALID');
    expect(await client.evaluate('get', key)).toBe('two');
  }),

  check('a key’s own policy is met by default', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    await client.run('setPolicy', key, client.other(1));
    await client.run('put', key, 'two');
    expect(await client.evaluate('get', key)).toBe('two');
  }),

  check('a key policy does not protect the write that comes with it', async (client) => {
    const args = [client.key('a'), 'one', client.other(0)];
    const endorsers = [client.state(0), client.state(1)];
    expect((await client.invoke({ fn: 'putAndSetPolicy', args, endorsers })).code).toBe('VALID');
  }),

  check('a write that races a change of its key’s policy fails', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    const change = await client.endorse({ fn: 'setPolicy', args: [key, client.other(0)] });
    // Not the new keeper by chance: that write would be valid in a later block.
    const endorsers = [client.state(0), client.state(1)];
    const write = await client.endorse({ fn: 'put', args: [key, 'two'], endorsers });
    await client.submit(change);
    await client.submit(write);
    expect((await client.status(change.txId)).code).toBe('VALID');
    expect((await client.status(write.txId)).code).toBe(FAILURE);
  }),

  check('a change of the policy alone gives the key a new version', async (client) => {
    const key = client.key('a');
    await client.run('put', key, 'one');
    const endorsed = await client.endorse({
      fn: 'getThenPut',
      args: [key, 'two'],
      endorsers: client.ledger.members.map(({ mspId }) => mspId),
    });
    await client.run('setPolicy', key, client.state(1));
    expect((await client.commit(endorsed)).code).toBe('MVCC_READ_CONFLICT');
    expect(await client.evaluate('get', key)).toBe('one');
  }),

  check('a policy for a key that does not exist is dropped', async (client) => {
    const key = client.key('a');
    await client.run('setPolicy', key, client.other(0));
    expect(await client.evaluate('getPolicy', key)).toBe('');
  }),
];
