/** Labels as the real ones are, each told by its number. */
import { canonicalBytes, type LabelStatement } from '@tabellion/proof';
import type { TableEntry } from '../../screening/src/private/table/build.ts';

const hexOf = (index: number) => index.toString(16).padStart(40, '0');

/** One byte for the form's family, then the payload. */
export const addressKeyOf = (index: number): Uint8Array =>
  Uint8Array.of(2, ...Buffer.from(hexOf(index), 'hex'));

function statementOf(index: number): LabelStatement {
  return {
    ...{ type: 'tabellion.label', v: 1, network: 'eip155:1', address: `0x${hexOf(index)}` },
    ...{ category: 'sanctioned-entity', label: `Entity number ${index}` },
    ...{ provenance: 'authority_data', source: `https://example.org/list/${index}` },
    ...{ tlp: 'CLEAR', pap: 'CLEAR', salt: index.toString(36).padStart(22, 'A') },
  };
}

export function* listEntries(count: number): Generator<TableEntry> {
  for (let index = 0; index < count; index += 1) {
    yield {
      name: { addressKey: addressKeyOf(index) },
      labels: [canonicalBytes(statementOf(index))],
    };
  }
}
