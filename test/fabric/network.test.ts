import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { common } from '@hyperledger/fabric-protos';
import {
  endorsementPolicy,
  evaluateSignaturePolicy,
  readBlock,
  readEnvelope,
} from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { readFacts } from '../../gateway/src/ledger/fabric/facts.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import {
  describeNetwork,
  startNode,
  stopNode,
  tearDown,
} from '../../node-config/fabric/native/network.ts';
import { TEST_MEMBERS } from '../conformance/embedded-network.ts';
import { ALPHA, BETA, type Call, propose } from './scenarios.ts';
import { createTestNetwork, fabric, type TestNetwork } from './test-network.ts';

const title = `a native Fabric network${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let network: TestNetwork;
  let alpha: LedgerPort;
  let person: Signer;
  beforeAll(async () => {
    network = await createTestNetwork(join(import.meta.dirname, 'conformance-server.ts'));
    alpha = await network.connect(ALPHA);
    person = await network.enrol(ALPHA);
  }, 120_000);
  afterAll(() => network?.[Symbol.asyncDispose](), 60_000);

  const call = (transaction: string, ...args: string[]): Call => ({
    ...{ scenario: '', transaction, args, endorsers: [] },
  });

  async function act(ledger: LedgerPort, what: Call) {
    const { txId, payload } = await ledger.endorse(await propose(ledger, person, what));
    await ledger.submit({ bytes: payload, signature: await person.sign(payload) });
    return { payload, status: await ledger.status(txId) };
  }

  const program = () => ({ directory: network.directory, binaries: fabric.binaries! });

  it('runs an ordering node, a peer and a chaincode server for each member', async () => {
    const nodes = await describeNetwork(network.directory);
    expect(nodes).toHaveLength(12);
    expect(nodes.every(({ running }) => running)).toBe(true);
  });

  it('committed the endorsement policy that the verifier expects', async () => {
    const { definitions } = await readFacts(alpha);
    expect(definitions).toMatchObject([{ sequence: 1, transaction: 0 }]);
    const committed = definitions[0]!.endorsementPolicy!;
    const expected = endorsementPolicy(TEST_MEMBERS, 2);
    for (let subset = 0; subset < 2 ** TEST_MEMBERS.length; subset += 1) {
      const peers = TEST_MEMBERS.filter((_, index) => subset & (1 << index)).map(({ mspId }) => ({
        mspId,
        role: 'PEER' as const,
      }));
      expect(evaluateSignaturePolicy(committed, peers)).toBe(
        evaluateSignaturePolicy(expected, peers),
      );
    }
  });

  it('asks the owners of the collections that an act writes to endorse it', async () => {
    const { payload, status } = await act(alpha, call('mark', 'marked', 'DeltaPlatformMSP', 'x'));
    expect(status.code).toBe('VALID');
    const envelope = new common.Envelope();
    envelope.setPayload(payload);
    const endorsers = readEnvelope(envelope.serializeBinary()).endorsements;
    expect(endorsers.map(({ endorser }) => endorser.mspId)).toContain('DeltaPlatformMSP');
  });

  it('does not know a status before its time, and knows it afterwards', async () => {
    const { txId, payload } = await alpha.endorse(
      await propose(alpha, person, call('put', 'u', '1')),
    );
    const signal = AbortSignal.timeout(300);
    await expect(alpha.status(txId, { signal })).rejects.toMatchObject({ code: 'UNKNOWN', txId });
    const signed = { bytes: payload, signature: await person.sign(payload) };
    await alpha.submit(signed);
    expect(await alpha.status(txId)).toMatchObject({ txId, code: 'VALID' });
    await expect(alpha.submit(signed)).rejects.toMatchObject({ code: 'DUPLICATE_TRANSACTION' });
  });

  it('has another member endorse and attest while a peer is away', async () => {
    await stopNode(program(), `peer.${BETA}`);
    try {
      for (let turn = 0; turn < TEST_MEMBERS.length; turn += 1) {
        expect((await act(alpha, call('put', `away-${turn}`, 'x'))).status.code).toBe('VALID');
      }
      const bytes = await alpha.attest(await propose(alpha, person, call('get', 'away-0')));
      const attestors = readEnvelope(bytes).endorsements.map(({ endorser }) => endorser.mspId);
      expect(attestors).toHaveLength(2);
      expect(attestors).toEqual(attestors.toSorted());
      expect(attestors).not.toContain(BETA);
    } finally {
      await startNode(program(), `peer.${BETA}`);
    }
  });

  it('delivers every block once, across a restart of the own peer', async () => {
    const stop = new AbortController();
    const height = await alpha.height();
    const seen: number[] = [];
    const following = (async () => {
      for await (const block of alpha.blocks(0, { signal: stop.signal })) {
        seen.push(readBlock(block).number);
        if (seen.length === height + 1) stop.abort();
      }
    })();
    await expect.poll(() => seen.length).toBe(height);
    await stopNode(program(), `peer.${ALPHA}`);
    await startNode(program(), `peer.${ALPHA}`);
    await expect.poll(() => alpha.height().catch(() => 0), { timeout: 20_000 }).toBe(height);
    await expect
      .poll(
        () =>
          act(alpha, call('put', 'after', 'x')).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    await following;
    expect(seen).toEqual(seen.map((_, index) => index));
  }, 60_000);

  it('ends what it started, and stays down', async () => {
    await tearDown(program());
    await sleep(200);
    const nodes = await describeNetwork(network.directory);
    expect(nodes.some(({ running }) => running)).toBe(false);
  });
});
