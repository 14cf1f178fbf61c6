/** Labels brought into the library as a gateway does it: the manifest first, then its root on the ledger. */
import { Readable } from 'node:stream';
import { canonicalBytes, type LabelFacts } from '@tabellion/proof';
import type { LabelManifestStore } from '../../gateway/src/label/manifest-store.ts';
import { makeLabels } from '../../gateway/src/label/testing.ts';
import { performAct, type Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';

const RULES = {
  taxonomy: { id: 'addresses', version: 1 },
  legalBasis: { id: 'cn-cpl-141', version: 1 },
  reason: 'measured',
};

export interface Library {
  readonly ledger: LedgerPort;
  readonly signer: Signer;
  readonly manifests: LabelManifestStore;
}

/** Resolves once the batch is committed. */
export async function assertBatch(
  { ledger, signer, manifests }: Library,
  facts: readonly LabelFacts[],
): Promise<void> {
  const { digest: manifest, root, size, tlp, bytes } = makeLabels(facts);
  await manifests.put(manifest, Readable.from([bytes]));
  const args = [canonicalBytes({ root, size, manifest, tlp, ...RULES })];
  await performAct(ledger, signer, { transaction: 'label:assert', args }, () => undefined);
}
