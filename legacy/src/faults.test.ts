/** What the port does while nodes of a Raft network fail. The cases follow one another on one network. */
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { startNode, stopNode } from '../../node-config/fabric/native/network.ts';
import { Client, refusal, sign } from '../../test/conformance/client.ts';
import { findLegacyBinaries, type LegacyBinaries } from './testing/binaries.ts';
import { findMissing } from './testing/missing.ts';
import { openRaftLedger, type RaftLedger } from './testing/under-test.ts';

const found = findLegacyBinaries(process.env);
const missing = findMissing(found);
const title = `the port on Raft${missing === undefined ? '' : ` (skipped: ${missing})`}`;

describe.skipIf(missing !== undefined)(title, () => {
  const binaries = found as LegacyBinaries;
  let ledger: RaftLedger;
  let client: Client;
  beforeAll(async () => {
    ledger = await openRaftLedger(binaries);
    client = await Client.create(ledger);
  }, 180_000);
  afterAll(() => ledger?.close(), 60_000);

  const orderers = () => ledger.network.state.members.map(({ mspId }) => `orderer.${mspId}`);
  const stop = (name: string) => stopNode({ directory: ledger.network.directory }, name);
  const start = (name: string) =>
    startNode({ directory: ledger.network.directory, binaries }, name);
  const put = (name: string) => client.run('put', client.key(name), 'x');

  it('goes on when any one ordering node is gone, the leader too', async () => {
    for (const name of orderers()) {
      await stop(name);
      // More than there are nodes: each is the first to be asked.
      for (const turn of [1, 2, 3, 4, 5]) await put(`${name}-${turn}`);
      await start(name);
    }
  }, 180_000);

  it('does not know what becomes of it when no ordering node answers, and may submit it again', async () => {
    const endorsed = await client.endorse({ fn: 'put', args: [client.key('again'), 'x'] });
    for (const name of orderers()) await stop(name);
    expect(await refusal(client.submit(endorsed))).toBe('UNKNOWN');
    const waiting = client.port.status(endorsed.txId, { signal: AbortSignal.timeout(500) });
    expect(await refusal(waiting)).toBe('UNKNOWN');
    for (const name of orderers()) await start(name);
    await until(() => client.submit(endorsed));
    expect((await client.status(endorsed.txId)).code).toBe('VALID');
    expect(await refusal(client.submit(endorsed))).toBe('DUPLICATE_TRANSACTION');
  }, 180_000);

  it('asks another member where a member’s peer is gone', async () => {
    const away = client.state(1);
    await stop(`peer.${away}`);
    for (const turn of [1, 2, 3]) await put(`without-${turn}`);
    const named = client.endorse({
      ...{ fn: 'put', args: [client.key('named'), 'x'] },
      endorsers: [client.state(0), away],
    });
    const error = await named.catch((failure) => failure);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(away) });
    await start(`peer.${away}`);
  }, 180_000);

  it('finds the fate of a transaction across a restart of its own peer', async () => {
    const own = `peer.${client.state(0)}`;
    const endorsed = await client.endorse({ fn: 'put', args: [client.key('restart'), 'x'] });
    await stop(own);
    await client.submit(endorsed);
    const fate = client.status(endorsed.txId);
    await start(own);
    expect(await fate).toMatchObject({ txId: endorsed.txId, code: 'VALID' });
    // The stream of blocks is followed again.
    await until(() => put('after-restart'));
  }, 180_000);

  describe('seen by another gateway, or after a restart of this one', () => {
    let other: LedgerPort;
    beforeAll(async () => {
      other = await ledger.network.connect(client.state(0));
    }, 60_000);

    it('knows what was committed before it was there', async () => {
      const { txId, block, position } = await put('before');
      expect(await other.status(txId)).toEqual({ txId, block, position, code: 'VALID' });
    });

    it('hands nothing that was committed to ordering once more', async () => {
      const endorsed = await client.endorse({ fn: 'put', args: [client.key('once'), 'x'] });
      const { block } = await client.commit(endorsed);
      const signed = await sign(endorsed.payload, client.self);
      expect(await refusal(other.submit(signed))).toBe('DUPLICATE_TRANSACTION');
      await put('next');
      expect(await other.status(endorsed.txId)).toMatchObject({ code: 'VALID', block });
    });
  });
});

/** Tries again while nodes come up. */
const until = (step: () => Promise<unknown>) =>
  vi.waitFor(step, { timeout: 60_000, interval: 200 });
