/** Peers' answers, genuine ones of the embedded ledger's endorsers among them, and what is made of them. */

import { readProposal, readTransaction } from '@tabellion/proof';
import type { Client, ProposalResponse } from 'fabric-common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddedLedger,
  openEmbeddedLedger,
} from '../../gateway/src/ledger/embedded/ledger.ts';
import type { Call } from '../../gateway/src/ledger/fabric/endorser.ts';
import { createLimiter } from '../../gateway/src/ledger/fabric/limiter.ts';
import { contracts } from '../../test/conformance/contract.ts';
import {
  createTestConsortium,
  TEST_MEMBERS,
  type TestConsortium,
} from '../../test/conformance/embedded-network.ts';
import { MemberPeers } from './member-peers.ts';

const ALPHA = 'AlphaMSP';
const BETA = 'BetaMSP';
const GAMMA = 'GammaExchangeMSP';

let consortium: TestConsortium;
let ledger: EmbeddedLedger;
let call: Call;
let other: Call;
/** What each member's peer truly answers to `call`, and one answer to `other`. */
const answers = new Map<string, ProposalResponse>();
let strange: ProposalResponse;

beforeAll(async () => {
  consortium = await createTestConsortium();
  const directory = `${consortium.directory}/ledger`;
  ledger = await openEmbeddedLedger({ directory, network: consortium.network });
  ledger.install(contracts);
  call = await propose('one');
  other = await propose('two');
  for (const [mspId, answer] of await execute(call)) answers.set(mspId, answer);
  strange = (await execute(other)).get(BETA)!;
});
afterAll(async () => {
  await ledger.close();
  await consortium.remove();
});

async function propose(value: string): Promise<Call> {
  const person = await consortium.enrol(ALPHA);
  const { proposal: bytes } = await ledger.prepare({
    ...{ transaction: 'conformance:put', creator: person.creator },
    args: ['key', value].map((arg) => Buffer.from(arg)),
  });
  const signed = { bytes, signature: await person.sign(bytes) };
  return { proposal: readProposal(bytes), signed };
}

async function execute({ signed }: Call): Promise<Map<string, ProposalResponse>> {
  const endorsers = [ALPHA, BETA, GAMMA];
  const { payload, result } = await ledger.endorse(signed, { endorsers });
  const { endorsements, responsePayloadBytes } = readTransaction(payload);
  return new Map(
    endorsements.map(({ endorser, signature }) => [
      endorser.mspId,
      {
        response: { status: 200, message: '', payload: result },
        payload: responsePayloadBytes,
        endorsement: { endorser: endorser.bytes, signature },
      },
    ]),
  );
}

/** Peers that answer as they truly do, but for those given. */
function openPeers(given: Record<string, ProposalResponse | Error> = {}) {
  const sent: Uint8Array[] = [];
  const client = {
    newEndpoint: () => ({}),
    newEndorser: (_: string, mspId: string) => ({
      connect: async () => undefined,
      disconnect: () => undefined,
      sendProposal: async ({ proposal_bytes }: { proposal_bytes: Uint8Array }) => {
        sent.push(proposal_bytes);
        const answer = given[mspId] ?? answers.get(mspId)!;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    }),
  } as unknown as Client;
  const peers = new MemberPeers(client, {
    peers: new Map([ALPHA, BETA, GAMMA].map((mspId) => [mspId, { address: mspId, tlsRoot: '' }])),
    own: ALPHA,
    members: () => TEST_MEMBERS,
    endorsementThreshold: () => 2,
    limit: createLimiter(10),
  });
  return { sent, execute: (endorsers: string[]) => peers.execute(call, endorsers) };
}

const refused = (message: string): ProposalResponse => ({
  response: { status: 500, message, payload: new Uint8Array() },
  payload: new Uint8Array(),
  endorsement: null,
});

describe('members’ peers', () => {
  it('get exactly the signed bytes, and their signatures make the transaction', async () => {
    const { sent, execute } = openPeers();
    const { payload, txId } = await execute([ALPHA, BETA]);
    expect(sent).toEqual([call.signed.bytes, call.signed.bytes]);
    expect(txId).toBe(call.proposal.txId);
    const { endorsements } = readTransaction(payload);
    expect(endorsements.map(({ endorser }) => endorser.mspId)).toEqual([ALPHA, BETA]);
    await ledger.endorse(call.signed);
  });

  it('that answer differently are named', async () => {
    const { execute } = openPeers({ [BETA]: strange });
    await expect(execute([ALPHA, BETA])).rejects.toMatchObject({
      code: 'ENDORSEMENT_MISMATCH',
      message: expect.stringContaining(BETA),
    });
  });

  it('that sign wrongly, or are not of the member that was asked, are named', async () => {
    const { endorsement, ...answer } = answers.get(BETA)!;
    const forged = { ...endorsement!, signature: strange.endorsement!.signature };
    for (const given of [{ ...answer, endorsement: forged }, answers.get(GAMMA)!]) {
      await expect(openPeers({ [BETA]: given }).execute([ALPHA, BETA])).rejects.toMatchObject({
        code: 'ENDORSEMENT_FAILED',
        message: expect.stringContaining(BETA),
      });
    }
  });

  it('that are away are named, and only they', async () => {
    const { execute } = openPeers({ [BETA]: new Error('14 UNAVAILABLE: no connection') });
    const error = await execute([ALPHA, BETA]).catch((failure) => failure);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(BETA) });
    expect(error.message).not.toContain(ALPHA);
    const stranger = openPeers().execute([ALPHA, 'NobodyMSP']);
    await expect(stranger).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('tell a contract’s refusal from an execution that did not take place', async () => {
    const run = (message: string) => openPeers({ [ALPHA]: refused(message) }).execute([ALPHA]);
    for (const message of [
      'NOT_FOUND: no such key',
      'error in simulation: transaction returned with failure: NOT_FOUND: no such key',
    ]) {
      const expected = { code: 'CONTRACT', contractCode: 'NOT_FOUND' };
      await expect(run(message)).rejects.toMatchObject(expected);
    }
    const unreached = run(
      'error in simulation: failed to execute transaction ab: could not launch chaincode x',
    );
    await expect(unreached).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const broken = run('error in simulation: something else');
    await expect(broken).rejects.toMatchObject({ code: 'ENDORSEMENT_FAILED' });
  });
});
