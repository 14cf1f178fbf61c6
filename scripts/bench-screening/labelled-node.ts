/** The data directory of a node whose library holds as many labels as wanted. */
import { join } from 'node:path';
import type { LabelFacts } from '@tabellion/proof';
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import { LabelManifestStore } from '../../gateway/src/label/manifest-store.ts';
import { sampleFacts } from '../../gateway/src/label/testing.ts';
import { openConsortiumLedger } from '../../gateway/src/node/consortium-ledger.ts';
import { CONSORTIUM } from '../serve.ts';
import { makeAddress } from './addresses.ts';
import { assertBatch } from './assert-batch.ts';

/** What one batch may hold. */
const BATCH = 100_000;

/** @param numbers of the addresses that get a label, one each; see {@link makeAddress}. */
export async function makeLabelledNode(data: string, numbers: Iterable<number>): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const network = await openConsortiumLedger(data, await loadConsortium(CONSORTIUM));
  opened.defer(() => network.close());
  const [signer] = network.serviceSigners.values();
  const manifests = await LabelManifestStore.open(join(data, 'gateway', 'labels'));
  const library = { ledger: network.ledger, signer: signer!, manifests };
  let facts: LabelFacts[] = [];
  for (const number of numbers) {
    facts.push(makeFacts(number));
    if (facts.length < BATCH) continue;
    await assertBatch(library, facts);
    facts = [];
  }
  if (facts.length > 0) await assertBatch(library, facts);
}

function makeFacts(number: number): LabelFacts {
  const read = normaliseAddress(makeAddress(number));
  if (isRefusal(read)) throw new Error(read.code);
  const [network] = read.networks;
  const written = normaliseAddress(read.address, network);
  if (isRefusal(written)) throw new Error(written.code);
  return sampleFacts(0, { network: network!, address: written.address, label: `wallet ${number}` });
}
