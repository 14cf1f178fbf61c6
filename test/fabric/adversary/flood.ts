/**
 * A member that sends private writes into another's collection, endorsed with its own peer's key alone. It
 * asks no peer to execute anything: nobody has the private data that the victim's peer would look for.
 */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { peer } from '@hyperledger/fabric-protos';
import { implicitCollection } from '@tabellion/chaincode/kernel/transaction';
import { concatBytes, readProposal } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { draftAcquisition } from '../../../gateway/src/evidence/testing.ts';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { ReadWriteSet } from '../../../gateway/src/ledger/embedded/rwset.ts';
import type { LedgerPort, Signed } from '../../../gateway/src/ledger/port.ts';
import { buildProposal, NONCE_BYTES } from '../../../gateway/src/ledger/proposal.ts';
import {
  cutProposal,
  encodeResponsePayload,
  encodeTransaction,
} from '../../../gateway/src/ledger/transaction.ts';
import { layoutMember } from '../../../node-config/fabric/layout.ts';
import { readSigner } from '../../../node-config/fabric/native/connect.ts';
import { DE, EXCHANGE } from '../gateway-world.ts';
import { listTransactions, MEMBERS, type World } from './world.ts';

const WRITES = 1000;
/** Submissions of the hostile member at one time. */
const LANES = 25;
const HOSTILE = EXCHANGE;
const VICTIM = DE;
/** Honest acts before, to compare with. */
const CALM_ACTS = 10;

export function describeFlood(world: () => World): void {
  describe(`${WRITES} private writes into another member’s collection`, () => {
    it('are invalid, the victim keeps pace, and honest acts commit meanwhile', async () => {
      const { ledger, network } = world();
      const client = await network.enrol(HOSTILE);
      const own = await readSigner(HOSTILE, layoutMember(network.directory, HOSTILE).peer);
      const honest = await network.enrol(VICTIM);
      const forged = await Promise.all(
        Array.from({ length: WRITES }, () => forgeWrite(client, own, ledger(HOSTILE))),
      );
      /** Seen by the victim's own peer, milliseconds. */
      const act = async () => {
        const began = Date.now();
        const options = { port: ledger(VICTIM), signer: honest };
        const input = draftAcquisition('DE', 'de-stpo-94');
        const { status } = await world().act('evidence:acquire', input, options);
        expect(status.code).toBe('VALID');
        return Date.now() - began;
      };

      const calm: number[] = [];
      for (let round = 0; round < CALM_ACTS; round += 1) calm.push(await act());
      const from = await ledger(VICTIM).height();
      const began = Date.now();
      let isOver = false;
      const flooding = flood(forged, (one) => ledger(HOSTILE).submit(one)).finally(() => {
        isOver = true;
      });
      const meanwhile: number[] = [];
      while (!isOver) meanwhile.push(await act());
      const refused = await flooding;
      const seconds = (Date.now() - began) / 1000;

      const behind = await measureCatchUp();
      const last = await world().act('evidence:acquire', draftAcquisition('CN', 'cn-cpl-136'));
      const codes = new Map<string, string>();
      for (const one of await listTransactions(ledger(VICTIM), from, last.status.block)) {
        // A peer that hears of no acceptance in time hands it to ordering again: the first one counts.
        if (!codes.has(one.txId)) codes.set(one.txId, one.code);
      }
      const ordered = forged.filter(({ txId }) => codes.has(txId));
      report(ordered.length, refused, seconds, { calm, meanwhile, behind });
      expect(new Set(ordered.map(({ txId }) => codes.get(txId)))).toEqual(
        new Set(['ENDORSEMENT_POLICY_FAILURE']),
      );
      expect(ordered.length + refused).toBeGreaterThanOrEqual(WRITES);
      expect(ordered.length).toBeGreaterThan(WRITES / 2);
      expect(meanwhile.length).toBeGreaterThan(0);
    }, 400_000);

    /** Until every peer has what the highest one had, milliseconds. */
    async function measureCatchUp(): Promise<number> {
      const began = Date.now();
      const heights = () => Promise.all(MEMBERS.map((mspId) => world().ledger(mspId).height()));
      const goal = Math.max(...(await heights()));
      await expect
        .poll(async () => Math.min(...(await heights())), { timeout: 20_000 })
        .toBeGreaterThanOrEqual(goal);
      return Date.now() - began;
    }
  });
}

type Forged = Signed & { readonly txId: string };

/** Submits all of them, many at once. Returns how many ordering did not take. */
async function flood(forged: readonly Forged[], submit: (one: Forged) => Promise<void>) {
  let next = 0;
  let refused = 0;
  const lane = async () => {
    for (let one = forged[next++]; one; one = forged[next++]) {
      await submit(one).catch(async () => {
        refused += 1;
        await sleep(10);
      });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return refused;
}

/** A transaction of the hostile member's, endorsed by hand. */
async function forgeWrite(
  client: Signer,
  own: Signer,
  { channel, chaincode }: LedgerPort,
): Promise<Forged> {
  const { txId, proposal } = buildProposal({
    ...{ channel, chaincode, creator: client.creator },
    ...{ transaction: 'evidence:read', args: [Buffer.from('founding')] },
    ...{ nonce: randomBytes(NONCE_BYTES), at: Date.now() },
  });
  const rwset = new ReadWriteSet();
  const key = `act/${txId}`;
  rwset.writePrivate(chaincode, implicitCollection(VICTIM), key, {
    ...{ value: randomBytes(32), purge: false },
  });
  const response = new peer.Response();
  response.setStatus(200);
  const { proposalHash } = readProposal(proposal);
  const result = encodeResponsePayload({
    ...{ proposalHash, chaincode, version: '1', response },
    ...{ rwset: rwset.encode(), event: new Uint8Array() },
  });
  const signature = await own.sign(concatBytes(result, own.creator));
  const endorsement = { endorser: own.creator, signature };
  const bytes = encodeTransaction(cutProposal(proposal), result, [endorsement]);
  return { txId, bytes, signature: await client.sign(bytes) };
}

function report(
  ordered: number,
  refused: number,
  seconds: number,
  times: { readonly calm: number[]; readonly meanwhile: number[]; readonly behind: number },
): void {
  const spread = (values: number[]) => {
    const sorted = values.toSorted((a, b) => a - b);
    return [0.5, 1].map((q) => sorted[Math.round(q * (sorted.length - 1))]).join(' / ');
  };
  process.stdout.write(
    `hostile writes: ${ordered} ordered, ${refused} not taken, in ${seconds.toFixed(1)} s; honest acts ` +
      `${spread(times.calm)} ms before, ${spread(times.meanwhile)} ms meanwhile (median / most, ` +
      `${times.meanwhile.length} acts); the peers were level ${times.behind} ms after\n`,
  );
}
