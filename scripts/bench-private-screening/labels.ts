/** Labels as the real ones are, each told by its number. */
import type { PrivateLabel, TableEntry } from '@tabellion/screening';
import { writeFinding } from '@tabellion/screening';

const hexOf = (index: number) => index.toString(16).padStart(40, '0');

/** One byte for the form's family, then the payload. */
export const addressKeyOf = (index: number): Uint8Array =>
  Uint8Array.of(2, ...Buffer.from(hexOf(index), 'hex'));

const labelOf = (index: number): PrivateLabel => ({
  ...{ batch: '0'.repeat(64), index, member: 'CnAgencyMSP', network: 'eip155:1' },
  ...{ category: 'sanctioned-entity', label: `Entity number ${index}`, tlp: 'CLEAR' },
  ...{ provenance: 'authority_data', status: 'ACTIVE', score: 60 },
});

export function* listEntries(count: number): Generator<TableEntry> {
  for (let index = 0; index < count; index += 1) {
    yield {
      name: { addressKey: addressKeyOf(index) },
      items: writeFinding({ standing: true, total: 1, labels: [labelOf(index)] }),
    };
  }
}
