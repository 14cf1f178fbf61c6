/** Labels as the real ones are, each told by its number. */
import { type PrivateLabel, writeFinding } from '@tabellion/screening';
import type { FiledAddress } from '../../gateway/src/label/private/packed-entries.ts';

const hexOf = (index: number) => index.toString(16).padStart(40, '0');

/** One byte for the form's family, then the payload. */
export const addressKeyOf = (index: number): Uint8Array =>
  Uint8Array.of(2, ...Buffer.from(hexOf(index), 'hex'));

const labelOf = (index: number): PrivateLabel => ({
  ...{ batch: '0'.repeat(64), index, member: 'CnAgencyMSP', network: 'eip155:1' },
  ...{ category: 'sanctioned-entity', label: `Entity number ${index}`, tlp: 'CLEAR' },
  ...{ provenance: 'authority_data', status: 'ACTIVE', score: 60 },
});

const entryOf = (index: number): FiledAddress => ({
  key: addressKeyOf(index),
  items: writeFinding({ standing: true, total: 1, labels: [labelOf(index)] }),
});

/** As many at a time as a gateway hands over. */
const GROUP = 512;

export function* listGroups(count: number): Generator<FiledAddress[]> {
  for (let from = 0; from < count; from += GROUP) {
    const length = Math.min(GROUP, count - from);
    yield Array.from({ length }, (_, at) => entryOf(from + at));
  }
}
