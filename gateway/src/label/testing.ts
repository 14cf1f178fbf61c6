/** Labels for tests. */
import { createHash } from 'node:crypto';
import type { LabelFacts } from '@tabellion/proof';
import { isRefusal, normaliseAddress } from '@tabellion/screening';
import { LabelManifestWriter } from './write-manifest.ts';

export const ETHEREUM = 'eip155:1';

/** An Ethereum address of its own for every number. */
export function sampleAddress(number: number): string {
  const hash = createHash('sha256').update(`address ${number}`).digest('hex');
  const read = normaliseAddress(`0x${hash.slice(0, 40)}`, ETHEREUM);
  if (isRefusal(read)) throw new Error(read.code);
  return read.address;
}

export const sampleFacts = (number: number, changes: Partial<LabelFacts> = {}): LabelFacts => ({
  network: ETHEREUM,
  address: sampleAddress(number),
  category: 'mixer',
  label: `wallet ${number}`,
  provenance: 'forensic',
  source: 'case file',
  tlp: 'AMBER',
  pap: 'AMBER',
  ...changes,
});

export function makeLabels(facts: readonly LabelFacts[]) {
  const writer = new LabelManifestWriter();
  const leaves = facts.map((each) => writer.add(each));
  return { ...writer.finish(), leaves };
}
