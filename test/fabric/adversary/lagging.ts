/** Members whose peers stand at another height than the others, or do not answer at all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvelope, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndorseOptions } from '../../../gateway/src/ledger/port.ts';
import { CN, DE, SG } from '../gateway-world.ts';
import { errorOf, MEMBERS, refusalOf, type World } from './world.ts';

export function describeLagging(world: () => World): void {
  const proposeRead = async (batch: string) => {
    const { creator, sign } = world().investigator;
    const request = { transaction: 'evidence:read', args: [utf8(`batch/${batch}`)], creator };
    const { proposal } = await world().ledger(CN).prepare(request);
    return { bytes: proposal, signature: await sign(proposal) };
  };
  /** The members that attest. */
  const attest = async (batch: string, options?: EndorseOptions) => {
    const attesting = world()
      .ledger(CN)
      .attest(await proposeRead(batch), options);
    const envelope = readEnvelope(await attesting);
    return envelope.endorsements.map(({ endorser }) => endorser.mspId);
  };

  describe('an attestation while a member is behind', () => {
    const orderers = MEMBERS.map((mspId) => `orderer.${mspId}`);
    let batch: string;
    afterAll(async () => {
      for (const orderer of orderers) await world().nodes.resume(orderer);
    });

    it('is not given by that member', async () => {
      const { nodes, ledger } = world();
      await nodes.stop(`peer.${SG}`);
      ({ digest: batch } = await world().anchor(await world().acquire()));
      // It answers again, and has nobody to get from what it missed.
      for (const orderer of orderers) await nodes.pause(orderer);
      await nodes.start(`peer.${SG}`);
      const ask = async () =>
        refusalOf(ledger(CN).endorse(await proposeRead(batch), { endorsers: [SG] }));
      await expect.poll(ask, { timeout: 40_000 }).toBe('ENDORSEMENT_MISMATCH');
    }, 90_000);

    it('is given by the others', async () => {
      for (let round = 0; round < 4; round += 1) {
        const members = await attest(batch);
        expect(members).toHaveLength(2);
        expect(members).not.toContain(SG);
      }
    }, 30_000);

    it('names that member where it is asked for, when patience ends', async () => {
      const { code, message } = await errorOf(attest(batch, { endorsers: [CN, SG] }));
      expect(code).toBe('ENDORSEMENT_MISMATCH');
      expect(message).toBe(`behind on the ledger: ${SG}`);
    }, 60_000);

    it('comes by itself when the member catches up', async () => {
      const waiting = attest(batch, { endorsers: [CN, SG] });
      await sleep(2000);
      for (const orderer of orderers) await world().nodes.resume(orderer);
      expect(await waiting).toEqual([CN, SG]);
    }, 60_000);
  });

  describe('a peer that was stopped and keeps its connections', () => {
    let batch: string;
    beforeAll(async () => {
      ({ digest: batch } = await world().anchor(await world().acquire()));
    });

    it('of another member keeps no act waiting for ever, and is named', async () => {
      const { nodes } = world();
      await nodes.pause(`peer.${DE}`);
      try {
        // All members that could be picked are, in turn.
        await Promise.all(Array.from({ length: 4 }, () => world().acquire()));
        expect(await attest(batch)).not.toContain(DE);
        const { code, message } = await errorOf(world().acquire({ endorsers: [CN, DE] }));
        expect(code).toBe('UNAVAILABLE');
        expect(message).toContain(DE);
      } finally {
        await nodes.resume(`peer.${DE}`);
      }
      await expect
        .poll(() => refusalOf(world().acquire({ endorsers: [CN, DE] })), { timeout: 40_000 })
        .toBe('NONE');
    }, 120_000);

    it('of the client’s own member leaves no call without an answer', async () => {
      const { nodes } = world();
      await nodes.pause(`peer.${CN}`);
      try {
        const answers = await Promise.all([
          refusalOf(world().acquire()),
          refusalOf(attest(batch)),
          refusalOf(world().ledger(CN).height()),
        ]);
        expect(answers).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
      } finally {
        await nodes.resume(`peer.${CN}`);
      }
      await expect.poll(() => refusalOf(world().acquire()), { timeout: 40_000 }).toBe('NONE');
    }, 120_000);
  });
}
