import { randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { expect } from 'vitest';
import { check } from '../check.ts';
import { type Call, type Client, refusal, sign } from '../client.ts';
import { raiseS } from '../high-s.ts';

const MINUTE = 60_000;
const put = (client: Client): Call => ({ fn: 'put', args: [client.key('a'), 'x'] });

export const proposalChecks = [
  check('an altered proposal is refused', async (client) => {
    const { bytes, signature } = await client.signedProposal(put(client));
    const altered = Uint8Array.from(bytes);
    altered[altered.length - 1]! ^= 1;
    expect(['BAD_SIGNATURE', 'BAD_PROPOSAL']).toContain(
      await refusal(client.port.endorse({ bytes: altered, signature })),
    );
  }),

  check('a proposal that another key signed is refused', async (client) => {
    const { proposal } = client.propose(put(client));
    const another = await client.ledger.person(client.state(1));
    expect(await refusal(client.port.endorse(await sign(proposal, another)))).toBe('BAD_SIGNATURE');
  }),

  check('a high-S signature is refused', async (client) => {
    const { bytes, signature } = await client.signedProposal(put(client));
    const endorsing = client.port.endorse({ bytes, signature: raiseS(signature) });
    expect(await refusal(endorsing)).toBe('BAD_SIGNATURE');
  }),

  check('somebody whom the member did not enrol is refused', async (client) => {
    const by = await client.ledger.stranger(client.state(0));
    expect(await refusal(client.endorse({ ...put(client), by }))).toBe('IDENTITY_REFUSED');
  }),

  check('a proposal from outside the time window is refused', async (client) => {
    for (const distance of [-20 * MINUTE, 20 * MINUTE]) {
      const at = Date.now() + distance;
      expect(await refusal(client.endorse({ ...put(client), at }))).toBe('CLOCK_SKEW');
    }
    const { code } = await client.invoke({ ...put(client), at: Date.now() - 10 * MINUTE });
    expect(code).toBe('VALID');
  }),

  check('a committed transaction ID is not endorsed again', async (client) => {
    const nonce = randomBytes(24);
    await client.invoke({ ...put(client), nonce });
    const again = client.endorse({ fn: 'put', args: [client.key('a'), 'y'], nonce });
    expect(await refusal(again)).toBe('DUPLICATE_TRANSACTION');
  }),

  check('a transaction takes effect once, however often it is submitted', async (client) => {
    const key = client.key('a');
    const endorsed = await client.endorse({ fn: 'put', args: [key, 'one'] });
    const first = await client.commit(endorsed);
    await client.run('put', key, 'two');
    expect(await refusal(client.submit(endorsed))).not.toBe('NONE');
    await client.run('put', client.key('b'), 'after');
    expect(await client.evaluate('get', key)).toBe('two');
    const { code, block } = await client.status(endorsed.txId);
    expect({ code, block }).toEqual({ code: 'VALID', block: first.block });
  }),

  check('of two submissions at once one takes effect', async (client) => {
    const endorsed = await client.endorse(put(client));
    const outcomes = await Promise.all([
      refusal(client.submit(endorsed)),
      refusal(client.submit(endorsed)),
    ]);
    expect(outcomes).toContain('NONE');
    expect((await client.status(endorsed.txId)).code).toBe('VALID');
    expect(JSON.parse(await client.evaluate('history', client.key('a')))).toHaveLength(1);
  }),

  check('a transaction that another person signed is not accepted', async (client) => {
    const endorsed = await client.endorse(put(client));
    const another = await client.ledger.person(client.state(1));
    expect(await refusal(client.submit(endorsed, another))).toBe('NOT_ACCEPTED');
  }),

  check('a transaction with a high-S signature is not accepted', async (client) => {
    const { payload } = await client.endorse(put(client));
    const { bytes, signature } = await sign(payload, client.self);
    const submitting = client.port.submit({ bytes, signature: raiseS(signature) });
    expect(await refusal(submitting)).toBe('NOT_ACCEPTED');
  }),

  check(
    'what endorsers did not sign becomes invalid, though its creator signs it',
    async (client) => {
      const mine = await client.endorse(put(client));
      const other = await client.endorse({ fn: 'put', args: [client.key('b'), 'y'] });
      const forged = exchangeResult(mine.payload, other.payload);
      const { code } = await client.commit({ ...mine, payload: forged });
      expect(code).toBe('INVALID_ENDORSER_TRANSACTION');
      expect(await client.evaluate('get', client.key('a'))).toBe('');
      expect(await client.evaluate('get', client.key('b'))).toBe('');
    },
  ),

  check('an endorsement that was taken out is missed', async (client) => {
    const endorsed = await client.endorse(put(client));
    const payload = dropEndorsement(endorsed.payload);
    const { code } = await client.commit({ ...endorsed, payload });
    expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
  }),

  check('nothing is said of a transaction that nobody has seen', async (client) => {
    const waiting = client.port.status('0'.repeat(64), { signal: AbortSignal.timeout(100) });
    expect(await refusal(waiting)).toBe('UNKNOWN');
  }),
];

/** Changes the endorsed action inside a transaction payload. */
function editAction(
  payload: Uint8Array,
  edit: (action: peer.ChaincodeActionPayload) => void,
): Uint8Array {
  const message = common.Payload.deserializeBinary(payload);
  const transaction = peer.Transaction.deserializeBinary(message.getData_asU8());
  const [holder] = transaction.getActionsList();
  const action = peer.ChaincodeActionPayload.deserializeBinary(holder!.getPayload_asU8());
  edit(action);
  holder!.setPayload(action.serializeBinary());
  message.setData(transaction.serializeBinary());
  return message.serializeBinary();
}

/** The result of another transaction, with its genuine endorsements, under this proposal. */
function exchangeResult(payload: Uint8Array, other: Uint8Array): Uint8Array {
  let result: peer.ChaincodeEndorsedAction | undefined;
  editAction(other, (action) => {
    result = action.getAction();
  });
  return editAction(payload, (action) => action.setAction(result));
}

function dropEndorsement(payload: Uint8Array): Uint8Array {
  return editAction(payload, (action) => {
    const endorsed = action.getAction();
    endorsed?.setEndorsementsList(endorsed.getEndorsementsList().slice(1));
  });
}
