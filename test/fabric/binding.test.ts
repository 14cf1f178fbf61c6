/** Who can write what on real Fabric, whatever a client asks for: the contracts of this project. */

import { common } from '@hyperledger/fabric-protos';
import { canonicalBytes, readEnvelope } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftAcquisition } from '../../gateway/src/evidence/testing.ts';
import { foundingInput, loadConsortium } from '../../gateway/src/identity/consortium.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { CN, CONSORTIUM, DE, EXCHANGE, SERVER, SG } from './gateway-world.ts';
import { createTestNetwork, fabric, type TestNetwork } from './test-network.ts';

const title = `who can write on Fabric${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;
const BECAUSE = {
  legalBasis: { id: 'founding-agreement', version: 1 },
  reason: 'a test of policies',
};

describe.skipIf(fabric.missing !== undefined)(title, async () => {
  // CN and DE are states; SG is made a second exchange.
  const loaded = await loadConsortium(CONSORTIUM);
  const members = loaded.members.map((member) =>
    member.mspId === SG ? { ...member, kind: 'EXCHANGE' as const } : member,
  );
  const consortium = { ...loaded, members };
  const everyone = members.map(({ mspId }) => mspId);
  let network: TestNetwork;
  let ledger: LedgerPort;
  const delegates = new Map<string, Signer>();
  beforeAll(async () => {
    network = await createTestNetwork(SERVER, consortium);
    ledger = await network.connect(CN);
    for (const mspId of [CN, DE, SG]) delegates.set(mspId, await network.enrol(mspId, 'delegate'));
  }, 120_000);
  afterAll(() => network?.[Symbol.asyncDispose](), 60_000);

  async function endorse(as: string, transaction: string, input: unknown, endorsers: string[]) {
    const signer = delegates.get(as)!;
    const { proposal } = await ledger.prepare({
      transaction,
      args: [canonicalBytes(input as never)],
      creator: signer.creator,
    });
    const signed = { bytes: proposal, signature: await signer.sign(proposal) };
    return ledger.endorse(signed, { endorsers });
  }

  /** The validation code of the act with just these members' endorsements. */
  async function act(as: string, transaction: string, input: unknown, endorsers: string[]) {
    const { txId, payload } = await endorse(as, transaction, input, endorsers);
    const signature = await delegates.get(as)!.sign(payload);
    await ledger.submit({ bytes: payload, signature });
    return (await ledger.status(txId)).code;
  }

  const REFUSED = 'ENDORSEMENT_POLICY_FAILURE';
  const proposal = (id: string, change: unknown) => ({ id: id.repeat(32), change, ...BECAUSE });
  const PARAMETER = { kind: 'SET_PARAMETER', name: 'batchMaxItems', value: 5000 };

  it('is founded by all members together, and by no three of them', async () => {
    const input = foundingInput(consortium);
    for (const missing of everyone) {
      const some = everyone.filter((mspId) => mspId !== missing);
      expect(await act(CN, 'member:found', input, some), `without ${missing}`).toBe(REFUSED);
    }
    expect(await act(CN, 'member:found', input, everyone)).toBe('VALID');
  });

  it('takes nothing from one member, even a state, and nothing from two exchanges', async () => {
    const input = proposal('0a', PARAMETER);
    for (const few of [[CN], [DE], [EXCHANGE], [SG], [SG, EXCHANGE]]) {
      expect(await act(CN, 'member:propose', input, few), few.join(' and ')).toBe(REFUSED);
    }
    expect(await act(CN, 'member:propose', input, [CN, EXCHANGE])).toBe('VALID');
  });

  it('takes no vote in DE’s name without DE’s peer, though it be the first write', async () => {
    const vote = { proposal: '0a'.repeat(32), choice: 'YES', reason: 'agreed' };
    for (const others of [
      [CN, SG],
      [CN, EXCHANGE],
      [CN, SG, EXCHANGE],
    ]) {
      expect(await act(DE, 'member:vote', vote, others), others.join(' and ')).toBe(REFUSED);
    }
    expect(await act(DE, 'member:vote', vote, [CN, DE])).toBe('VALID');
  });

  it('takes no declaration in DE’s name without DE’s peer', async () => {
    const { profile } = consortium.members.find(({ mspId }) => mspId === DE)!;
    const input = { profile, reason: 'declared anew' };
    expect(await act(DE, 'member:declare', input, [CN, SG, EXCHANGE])).toBe(REFUSED);
    expect(await act(DE, 'member:declare', input, [DE, EXCHANGE])).toBe('VALID');
  });

  it('takes no answer in DE’s name without DE’s peer', async () => {
    const id = '0b'.repeat(16);
    delegates.set('investigator', await network.enrol(CN, 'investigator'));
    delegates.set('liaison', await network.enrol(DE, 'liaisonAuthority'));
    const acquired = await act('investigator', 'evidence:acquire', assistedIn(id, 'DE'), [CN, SG]);
    expect(acquired).toBe('VALID');
    const answer = {
      ...{ acquisition: id, position: 'OBJECTION', reason: 'the request named another server' },
      legalBasis: { id: 'de-stpo-94', version: 1 },
    };
    expect(await act('liaison', 'evidence:answer', answer, [CN, SG, EXCHANGE])).toBe(REFUSED);
    expect(await act('liaison', 'evidence:answer', answer, [CN, DE])).toBe('VALID');
  });

  it('asks the owner by itself where nobody names endorsers', async () => {
    const signer = delegates.get(SG)!;
    const vote = { proposal: '0a'.repeat(32), choice: 'YES', reason: 'agreed' };
    const prepared = await ledger.prepare({
      transaction: 'member:vote',
      args: [canonicalBytes(vote)],
      creator: signer.creator,
    });
    const bytes = prepared.proposal;
    const { payload } = await ledger.endorse({ bytes, signature: await signer.sign(bytes) });
    const envelope = new common.Envelope();
    envelope.setPayload(payload);
    const { endorsements, rwset } = readEnvelope(envelope.serializeBinary());
    expect(endorsements.map(({ endorser }) => endorser.mspId)).toContain(SG);
    const [own] = rwset.filter(({ namespace }) => namespace === 'tabellion');
    expect(own?.collections.map(({ collection }) => collection)).toEqual([`_implicit_org_${SG}`]);
    // What is private never stands alone: the public record it belongs to is written with it.
    expect(own?.writes.length).toBeGreaterThan(0);
  });
});

const assistedIn = (id: string, systemJurisdiction: string) =>
  draftAcquisition('CN', 'cn-icjal-25', {
    id,
    grounds: [{ kind: 'TREATY', reference: 'DE-2026-4' }],
    route: 'MUTUAL_ASSISTANCE',
    method: { id: 'assisted-collection', version: 1 },
    location: { systemJurisdiction, mediumLocation: 'CN', source: { class: 'STANDALONE' } },
  });
