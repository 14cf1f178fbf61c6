/** What a load was told up to a moment, held against a node that stands on a copy of that moment. */
import assert from 'node:assert/strict';
import { canonicalBytes, createVerifier, parseTrust } from '@tabellion/proof';
import { LedgerCheck, type Told } from '../fabric/faults/ledger-check.ts';
import { callGateway, type Gateway, type Load } from '../fabric/faults/load.ts';
import { until } from '../faults/scene.ts';
import { createWitness } from '../faults/witness.ts';

const PATIENCE_MS = 60_000;

/** As of now; what the load is told later is not in it. */
export const rememberTold = (load: Load): Told => ({
  acquisition: load.acquisition,
  acknowledged: new Map(load.acknowledged),
  acts: new Map(load.acts),
  receipts: new Map(load.receipts),
  refused: new Map(load.refused),
  sent: load.sent,
  wrongs: [...load.wrongs],
});

/**
 * Every item is on the ledger where it was said to be, and nowhere else; every receipt leads to its
 * items; every batch gives a proof that verifies.
 */
export async function checkTold(told: Told, gateway: Gateway): Promise<void> {
  await new LedgerCheck(createWitness(gateway, 'tabellion'), gateway, told).checkAcknowledged();
  for (const [receipt, names] of told.receipts) {
    const read = () => callGateway(gateway, `/v1/evidence/receipts/${receipt}`);
    const isAnchored = async () => {
      const { state, items } = (await (await read()).json()) as { state: string; items?: [] };
      return state === 'ANCHORED' && items?.length === names.length;
    };
    await until(isAnchored, PATIENCE_MS, `receipt ${receipt}`);
  }
  const trust = await callGateway(gateway, '/v1/trust');
  const verify = createVerifier(parseTrust(canonicalBytes(await trust.json())));
  const first = new Map([...told.acknowledged.values()].map((place) => [place.batch, place]));
  for (const { batch, index } of first.values()) {
    const response = await callGateway(gateway, `/v1/evidence/batches/${batch}/proofs/${index}`);
    const bundle = new Uint8Array(await response.arrayBuffer());
    assert.equal(response.status, 200, Buffer.from(bundle).toString());
    assert.equal(verify(bundle, { now: Date.now() }).code, 'INTACT');
  }
}
