/** Observed transfers for tests. */
import type { TransferFacts } from '@tabellion/proof';
import { ETHEREUM, sampleAddress } from '../label/testing.ts';
import { LabelManifestWriter } from '../label/write-manifest.ts';

/** From one sample address to another. */
export const sampleTransfer = (
  [from, to, amount, minute]: readonly [from: number, to: number, amount: number, minute: number],
  changes: Partial<TransferFacts> = {},
): TransferFacts => ({
  network: ETHEREUM,
  transaction: `0x${[from, to, amount, minute].map((part) => part.toString(16).padStart(16, '0')).join('')}`,
  index: 0,
  from: [sampleAddress(from)],
  to: sampleAddress(to),
  asset: 'native',
  amount: `${amount}`,
  at: 1_700_000_000_000 + minute * 60_000,
  block: 18_000_000 + minute,
  provenance: 'ledger_immanent',
  source: 'own node',
  links: [{ kind: 'ACQUISITION', id: 'ab'.repeat(16) }],
  tlp: 'AMBER',
  pap: 'AMBER',
  ...changes,
});

export function makeTransfers(facts: readonly TransferFacts[]) {
  const writer = new LabelManifestWriter();
  const leaves = facts.map((each) => writer.addTransfer(each));
  return { ...writer.finish(), leaves };
}
